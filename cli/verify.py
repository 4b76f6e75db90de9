"""Checking that run stores are whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mendsim import analysis
from mendsim.common.errors import InputError
from mendsim.scenarios.provenance import content_hash
from mendsim.scenarios.seal import check_seal


def verify_stores(paths: Sequence[Path]) -> None:
    """Read every byte of run stores, compare it with its checksum, and the numbers with their hash.

    Raises
    ------
    InputError : the first that is damaged, with the path of the file.
    """
    for path in paths:
        run = analysis.open_run(path)
        check_seal(path)
        if run.attrs.get("slim"):
            print(f"{path}: whole; kept without agents and most fields")
            continue
        found = content_hash(run)
        if found != run.attrs["content_hash"]:
            raise InputError("the numbers are not those of the content hash", file=path, value=found[:12])
        print(f"{path}: whole; content {found[:12]}")
