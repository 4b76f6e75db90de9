"""Writing a report: what is at a path decides what is on the page."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.comparison_document import ABOUT
from mendsim.analysis.comparison_files import open_comparison
from mendsim.analysis.endpoints import outcomes
from mendsim.analysis.reporting.blocks import Page
from mendsim.analysis.reporting.compared import comparison_page
from mendsim.analysis.reporting.courses import course_section
from mendsim.analysis.reporting.limits import limits
from mendsim.analysis.reporting.protocol import protocol
from mendsim.analysis.reporting.provenance import provenance
from mendsim.analysis.reporting.references import references
from mendsim.analysis.reporting.render import GENERATOR, render
from mendsim.analysis.reporting.run_outcomes import outcome_section
from mendsim.analysis.reporting.tissue import tissue_section
from mendsim.common.errors import InputError
from mendsim.scenarios.replace import written_whole
from mendsim.scenarios.store import UNFINISHED, store_of

_HEAD_BYTES = 2000
"""Of a page, in which its generator is named."""


def write_report(path: str | Path, out: str | Path | None = None) -> Path:
    """Write a report of a run or a comparison: one HTML file that needs nothing else.

    Parameters
    ----------
    path : the folder that ``mendsim run`` or ``mendsim compare`` wrote.
    out : the file; beside the folder, under its name and ``_report.html``, if not given. A report that is there is
        replaced.

    Returns
    -------
    The file.

    Raises
    ------
    InputError : neither a run nor a comparison, one that is not finished or is damaged, or another's file at ``out``.
    """
    path = Path(path)
    if out is None:
        named = path if path.name else path.absolute()
        out = named.with_name(f"{named.name.removesuffix('.zarr')}_report.html")
    out = Path(out)
    check_place(out)
    if path.name.endswith(UNFINISHED):
        raise InputError("this run is not finished", file=path, allowed=f"after mendsim resume {store_of(path)}")
    compared = (path / ABOUT).is_file()
    return write_page(comparison_page(open_comparison(path)) if compared else run_page(store.open_run(path)), out)


def run_page(run: xr.DataTree) -> Page:
    """Set out a run."""
    about, table = store.scenario(run), outcomes(run)
    applies = [str(name) for name in table.index[table["value"].notna()]]
    sections = (
        protocol(run),
        outcome_section(run),
        tissue_section(run),
        course_section(run),
        limits(about, applies),
        provenance(run),
        references([run]),
    )
    days = store.days(run)[-1]
    return Page(
        title=store.title(run),
        subtitle="Report of a simulated run",
        about=f"{days:g} days of skin simulated with mendsim {run.attrs.get('mendsim_version', '')},"
        f" seed {run.attrs.get('seed', '')}. All numbers come from a computer model.",
        sections=sections,
    )


def write_page(page: Page, out: Path) -> Path:
    """Write a page as a file, whole or not at all, making its folder.

    Raises
    ------
    InputError : it cannot be written.
    """
    text = render(page)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(out) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=out) from None
    return out


def check_place(out: Path) -> None:
    """Refuse to replace what is not a page of ours.

    Raises
    ------
    InputError : a folder, or another's file.
    """
    try:
        if out.is_dir():
            raise InputError("not the name of a file", key="--out", value=str(out), allowed="a file, report.html")
        if out.exists():
            with out.open("rb") as stream:
                if GENERATOR.encode() not in stream.read(_HEAD_BYTES):
                    problem = "exists and is not a report, so it is not replaced"
                    raise InputError(problem, file=out, allowed="another --out")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=out) from None
