"""Treated skin beside its untreated control: one picture for each protocol, one page for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from mendsim.analysis import relief, sections, store, style, timecourses
from mendsim.analysis.course_panels import MOST_TELLING
from mendsim.analysis.endpoints import outcomes
from mendsim.analysis.field_views import field_views
from mendsim.analysis.pictures import close_window, row_height_in
from mendsim.analysis.section_axes import label_row
from mendsim.common.errors import InputError

_DAYS = 4
_PANEL_ROWS, _PANEL_COLUMNS = 3, 4
_WIDTH_IN = 15.0
_COLUMN_IN = 2.25
_TALL = 1.2
"""Fields are drawn down to the width of the section where it is deeper than this times its width."""
_GROUP_COLOURS = {"treated": "#0b5f8a", "untreated": "#8a4b08"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A treated run and its untreated control.

    Parameters
    ----------
    name : the protocol, also the name of its picture.
    treated, control : the two runs.
    """

    name: str
    treated: xr.DataTree
    control: xr.DataTree


def compare_runs(protocols: Mapping[str, tuple[str | Path, str | Path]], out_dir: str | Path) -> Path:
    """Write a picture for each protocol and one page that sets the protocols side by side.

    Parameters
    ----------
    protocols : for each protocol the run stores of the treated skin and of its untreated control.
    out_dir : where to write.

    Returns
    -------
    The page, a single HTML file that holds its pictures; the pictures also lie beside it as PNG files.

    Raises
    ------
    InputError
        If a path is not a run store, or no protocol is given.
    """
    # What a page says of a protocol comes from the scenarios, and with them all of the model.
    from mendsim.analysis.reporting.beside import Entry, beside_page
    from mendsim.analysis.reporting.writing import write_page

    if not protocols:
        raise InputError("nothing to compare", key="protocols", allowed="at least one protocol with its two run stores")
    folder = Path(out_dir)
    entries = []
    for name, (treated, control) in protocols.items():
        pair = Pair(name=name, treated=store.open_run(treated), control=store.open_run(control))
        with style.applied():
            picture = style.save(comparison_figure(pair), folder / f"{name}.png")
        entries.append(
            Entry(
                name=name,
                treated=pair.treated,
                control=pair.control,
                picture=picture,
                alt=describe(pair),
                table=outcome_table(pair),
            )
        )
    return write_page(beside_page(entries), folder / "comparison.html")


def outcome_table(pair: Pair) -> pd.DataFrame:
    """End points of both runs: label, treated, untreated, unit, definition; one row for each end point."""
    table = outcomes(pair.treated).rename(columns={"value": "treated"})
    table.insert(2, "untreated", outcomes(pair.control)["value"])
    return table


def comparison_figure(pair: Pair) -> Figure:
    """Sections of both runs side by side, over key time courses.

    Parameters
    ----------
    pair : a treated run and its control.
    """
    columns, views, close = _columns(pair), field_views(pair.treated), close_window(pair.treated)
    part = _field_window(pair.treated)
    whole_in = row_height_in(pair.treated, _COLUMN_IN)
    field_in = whole_in if part is None else _COLUMN_IN + 0.35
    heights = [whole_in, 0.35 + _COLUMN_IN * (close[3] - close[2]) / (close[1] - close[0]), *[field_in] * len(views)]
    upper_in, lower_in = sum(heights) + 1.5, 2.4 * _PANEL_ROWS + 0.5
    figure = style.figure(_WIDTH_IN, upper_in + lower_in)
    grid = figure.add_gridspec(2, 1, height_ratios=(upper_in, lower_in))
    upper, lower = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
    axes = upper.subplots(len(heights), len(columns), squeeze=False, height_ratios=heights)
    runs = {"treated": pair.treated, "untreated": pair.control}
    for (who, day), whole, detail in zip(columns, axes[0], axes[1], strict=True):
        sections.cells(runs[who], day, whole)
        sections.cells(runs[who], day, detail, window=close)
    for view, line in zip(views, axes[2:], strict=True):
        panels = [(runs[who], day, ax) for (who, day), ax in zip(columns, line, strict=True)]
        view.draw_row(panels, window=part, bar_axes=list(line))
    for name, line in zip(_row_names(pair), axes, strict=True):
        label_row(list(line), name)
        for (who, day), ax in zip(columns, line, strict=True):
            _mark(ax, who, store.day_label(day))
    sections.cell_legend([*axes[0], *axes[1]], loc="outside lower center", ncols=8)
    _draw_time_courses(lower, pair)
    style.heading(figure, store.title(pair.treated), 15)
    return figure


def describe(pair: Pair) -> str:
    """Text for readers who cannot see the comparison picture."""
    columns = ", ".join(f"{who} at {store.day_label(day)}" for who, day in _columns(pair))
    rows = ", ".join(_row_names(pair))
    courses = ", ".join(timecourses.PANELS[name].title for name in _chosen_panels(pair))
    return (
        f"{store.title(pair.treated)}. Vertical sections of the skin, in columns: {columns}. In rows: {rows}."
        f" Below, time courses of treated (full line) and untreated (dashed) skin: {courses}."
        " The numbers are in the table of outcomes."
    )


def _columns(pair: Pair) -> list[tuple[str, float]]:
    """Treated skin over time, then untreated skin on the second and last of the same days."""
    days = store.choose_days(pair.treated, _DAYS)
    return [("treated", day) for day in days] + [("untreated", day) for day in (days[len(days) > 2], days[-1])]


def _row_names(pair: Pair) -> list[str]:
    return ["Cells", "Close up", *(view.name for view in field_views(pair.treated))]


def _field_window(run: xr.DataTree) -> tuple[float, float, float, float] | None:
    """Upper part of a deep section, None for a section that is shown whole."""
    grid = store.fields(run)
    if grid.sizes["z"] <= _TALL * grid.sizes["x"]:
        return None
    left, right, _, top = relief.flat(run).extent_um
    return left, right, top, top + right - left


def _mark(ax: Axes, who: str, day: str) -> None:
    ax.set_title(f"{who}, {day}", color=_GROUP_COLOURS[who])
    for spine in ax.spines.values():
        spine.set_edgecolor(_GROUP_COLOURS[who])
        spine.set_linewidth(1.2)


def _draw_time_courses(figure: SubFigure, pair: Pair) -> None:
    names = _chosen_panels(pair)
    axes = np.ravel(figure.subplots(_PANEL_ROWS, _PANEL_COLUMNS))
    timecourses.panels(pair.treated, list(axes[: len(names)]), names, control=pair.control)
    for ax in axes[len(names) :]:
        ax.remove()


def _chosen_panels(pair: Pair) -> list[str]:
    return [name for name in MOST_TELLING if timecourses.applies(pair.treated, name)][: _PANEL_ROWS * _PANEL_COLUMNS]
