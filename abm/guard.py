"""Watch over the numbers of a model: what is no number, negative or beyond what matter can hold stops a run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.core import Population
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.drugs.transport import Transport
from mendsim.common.errors import NumbersError

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_PROTEINS = ("tgf_beta1", "latent_tgf_beta1", "mmp9", "timp1", "cytokine", "pdgf", "vegf")
_MATRIX = ("collagen_1", "collagen_3", "denatured_collagen", "fragments", "elastin", "fibrin")
_ROUNDING = 1e-3
"""Share of the largest value of a field by which another may lie below its range: solvers end with a residual."""
_NOTHING = 1e-3
"""In the unit of any field: what is smaller than this everywhere has no effect, and its residual is no fault."""
_UG_PER_G = 1e6

Check = tuple[str, NDArray, float, float]
"""Name, values, lowest and highest value."""


def check(model: HealingModel | ExcisedSkin) -> None:
    """Look at every field and every column of the agents.

    Raises
    ------
    NumbersError : the first number that cannot be, with step, name and place.
    """
    checks = _excised(model) if isinstance(model, ExcisedSkin) else _living(model)
    for name, values, low, high in checks:
        if not values.size:
            continue
        least, most = values.min(), values.max()
        least_allowed = low - _ROUNDING * max(most, _NOTHING)
        if not (least >= least_allowed and most <= high and most < math.inf):  # comparisons with no number fail
            _tell(model, name, values, (least_allowed, low), high)
    if not isinstance(model, ExcisedSkin):
        for population in model.populations:
            _check_agents(model, population)


def _living(model: HealingModel) -> Iterator[Check]:
    p = model.parameters
    for name in _PROTEINS:
        yield f"{name} [ng/mL]", getattr(model, name).concentration, 0.0, p["limit.protein_ng_per_ml"]
    yield "oxygen [mmHg]", model.oxygen.concentration, 0.0, p["limit.oxygen_mmhg"]
    for name in _MATRIX:
        yield f"{name} [mg/mL]", getattr(model.matrix, name), 0.0, p["limit.matrix_mg_per_ml"]
    most = 1.0 + _ROUNDING
    for name in ("order_cos", "order_sin"):
        yield f"{name} of fibres [1]", getattr(model.matrix, name), -most, most
    for name in ("neutrophils", "inflammatory", "repairing"):
        yield f"{name} [1/mm3]", getattr(model.leukocytes, name).concentration, 0.0, p["limit.cells_per_mm3"]
    most = p["limit.pressure_mmhg"]
    yield "interstitial pressure [mmHg]", model.drainage.pressure.concentration, -most, most
    yield "swelling [mL/mL]", model.swelling.excess, 0.0, math.inf
    yield "alarmin [ng/site]", model.alarmin_ng, 0.0, math.inf
    yield "microbes [1/site]", model.microbes.load, 0.0, math.inf
    if model.delivery is not None:
        yield from _drug(model.delivery.transport)
        most = model.delivery.drug["crystal_density_g_per_ml"] * _UG_PER_G
        yield "particles of drug [ug/mL]", model.delivery.particles.content, 0.0, most


def _excised(skin: ExcisedSkin) -> Iterator[Check]:
    yield "denatured collagen [1]", skin.denatured, 0.0, 1.0
    if skin.transport is not None:
        yield from _drug(skin.transport)


def _drug(transport: Transport) -> Iterator[Check]:
    most = transport.drug["crystal_density_g_per_ml"] * _UG_PER_G
    yield "free drug [ug/mL]", transport.field.concentration, 0.0, most
    yield "crystals of drug [ug/mL]", transport.crystals, 0.0, most


def _check_agents(model: HealingModel, population: Population) -> None:
    rows = population.rows()
    for name, column in population.columns.items():
        if column.dtype.kind != "f" or math.isnan(column.default):
            continue
        values = population[name][rows]
        if not math.isfinite(float(values.sum(dtype=np.float64))) and len(
            wrong := np.flatnonzero(~np.isfinite(values))
        ):
            uid = int(population.uid[rows][wrong[0]])
            what = f"{population.agent_type.__name__} {uid}: {name} [{column.unit}] is {values[wrong[0]]}"
            raise NumbersError(f"{_when(model)}: {what}")


def _tell(model: HealingModel | ExcisedSkin, name: str, values: NDArray, low: tuple[float, float], high: float) -> None:
    """Raise for the first value that is below the first of two lows (the second is the one to name) or too high."""
    with np.errstate(invalid="ignore"):
        fits = (values >= (-math.inf if math.isnan(low[0]) else low[0])) & (values <= high) & (values < math.inf)
    place = np.argwhere(~fits)[0]
    what = f"{name} is {values[tuple(place)]:.6g}, outside {low[1]:g} to {high:g}"
    raise NumbersError(f"{_when(model)}: {what}, at {_where(model, values.shape, place)}")


def _where(model: HealingModel | ExcisedSkin, shape: tuple[int, ...], place: NDArray[np.int64]) -> str:
    """Name a place by its depth below the mean surface, if it has one, and its position in the sample."""
    lattice = model.lattice
    whole = lattice.shape[-len(shape) :]
    um = [(i + 0.5) * n / m * lattice.spacing_um for i, n, m in zip(place, whole, shape, strict=True)]
    names = ("depth", "y", "x")[-len(shape) :]
    if len(shape) == len(lattice.shape):
        um[0] -= lattice.air_sites * lattice.spacing_um
    return ", ".join(f"{axis} {value:.0f} um" for axis, value in zip(names, um, strict=True))


def _when(model: HealingModel | ExcisedSkin) -> str:
    return f"step {model.step_index} ({model.time_h:g} h)"
