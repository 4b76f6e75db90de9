"""What ``mendsim cite`` prints."""

from __future__ import annotations

from pathlib import Path


def cite(run: str | None) -> None:
    """Print what to cite with a run as BibTeX; without one, the program alone.

    Raises
    ------
    InputError : not a run store.
    """
    from mendsim.analysis import bibtex, open_run

    print(bibtex(None if run is None else open_run(Path(run))), end="")
