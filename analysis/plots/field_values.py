"""Fields of a snapshot in fewer dimensions: means by depth, values along the section, the state of the surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from mendsim.abm.tissue import CELL_KIND, TISSUE
from mendsim.analysis import store, style
from mendsim.analysis.plots.words import field_label
from mendsim.analysis.section_fields import COLLAGEN_MAP, SIGNAL_MAP
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

Array = NDArray[np.float64]


_SUMS = {"collagen": ("collagen_1", "collagen_3")}
"""Sums of fields that have a name of their own."""
_MATRIX = ("collagen", "collagen_1", "collagen_3", "denatured_collagen", "fragments", "elastin")
"""Amounts of matrix, averaged over the dermis as it was: an empty channel holds none, and counts."""
_NOT_AVERAGED = ("tissue", "cell_kind", "orientation_rad")
"""Codes and angles have no mean."""
_LEAST_SHARE = 0.02
"""Share of a row of sites that has to count for the row to have a mean."""


def _covered(kinds: NDArray[np.uint8]) -> Array:
    from mendsim.analysis.zone_closure import is_covered  # imports the model, which takes its time

    return is_covered(kinds[None])[0].astype(float)


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A quantity of each column of the skin.

    Parameters
    ----------
    label : of its axis, with unit.
    read : from codes of cells ``(z, y, x)`` and the edge of a site [um] to values ``(y, x)``.
    highest : end of its scale, None for the highest value.
    """

    label: str
    read: Callable[[NDArray[np.uint8], float], Array]
    highest: float | None = None


SURFACE = {
    "epidermal_thickness": Surface(
        label="epidermal thickness [µm]",
        read=lambda kinds, spacing: ((kinds > 0) & (kinds != CELL_KIND["debris"])).sum(axis=0) * spacing,
    ),
    "debris_thickness": Surface(
        label="debris in the column [µm]",
        read=lambda kinds, spacing: (kinds == CELL_KIND["debris"]).sum(axis=0) * spacing,
    ),
    "covered": Surface(label="living basal layer", read=lambda kinds, _: _covered(kinds), highest=1.0),
    "barrier": Surface(
        label="stratum corneum",
        read=lambda kinds, _: (kinds == CELL_KIND["corneocyte"]).any(axis=0).astype(float),
        highest=1.0,
    ),
}
"""Quantities of the surface, from the cells of each column."""


def field_names(run: xr.DataTree) -> list[str]:
    """Fields that can be averaged."""
    held = [str(name) for name in store.fields(run).data_vars if name not in _NOT_AVERAGED]
    return [*(name for name, parts in _SUMS.items() if set(parts) <= set(held)), *held]


def check_field(run: xr.DataTree, name: str, *more: str) -> None:
    """Refuse a field that the run does not hold, or that has no mean.

    Raises
    ------
    InputError : neither a field nor among the further names.
    """
    names = [*field_names(run), *more]
    if name not in names:
        problem = "this is a code or an angle and has no mean" if name in _NOT_AVERAGED else "unknown field"
        raise InputError(problem, key="--of", value=name, allowed=close_names(name, names))


def label_of(name: str) -> str:
    """Label of the axis of a field or of a quantity of the surface."""
    if name in SURFACE:
        return SURFACE[name].label
    return "collagen I + III [mg/mL]" if name == "collagen" else field_label(name)


def colours_of(name: str) -> Colormap:
    """Colours in which a field is drawn."""
    if name in _MATRIX:
        return COLLAGEN_MAP
    return style.amount_map() if name in SURFACE else SIGNAL_MAP


def values(run: xr.DataTree, name: str, snapshot: int) -> Array:
    """Values of a field at one snapshot, ``(z, y, x)``."""
    shot = store.fields(run).isel(snapshot=snapshot)
    return np.sum([shot[part].to_numpy().astype(float) for part in _SUMS.get(name, (name,))], axis=0)


def counted(run: xr.DataTree, name: str, snapshot: int) -> NDArray[np.bool_]:
    """Sites that make up a mean, ``(z, y, x)``: of matrix the dermis before any injury, of the rest all tissue."""
    from mendsim.analysis.profiles import intact_dermis  # imports the model, which takes its time

    if name in _MATRIX:
        return np.asarray(intact_dermis(run).to_numpy())
    return np.asarray(store.fields(run)["tissue"].isel(snapshot=snapshot).to_numpy() != TISSUE["air"])


def by_depth(run: xr.DataTree, name: str, snapshot: int) -> Array:
    """Mean of a field at each depth, ``(z,)``; not a number where too little counts."""
    held, counts = values(run, name, snapshot), counted(run, name, snapshot)
    share = counts.mean(axis=(1, 2))
    total = np.where(counts, held, 0.0).mean(axis=(1, 2))
    return np.divide(total, share, out=np.full(share.shape, np.nan), where=share >= _LEAST_SHARE)


def along_x(run: xr.DataTree, name: str, snapshot: int, window_um: tuple[float, float]) -> Array:
    """Mean of a field over a range of depths in the middle plane, or a quantity of the surface there, ``(x,)``."""
    data = store.fields(run)
    middle = data.sizes["y"] // 2
    if name in SURFACE:
        x = data["x_um"].to_numpy()
        kinds = data["cell_kind"].isel(snapshot=snapshot).to_numpy()
        return SURFACE[name].read(kinds, float(x[1] - x[0]))[middle].astype(float)
    depth = data["depth_um"].to_numpy()
    rows = (depth >= window_um[0]) & (depth <= window_um[1])
    held = values(run, name, snapshot)[rows, middle]
    counts = counted(run, name, snapshot)[rows, middle]
    number = counts.sum(axis=0)
    total = np.where(counts, held, 0.0).sum(axis=0)
    return np.divide(total, number, out=np.full(number.shape, np.nan), where=number > 0)
