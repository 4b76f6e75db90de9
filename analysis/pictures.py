"""All pictures of one run: a contact sheet, a close look at one zone, vessels, the heat, the time courses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from mendsim.analysis import relief, sections, store, style, timecourses
from mendsim.analysis.field_views import field_views
from mendsim.analysis.section_axes import Window, label_row
from mendsim.analysis.uptake_picture import uptake_figure, was_given
from mendsim.analysis.vessel_picture import vessel_figure
from mendsim.analysis.vessel_table import has_vessels
from mendsim.common.errors import InputError

_CLOSE_WIDTH_UM, _CLOSE_TOP_UM, _CLOSE_BOTTOM_UM = 500.0, -70.0, 260.0
"""Size of a close look at the epidermis around one zone."""
_COLUMN_IN = 2.7
_PANELS_PER_ROW = 4
_WHOLE_IN, _ZONE_IN = 7.0, 4.0

Draw = Callable[[xr.DataTree], Figure]


def plot_run(store_path: str | Path, out_dir: str | Path | None = None) -> list[Path]:
    """Write the pictures of a run as PNG files.

    Parameters
    ----------
    store_path : a run store.
    out_dir : where to write; a folder named after the store beside it if not given.

    Returns
    -------
    The files: sections over time, one zone close up, stained sections, time courses, the network of vessels, and the
    drug and the heat of a laser or a burn if there was any. Of excised skin, the drug.

    Raises
    ------
    InputError
        If the path is not a run store, or there is nothing to draw.
    """
    from mendsim.analysis.histology import histology_figure  # its compiled loops take a while to import

    store_path = Path(store_path)
    run = store.open_run(store_path)
    folder = store_path.with_name(f"{store_path.stem}_pictures") if out_dir is None else Path(out_dir)
    figures: dict[str, Draw] = {}
    if store.has_cells(run):
        figures |= {"sections": contact_sheet, "close_up": close_up, "histology": histology_figure}
        figures |= {"time_courses": time_courses}
    if has_vessels(run):
        figures["vessels"] = vessel_figure
    if was_given(run):
        figures["drug"] = uptake_figure
    if store.heated(run) and store.has_cells(run):
        figures["heat"] = heat
    if not figures:
        raise InputError("nothing lives in excised skin, and no drug was given", file=store_path)
    with style.applied():
        return [style.save(draw(run), folder / f"{name}.png") for name, draw in figures.items()]


def contact_sheet(run: xr.DataTree, count: int = 6) -> Figure:
    """Sections over time: a row for each quantity, a column for each day.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run`.
    count : at most this many days.
    """
    days = store.choose_days(run, count)
    views = field_views(run)
    figure = style.figure(_COLUMN_IN * len(days) + 1.2, row_height_in(run, _COLUMN_IN) * (len(views) + 1) + 1.4)
    axes = figure.subplots(len(views) + 1, len(days), squeeze=False)
    for day, ax in zip(days, axes[0], strict=True):
        sections.cells(run, day, ax)
    for view, line in zip(views, axes[1:], strict=True):
        view.draw_row([(run, day, ax) for day, ax in zip(days, line, strict=True)], bar_axes=list(line))
    for name, line in zip(["Cells", *(view.name for view in views)], axes, strict=True):
        label_row(list(line), name)
    sections.cell_legend(list(axes[0]), loc="outside lower center", ncols=8)
    style.heading(figure, store.title(run))
    return figure


def close_up(run: xr.DataTree, count: int = 6) -> Figure:
    """Cells of the epidermis around one zone or wound, or in the middle of an untreated section, over time.

    Parameters
    ----------
    run, count : as in `contact_sheet`.
    """
    days = store.choose_days(run, count)
    window = close_window(run)
    per_row = (len(days) + 1) // 2
    figure = style.figure(4.2 * per_row, 2 * 3.0 + 1.2)
    axes = figure.subplots(2, per_row, squeeze=False).ravel()
    for ax, day in zip(axes, days, strict=False):
        sections.cells(run, day, ax, window=window)
    for ax in axes[len(days) :]:
        ax.remove()
    sections.cell_legend(list(axes[: len(days)]), loc="outside lower center", ncols=8)
    found = store.causes(run)
    where = "close up" if not found else f"around one {found[0].replace('session', 'zone')}"
    style.heading(figure, f"{store.title(run)}: {where}")
    return figure


def heat(run: xr.DataTree, sessions: Sequence[int] | None = None) -> Figure:
    """Peak temperature and damage of each laser session or burn: the whole section and one zone.

    Parameters
    ----------
    run : a run from `mendsim.analysis.open_run` with at least one laser session or burn.
    sessions : numbers of those that are drawn, from 0; all of them if not given.
    """
    sessions = store.heated(run) if sessions is None else sessions
    windows = [zone_window(run, session) for session in sessions]
    left, right, _, _ = relief.flat(run).extent_um
    heights = [
        0.8 + max(_WHOLE_IN * (bottom - top) / (right - left), _ZONE_IN * (bottom - top) / (end - start))
        for start, end, top, bottom in windows
    ]
    figure = style.figure(_WHOLE_IN + _ZONE_IN + 2.0, sum(heights) + 1.2)
    axes = figure.subplots(len(windows), 2, squeeze=False, width_ratios=(_WHOLE_IN, _ZONE_IN), height_ratios=heights)
    for session, window, (whole, zone) in zip(sessions, windows, axes, strict=True):
        sections.temperature(run, session, whole, bar=False, window=(left, right, *window[2:]))
        sections.temperature(run, session, zone, window=window)
        zone.set_title("one zone")
    sections.shell_legend(list(axes.ravel()), loc="outside lower center", ncols=6)
    style.heading(figure, f"{store.title(run)}: peak temperature and thermal damage")
    return figure


def time_courses(run: xr.DataTree, control: xr.DataTree | None = None) -> Figure:
    """Every panel that applies to a run, with its control if there is one.

    Parameters
    ----------
    run, control : runs from `mendsim.analysis.open_run`.
    """
    names = [name for name in timecourses.PANELS if timecourses.applies(run, name)]
    rows = -(-len(names) // _PANELS_PER_ROW)
    figure = style.figure(3.3 * _PANELS_PER_ROW, 2.5 * rows + 0.8)
    axes = figure.subplots(rows, _PANELS_PER_ROW, squeeze=False).ravel()
    timecourses.panels(run, list(axes[: len(names)]), names, control=control)
    for ax in axes[len(names) :]:
        ax.remove()
    style.heading(figure, store.title(run))
    return figure


def row_height_in(run: xr.DataTree, column_in: float) -> float:
    """Height of a row of whole sections in columns of a given width, title included."""
    sizes = store.fields(run).sizes
    return 0.95 * column_in * sizes["z"] / sizes["x"] + 0.35


def close_window(run: xr.DataTree) -> Window:
    """Part of a section around the zone nearest to its middle, at the surface."""
    x = store.zone_x_um(run, 0)
    return _inside(run, x, _CLOSE_WIDTH_UM, _CLOSE_TOP_UM, _CLOSE_BOTTOM_UM)


def zone_window(run: xr.DataTree, session: int) -> Window:
    """Part of a section that holds the whole damage of the zone nearest to its middle."""
    injury = run["injury"].to_dataset().isel(session=session)
    hot = (injury["damage_heat_shock"].isel(y=injury.sizes["y"] // 2) > 0.5).any("x").to_numpy()
    depth = injury["depth_um"].to_numpy()
    deepest = float(depth[hot].max()) if hot.any() else _CLOSE_BOTTOM_UM
    bottom = min(deepest + 60.0, float(depth[-1]))
    return _inside(
        run, store.zone_x_um(run, session), max(_CLOSE_WIDTH_UM, 0.7 * (bottom - _CLOSE_TOP_UM)), _CLOSE_TOP_UM, bottom
    )


def _inside(run: xr.DataTree, x: float, width: float, top: float, bottom: float) -> Window:
    left, right, _, _ = relief.flat(run).extent_um
    start = float(np.clip(x - 0.5 * width, left, max(left, right - width)))
    return start, min(start + width, right), top, bottom
