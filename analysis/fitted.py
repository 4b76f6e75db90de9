"""Which targets numbers of the model were fitted to: a calibrated parameter names them at the start of its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

from mendsim import abm, thermal
from mendsim.common.parameters import Parameter

_TARGETS = re.compile(r"T(\d\d)(?: to T(\d\d))?")


@cache
def fitted_with() -> Mapping[str, tuple[str, ...]]:
    """Calibrated parameters by the id of the target that they were chosen by."""
    found: dict[str, list[str]] = {}
    for parameters in (thermal.load_parameters(), abm.load_parameters()):
        for name, entry in parameters.entries.items():
            for target in named_targets(entry):
                found.setdefault(target, []).append(name)
    return MappingProxyType({target: tuple(names) for target, names in found.items()})


def named_targets(entry: Parameter) -> Iterable[str]:
    """Ids of targets that a calibrated parameter was chosen by: those in its source before the first semicolon."""
    return list(_ids(entry.source.split(";")[0])) if entry.evidence == "calibrated" else []


def _ids(text: str) -> Iterator[str]:
    for first, last in _TARGETS.findall(text):
        yield from (f"T{number:02}" for number in range(int(first), int(last or first) + 1))
