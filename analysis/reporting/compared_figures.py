"""Figures of a comparison: paired differences, courses with their intervals, sections of the runs that are kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import pictures, plots, relief, sections, store, style
from mendsim.analysis.comparison_files import SavedComparison
from mendsim.analysis.course_panels import MOST_TELLING, PANELS
from mendsim.analysis.curves import NOISE
from mendsim.analysis.plots.groups import Curve, series_curves, series_names
from mendsim.analysis.reporting.blocks import Block, Gallery, Illustration, Prose, Section
from mendsim.analysis.reporting.courses import LOOKS, legend_below, thinned
from mendsim.analysis.reporting.images import drawing, image
from mendsim.analysis.reporting.numbers import csv, number, table, with_unit
from mendsim.analysis.section_axes import label_row

_WIDTH_IN, _HEIGHT_IN = 2.8, 2.0
"""Of a drawing in the style for print, whose letters are smaller."""
_MOST = 30
"""End points in the picture of differences; the table has all of them."""
_DAYS, _ROWS, _COLUMN_IN = 3, 4, 3.1
_DIFFERENCES = (
    "Paired differences from {reference} with their 95 % intervals, the {count} with the lowest adjusted p. Filled"
    " marks are more than noise; q is the adjusted p. Where units differ, each is drawn in percent of the larger of the"
    " two means; the numbers beside it are in its unit."
)
_COURSES = (
    "Means of all runs with their 95 % intervals by Student's t, at each time by itself: the intervals say nothing of"
    " differences, which are paired. Triangles mark injuries. Days run on a square-root scale."
)
_KEPT = (
    "One run of each scenario, the first that is still kept, drawn flat. Runs of a comparison are kept without the"
    " cells of their dermis: there are no fibroblasts, T cells and follicles in these pictures."
)


def can_be_drawn(saved: SavedComparison) -> bool:
    """Whether there are no more scenarios than can be told apart."""
    return len(saved.scenarios) <= len(style.SERIES_COLOURS)


def differences(saved: SavedComparison, names: Sequence[str]) -> Illustration | None:
    """Draw the paired differences of end points; None if none has a size.

    Parameters
    ----------
    saved : the comparison.
    names : end points that differ.
    """
    columns = ["end_point", "label", "unit", "scenario", "difference", "difference_low", "difference_high"]
    table_of_all = saved.comparison.table
    drawn = table_of_all[table_of_all["end_point"].isin(names) & table_of_all["difference"].notna()]
    if drawn.empty or not can_be_drawn(saved):
        return None
    figure = plots.forest(saved, of=list(names), most=_MOST).get_figure(root=True)
    if figure is None:
        return None
    words = "; ".join(
        f"{row['scenario']}, {row['label']}: {with_unit(number(float(row['difference'])), str(row['unit']))}"
        for _, row in drawn.sort_values("adjusted_p").head(_MOST).iterrows()
    )
    count = min(_MOST, drawn["end_point"].nunique())
    return Illustration(
        name="picture-differences",
        title="Paired differences",
        content=drawing(figure, f"Differences from {saved.comparison.reference}. {words}.", "differences", wide=True),
        caption=_DIFFERENCES.format(reference=saved.comparison.reference, count=count),
        data=csv(drawn[[*columns, "adjusted_p", "more_than_noise"]], "differences.csv"),
    )


def compared_courses(saved: SavedComparison) -> Section:
    """Draw the most telling time series of a comparison, those that move."""
    there = series_names(saved)
    names = [name for name in (PANELS[panel].lines[0][0] for panel in MOST_TELLING) if name in there]
    curves = {name: series_curves(saved, name) for name in dict.fromkeys(names)}
    blocks: list[Block] = []
    if can_be_drawn(saved) and (moving := [name for name, each in curves.items() if _moves(each)]):
        blocks = [Gallery(caption=_COURSES, pictures=[_course(saved, name, curves[name]) for name in moving])]
    return Section(name="courses", title="Time courses", blocks=blocks)


def _moves(curves: Sequence[Curve]) -> bool:
    means = np.concatenate([curve.mean for curve in curves])
    return bool(np.isfinite(means).any() and np.ptp(means[np.isfinite(means)]) > NOISE * np.nanmax(np.abs(means)))


def _course(saved: SavedComparison, name: str, curves: Sequence[Curve]) -> Illustration:
    figure = style.figure(_WIDTH_IN, _HEIGHT_IN)
    with style.for_print():
        legend_below(figure, plots.time_course(saved, name, figure.add_subplot(), legend=False), columns=1)
        meaning = OBSERVABLES[name].meaning if name in OBSERVABLES else name.replace("_", " ")
        unit = store.pretty_unit(curves[0].unit)
        content = drawing(figure, _alt(meaning, unit, curves), f"course-{name}")
    frame = pd.DataFrame({"day": curves[0].at})
    for curve in curves:
        # Scenarios of different length have rows of their own.
        own = pd.DataFrame(
            {"day": curve.at}
            | {
                f"{curve.label}{end}": getattr(curve, part)
                for end, part in (("", "mean"), (" low", "low"), (" high", "high"))
            }
        )
        frame = frame.merge(own, on="day", how="outer")
    days = frame["day"].to_numpy()
    looked = sorted({int(np.argmin(np.abs(days - day))) for day in (*LOOKS, days[-1]) if day <= days[-1]})
    return Illustration(
        name=f"course-{name}-figure",
        title=meaning,
        content=content,
        caption=f"{meaning[:1].upper()}{meaning[1:]}{f' [{unit}]' if unit else ''}.",
        table=table(frame.iloc[looked].reset_index(drop=True), f"{name} on some days: mean, and ends of its interval"),
        data=csv(thinned(frame), f"{name}.csv"),
    )


def _alt(meaning: str, unit: str, curves: Sequence[Curve]) -> str:
    told = []
    for curve in curves:
        known = np.flatnonzero(np.isfinite(curve.mean))
        if not len(known):
            continue
        first, last = (with_unit(number(float(curve.mean[at])), unit) for at in (known[0], known[-1]))
        told.append(f"{curve.label} {first} at the start, {last} on day {curve.at[known[-1]]:.4g}")
    return f"{meaning} over time: {'; '.join(told)}."


def kept_sections(runs: Sequence[xr.DataTree]) -> Section:
    """Draw cells of the runs that are kept, a row for each."""
    drawn = [run for run in runs if "fields" in run.children and store.has_cells(run)][:_ROWS]
    blocks: list[Block] = []
    if drawn:
        days = _common_days(drawn)
        with style.applied():
            heights = [pictures.row_height_in(run, _COLUMN_IN) + 0.1 for run in drawn]
            figure = style.figure(_COLUMN_IN * len(days) + 0.5, sum(heights) + 0.9)
            figure.set_layout_engine("compressed")
            axes = figure.subplots(len(drawn), len(days), squeeze=False, height_ratios=heights)
            for run, line in zip(drawn, axes, strict=True):
                left, right, bottom, top = relief.flat(run).extent_um
                for day, ax in zip(days, line, strict=True):
                    sections.cells(run, day, ax, window=(left, right, top, bottom))
                label_row(list(line), str(run.attrs.get("scenario_name", "")))
            sections.cell_legend(list(axes.ravel()), loc="outside lower center", ncols=5)
            names = ", ".join(store.title(run) for run in drawn)
            when = ", ".join(map(store.day_label, days))
            content = image(figure, f"Vertical sections with epidermis, debris and vessels on {when}: {names}.")
        counts = [
            {"scenario": store.title(run)} | {store.day_label(day): _debris(run, day) for day in days} for run in drawn
        ]
        blocks = [
            Prose(paragraphs=[_KEPT]),
            Illustration(
                name="picture-kept",
                title="Cells of kept runs",
                content=content,
                caption=f"Cells in vertical sections on {when}: {names}.",
                table=table(pd.DataFrame(counts), "Dead keratinocytes still in the skin"),
                data=csv(pd.DataFrame(counts), "debris.csv"),
            ),
        ]
    return Section(name="pictures", title="Pictures", blocks=blocks)


def _common_days(runs: Sequence[xr.DataTree]) -> list[float]:
    """Choose days of which every run has a snapshot: the first, the last, and the middle one of the others."""
    shared = set(store.snapshot_days(runs[0]))
    for run in runs[1:]:
        shared &= set(store.snapshot_days(run))
    days = sorted(map(float, shared or store.snapshot_days(runs[0])))
    return days if len(days) <= _DAYS else [days[0], days[len(days) // 2], days[-1]]


def _debris(run: xr.DataTree, day: float) -> float:
    values = store.values(run, "debris_count")
    return np.nan if values is None else float(values[np.argmin(np.abs(store.days(run) - day))])
