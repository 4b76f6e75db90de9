"""What ``mendsim histology`` and ``mendsim surface`` do: draw slides, and the surface, of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mendsim import analysis
from mendsim.analysis import store, style
from mendsim.analysis.animation import animate_histology, animate_surface
from mendsim.analysis.asked_days import checked_days
from mendsim.analysis.histology import checked_window, histology_figure, slide_figure, usual_window
from mendsim.analysis.movie import check_kind
from mendsim.analysis.stain_data import stain_of
from mendsim.analysis.surface import surface_figure
from mendsim.cli.tables import check_folder


def draw_slides(
    run_path: Path,
    out: str | None,
    *,
    stains: Sequence[str],
    days: Sequence[float] | None = None,
    window: Sequence[float] | None = None,
    pixels_per_um: float | None = None,
    animate: str | None = None,
) -> list[Path]:
    """Write a sheet of stained sections; each section as a picture of its own if a resolution is given; animations.

    Parameters
    ----------
    run_path : a run store.
    out : folder for the files; beside the run if not given.
    stains : names of stains.
    days, window, pixels_per_um : as in `mendsim.analysis.histology_figure`.
    animate : ``gif`` or ``mp4``, an animation of each stain; none if not given.
    """
    folder = _folder(run_path, out, animate)
    run = analysis.open_run(run_path)
    for stain in stains:
        stain_of(stain)
    part = usual_window(run) if window is None else checked_window(run, window)
    shown = None if days is None else checked_days(run, days)
    slides = []
    if pixels_per_um is not None:
        for stain in stains:
            for day in store.choose_days(run) if shown is None else shown:
                slide = slide_figure(run, day, stain=stain, window=part, pixels_per_um=pixels_per_um)
                slides.append(style.save(slide, folder / f"{stain}_day_{day:.3g}.png"))
    sheet = histology_figure(run, stain=stains, days=shown, window=part)
    return [
        style.save(sheet, folder / "histology.png"),
        *slides,
        *(
            animate_histology(run, folder / f"{stain}.{animate}", stain=stain, days=shown, window=part)
            for stain in stains
            if animate is not None
        ),
    ]


def draw_surface(
    run_path: Path, out: str | None, *, days: Sequence[float] | None = None, animate: str | None = None
) -> list[Path]:
    """Write the surface of a block, or the line of a section against time, and an animation of a block.

    Parameters
    ----------
    run_path, out, animate : as in `draw_slides`.
    days : days to draw, each with a snapshot near it.
    """
    folder = _folder(run_path, out, animate)
    run = analysis.open_run(run_path)
    shown = None if days is None else checked_days(run, days)
    written = [] if animate is None else [animate_surface(run, folder / f"surface.{animate}", days=shown)]
    return [style.save(surface_figure(run, shown), folder / "surface.png"), *written]


def _folder(run_path: Path, out: str | None, animate: str | None) -> Path:
    """Folder of the files, as of ``mendsim plot``; refuse what could not be written before anything is drawn."""
    if animate is not None:
        check_kind(Path(f"movie.{animate}"))
    if out is None:
        return run_path.with_name(f"{run_path.stem}_pictures")
    check_folder(out, "--out")
    return Path(out)
