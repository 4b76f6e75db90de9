"""Pictures of the tissue of a run, each with caption, words for who cannot see it, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mendsim.abm.tissue import TISSUE
from mendsim.analysis import (
    dermis_strip,
    pictures,
    relief,
    sections,
    store,
    style,
    surface,
    vessel_picture,
    vessel_table,
)
from mendsim.analysis.field_views import FieldView, field_views
from mendsim.analysis.histology import histology_figure, usual_window
from mendsim.analysis.reporting import behind
from mendsim.analysis.reporting.blocks import Illustration, Section
from mendsim.analysis.reporting.images import image, slug
from mendsim.analysis.reporting.numbers import csv, table
from mendsim.analysis.section_axes import Window
from mendsim.analysis.stain_data import stain_of
from mendsim.analysis.uptake_picture import uptake_figure, was_given

DAYS = 6
"""Snapshots in a picture over time."""
_MOSTLY = 0.9
"""Share of a section that dermis must reach down to for all of it to be drawn."""
_FEW_SESSIONS = 3
"""Sessions in pictures of several rows."""
_PER_ROW, _SHEET_IN = 3, 10.0
"""Sections side by side, and the width of a sheet: what stays readable in the column of a page."""
_CELLS = (
    "keratinocyte_count",
    "debris_count",
    "reepithelialised_fraction",
    "fibroblast_count",
    "myofibroblast_count",
    "t_cell_count",
)
_DERMIS = ("collagen_1_mg_per_ml", "collagen_3_mg_per_ml", "orientation_order", "denatured_collagen_mg_per_ml")
_STAINS = {
    "he": ("keratinocyte_count", "debris_count", "epidermal_thickness_um", "fibroblast_count"),
    "masson": ("collagen_mg_per_ml", "denatured_collagen_mg_per_ml", "scar_depth_um"),
    "picrosirius": ("collagen_1_mg_per_ml", "collagen_3_mg_per_ml", "orientation_order"),
}
"""Stains that are shown, and what of the series tells most of what is seen in them."""
_SEEN = {
    "he": "nuclei blue, collagen and keratin pink, debris dense, melanin brown",
    "masson": "collagen blue, keratin and blood red, nuclei dark",
    "picrosirius": "thick bundles of collagen orange to red, thin ones green, the rest dark",
}
_STAINED = ("tissue", "cell_kind", "collagen_1", "collagen_3", "denatured_collagen", "orientation_rad")
"""Fields without which nothing can be stained."""
_SURFACE = ("erythema_ratio", "melanin_index_pg", "debris_count", "barrier_open_fraction")
_VESSELS = ("perfused_vessel_length_mm_per_mm2", "flow_nl_per_min", "sprout_length_mm_per_mm2", "doppler_ratio")
_FIELDS = {"Collagen": ("collagen_1", "collagen_3"), "TGF-β1": ("tgf_beta1",), "Drug": ("drug",)}
"""Fields of the store that a row of sections shows."""
_TO_SCALE = "To scale; depth counts from the skin surface, which dips over a scar by the matrix that is missing."


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of a run.

    Parameters
    ----------
    name, title, caption : for the page.
    draw : makes it.
    shows : what it shows, for readers who cannot see it; numbers are added.
    numbers : those behind it.
    folded : what of them is shown in a folded table; all if not given.
    photograph : whether it is stored as one.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]
    shows: str
    numbers: pd.DataFrame
    folded: pd.DataFrame | None = None
    photograph: bool = False

    def illustration(self) -> Illustration:
        """Draw it."""
        with style.applied():
            drawn = self.draw()
            drawn.suptitle("")
            words = behind.trend(self.numbers) if self.folded is None else ""
            content = image(drawn, f"{self.shows} {words}".strip(), photograph=self.photograph)
        folded = self.numbers if self.folded is None else self.folded
        return Illustration(
            name=f"picture-{self.name}",
            title=self.title,
            content=content,
            caption=self.caption,
            table=table(folded, f"{self.title}: numbers behind the picture"),
            data=csv(self.numbers, f"{self.name}{'' if self.folded is None else '-by-depth'}.csv"),
        )


def tissue_section(run: xr.DataTree) -> Section:
    """Draw the tissue of a run over time: sections, dermis, vessels, drug, heat."""
    return Section(name="pictures", title="Pictures", blocks=[each.illustration() for each in tissue_pictures(run)])


def tissue_pictures(run: xr.DataTree) -> list[Picture]:
    """List the pictures that a run has something to show in."""
    found: list[Picture] = []
    if "fields" in run.children and store.has_cells(run):
        days = store.choose_days(run, DAYS)
        if set(_STAINED) <= set(store.fields(run).data_vars):
            found += [_stained(run, stain, days) for stain in _STAINS]
        found += [_cells(run, days), _close_up(run, days), *(_view(run, view, days) for view in field_views(run))]
        if {"collagen_1", "orientation_rad"} <= set(store.fields(run).data_vars):
            found.append(_dermis(run, store.choose_days(run, _PER_ROW)))
        found.append(_surface(run, days))
    if vessel_table.has_vessels(run):
        found.append(_vessels(run))
    if was_given(run):
        found.append(_drug(run))
    if "injury" in run.children and "peak_temperature" in run["injury"] and store.heated(run) and store.has_cells(run):
        found.append(_heat(run))
    return found


def _when(days: Sequence[float]) -> str:
    return ", ".join(map(store.day_label, days))


def _stained(run: xr.DataTree, stain: str, days: Sequence[float]) -> Picture:
    title = stain_of(stain).title
    left, right, _, _ = usual_window(run)
    return Picture(
        name=slug(stain),
        title=title,
        caption=f"{title}: simulated slides on {_when(days)}, {right - left:.0f} µm wide. Colours, nuclei, borders of"
        " cells and bundles are drawn from the state of the model; their fine shape is not part of it.",
        draw=lambda: histology_figure(run, stain=stain, days=days, per_row=_PER_ROW),
        shows=f"Sections as if stained with {title}, on {_when(days)}: {_SEEN[stain]}.",
        numbers=behind.on_days(run, _STAINS[stain], days),
        photograph=True,
    )


def _surface(run: xr.DataTree, days: Sequence[float]) -> Picture:
    block = vessel_table.is_block(run)
    what = (
        f"The skin from above on {_when(days)}" if block else "The line of the section on the skin surface, over time"
    )
    return Picture(
        name="surface",
        title="Surface",
        caption=f"{what}: colour of the skin by its melanin and blood, with crusts, clot and open channels.",
        draw=lambda: surface.surface_figure(run, days),
        shows=f"{what}, in the colours of skin.",
        numbers=behind.on_days(run, _SURFACE, days),
        photograph=True,
    )


def _cells(run: xr.DataTree, days: Sequence[float]) -> Picture:
    def draw() -> Figure:
        figure, axes = sheet(run, len(days))
        for ax, day in zip(axes, days, strict=True):
            sections.cells(run, day, ax)
        sections.cell_legend(axes, loc="outside lower center", ncols=5)
        return figure

    return Picture(
        name="cells",
        title="Cells",
        caption=f"Cells in vertical sections on {_when(days)}. {_TO_SCALE}",
        draw=draw,
        shows=f"Vertical sections with epidermis, debris, dermis, cells and vessels on {_when(days)}.",
        numbers=behind.on_days(run, _CELLS, days),
    )


def _close_up(run: xr.DataTree, days: Sequence[float]) -> Picture:
    found = store.causes(run)
    where = f"around one {found[0].replace('session', 'zone')}" if found else "in the middle of the section"
    return Picture(
        name="close-up",
        title="Epidermis",
        caption=f"Epidermis {where} on {_when(days)}. Drawn flat; each site is as large as a keratinocyte.",
        draw=lambda: pictures.close_up(run, len(days)),
        shows=f"Close look at the epidermis {where} on {_when(days)}.",
        numbers=behind.on_days(run, (*_CELLS[:3], "barrier_open_fraction", "epidermal_thickness_um"), days),
    )


def _view(run: xr.DataTree, view: FieldView, days: Sequence[float]) -> Picture:
    window = _down_to_fat(run) if view.name == "Collagen" else None

    def draw() -> Figure:
        figure, axes = sheet(run, len(days), window)
        panels = [(run, day, ax) for day, ax in zip(days, axes, strict=True)]
        view.draw_row(panels, window=window, bar_axes=axes)
        return figure

    strokes = (
        " Strokes run along the fibres and are longer where these are more parallel." if view.name == "Collagen" else ""
    )
    numbers = behind.by_depth(run, _FIELDS[view.name], days)
    label = view.label.replace("\n", " ")
    return Picture(
        name=slug(view.name),
        title=view.name,
        caption=f"{view.name} in vertical sections on {_when(days)}: {label}.{strokes} {_TO_SCALE}",
        draw=draw,
        shows=f"{view.name} in vertical sections on {_when(days)}, by colour. Its mean by depth is in the table.",
        numbers=numbers,
        folded=behind.in_bands(numbers),
    )


def _dermis(run: xr.DataTree, days: Sequence[float]) -> Picture:
    window = _down_to_fat(run)
    return Picture(
        name="dermis",
        title="Dermis",
        caption=f"Dermis on {_when(days)}: density of collagen, direction of its fibres, share of collagen III.",
        draw=lambda: dermis_strip.dermis_figure(run, days, bottom_um=None if window is None else window[3]),
        shows=f"The dermis on {_when(days)}, in rows: density of collagen, fibres, share of collagen III.",
        numbers=behind.on_days(run, _DERMIS, days),
    )


def _vessels(run: xr.DataTree) -> Picture:
    days = store.choose_days(run, _PER_ROW)
    return Picture(
        name="vessels",
        title="Blood vessels",
        caption=f"Blood vessels on {_when(days)}, coloured by flow: in section above, seen obliquely below.",
        draw=lambda: vessel_picture.vessel_figure(run, days),
        shows=f"The network of blood vessels on {_when(days)}.",
        numbers=behind.on_days(run, _VESSELS, days),
    )


def _drug(run: xr.DataTree) -> Picture:
    names = [name for name in map(str, run["series"].data_vars) if name.startswith("drug_") and name.endswith("cm2")]
    days = store.days(run)
    looked = [day for day in (0.0, 0.5, 1.0, 3.0, 7.0, 30.0) if day < days[-1]] + [float(days[-1])]
    return Picture(
        name="drug-uptake",
        title="Drug",
        caption="The drug: amounts in each place over time, mean concentration by depth, and sections.",
        draw=lambda: uptake_figure(run),
        shows="What became of the drug, place by place over time, by depth, and in sections.",
        numbers=behind.on_days(run, names, looked),
    )


def _heat(run: xr.DataTree) -> Picture:
    every = store.heated(run)
    # Sessions of one protocol are much alike: of many the first and the last tell what there is to see.
    shown = every if len(every) <= _FEW_SESSIONS else [every[0], every[-1]]
    which = f" Sessions {shown[0] + 1} and {shown[-1] + 1} of {len(every)} are drawn." if shown != every else ""
    return Picture(
        name="heat",
        title="Heat",
        caption="Highest temperature of each site, and lines inside which at least half of each target was damaged:"
        f" the whole section, and one zone.{which}",
        draw=lambda: pictures.heat(run, shown),
        shows=f"Highest temperature in the section and around one zone, with nested outlines of thermal damage.{which}",
        numbers=behind.heated(run),
    )


def _down_to_fat(run: xr.DataTree) -> Window | None:
    """Part of a section above the fat, which holds no dense matrix; None if that is all of it."""
    grid = store.fields(run)
    bottom = float(grid["depth_um"].max())
    dermis = (grid["tissue"].isel(snapshot=0) == TISSUE["dermis"]).any(("y", "x")).to_numpy()
    lowest = float(grid["depth_um"].to_numpy()[dermis].max()) if dermis.any() else bottom
    if lowest > _MOSTLY * bottom:
        return None
    left, right, _, top = relief.flat(run).extent_um
    return left, right, top, lowest


def sheet(run: xr.DataTree, count: int, window: Window | None = None) -> tuple[Figure, list[Axes]]:
    """Make a figure with room for some sections of a run, or part of them, a few in each row."""
    rows = -(-count // _PER_ROW)
    per_row = -(-count // rows)
    width = _SHEET_IN / per_row
    high = pictures.row_height_in(run, width)
    if window is not None:
        high = 0.95 * width * (window[3] - window[2]) / (window[1] - window[0]) + 0.35
    figure = style.figure(_SHEET_IN, rows * high + 0.9)
    figure.set_layout_engine("compressed")
    axes = list(figure.subplots(rows, per_row, squeeze=False).ravel())
    for ax in axes[count:]:
        ax.remove()
    return figure, axes[:count]
