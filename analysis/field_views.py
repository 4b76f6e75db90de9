"""Fields that are drawn as rows of a sheet: each with its colours, its scale and when it is worth a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize

from mendsim.analysis import section_fields, timecourses
from mendsim.analysis.section_axes import Window, colour_bar


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """A field as a row of sections that share one colour scale.

    Parameters
    ----------
    name : heading of the row.
    draw : one of the functions of `mendsim.analysis.sections`.
    cmap, label : colours and label of the colour bar.
    limit : end of the colour scale for some runs.
    norm : colour scale that ends there.
    """

    name: str
    draw: Callable[..., Axes]
    cmap: LinearSegmentedColormap
    label: str
    limit: Callable[..., float]
    norm: Callable[[float], Normalize]

    def draw_row(
        self, panels: list[tuple[xr.DataTree, float, Axes]], *, window: Window | None = None, bar_axes: list[Axes]
    ) -> None:
        """Draw the field for several runs and days on one colour scale.

        Parameters
        ----------
        panels : run, day and axes of each picture.
        window : part of the section to draw.
        bar_axes : axes beside which the colour bar stands.
        """
        highest = self.limit(*{id(run): run for run, _, _ in panels}.values())
        for run, day, ax in panels:
            self.draw(run, day, ax, window=window, highest=highest, bar=False)
        colour_bar(bar_axes, self.cmap, self.norm(highest), self.label)


_COLLAGEN = FieldView(
    name="Collagen",
    draw=section_fields.collagen,
    cmap=section_fields.COLLAGEN_MAP,
    label="collagen I + III\n[mg/mL]",
    limit=section_fields.collagen_limit,
    norm=partial(section_fields.field_norm, "collagen"),
)
_TGF_BETA1 = FieldView(
    name="TGF-β1",
    draw=section_fields.tgf_beta1,
    cmap=section_fields.SIGNAL_MAP,
    label="TGF-β1\n[ng/mL]",
    limit=partial(section_fields.field_limit, "tgf_beta1"),
    norm=partial(section_fields.field_norm, "tgf_beta1"),
)
_DRUG = FieldView(
    name="Drug",
    draw=section_fields.drug,
    cmap=section_fields.SIGNAL_MAP,
    label="drug\n[µg/mL]",
    limit=partial(section_fields.field_limit, "drug"),
    norm=partial(section_fields.field_norm, "drug"),
)


def field_views(run: xr.DataTree) -> list[FieldView]:
    """Fields worth a row for a run: collagen, TGF-beta1, and the drug if one was given."""
    return [_COLLAGEN, _TGF_BETA1, *([_DRUG] if timecourses.applies(run, "drug") else [])]
