"""Heat-shock proteins of cells that heat did not kill: HSP70 for days, HSP47 with the making of collagen (R15)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mendsim.abm.agents import fibroblast
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.stacks import CORNEOCYTE

if TYPE_CHECKING:
    from mendsim.abm.core import Population
    from mendsim.abm.model import HealingModel
    from mendsim.thermal.injury import Injury


def living(model: HealingModel) -> tuple[tuple[Population, NDArray[np.int64]], tuple[Population, NDArray[np.int64]]]:
    """Return population and rows of the cells that can show heat shock: living keratinocytes and fibroblasts."""
    cells = model.population(Keratinocyte)
    rows = np.arange(cells.n_rows)[cells.rows()]
    return (cells, rows[cells["kind"][rows] < CORNEOCYTE]), fibroblast.alive(model)


def take(model: HealingModel, injury: Injury) -> None:
    """Start the message in proportion to the sublethal dose; a new dose brings it no higher than a full one.

    Cells that the injury kills are removed or marked dead after this.
    """
    dose = injury.damage["heat_shock"]
    for cells, rows, at in _sites(model):
        cells["heat_message"][rows] = np.maximum(cells["heat_message"][rows], dose[at])


def _sites(model: HealingModel) -> Iterator[tuple[Population, NDArray[np.int64], tuple[NDArray[np.int64], ...]]]:
    """Give population, rows and lattice sites (z, y, x) of the living cells of both kinds."""
    (keratinocytes, top), (fibroblasts, deep) = living(model)
    yield keratinocytes, top, tuple(keratinocytes[name][top].astype(np.int64) for name in ("iz", "iy", "ix"))
    place = [fibroblasts[name][deep] / model.lattice.spacing_um for name in ("z_um", "y_um", "x_um")]
    sites = (np.clip(p.astype(np.int64), 0, n - 1) for p, n in zip(place, model.lattice.shape, strict=True))
    yield fibroblasts, deep, tuple(sites)


def synthesis_per_h(message_per_h: float, loss_per_h: float, peak: float) -> float:
    """Rate of synthesis at full message for which a protein that starts at 0 peaks at ``peak``.

    The message falls as ``exp(-m t)`` and the protein is lost at ``l``, so it peaks when both curves meet, at
    ``(l / m) ** (l / (m - l)) / m`` times the rate.
    """
    return peak * message_per_h * (message_per_h / loss_per_h) ** (loss_per_h / (message_per_h - loss_per_h))


def step(model: HealingModel) -> None:
    """Advance message and proteins by one step, exactly for a message that falls exponentially.

    HSP47, the chaperone of collagen, follows the activation of the fibroblast as well.
    """
    p, dt = model.parameters, model.step_h
    message_per_h = math.log(2.0) / p["hsp70.message_half_life_h"]
    loss_70, loss_47 = (math.log(2.0) / p[f"{name}.half_life_h"] for name in ("hsp70", "hsp47"))
    make_70 = synthesis_per_h(message_per_h, loss_70, p["hsp70.peak_ratio"] - 1.0)
    make_47 = synthesis_per_h(message_per_h, loss_47, p["hsp47.heat_ratio"] - 1.0)
    most_47 = p["hsp47.synthesis_ratio"] - 1.0
    cells, rows = fibroblast.alive(model)
    message, activation = cells["heat_message"], cells["activation"]
    _make(rows, message, activation, cells["hsp47"], dt, message_per_h, loss_47, make_47, most_47)
    for cells, rows in living(model):
        message = cells["heat_message"]
        _make(rows, message, message, cells["hsp70"], dt, message_per_h, loss_70, make_70, 0.0)
        message[rows] *= math.exp(-message_per_h * dt)


@njit(cache=True, nogil=True)
def _make(rows, message, drive, protein, dt, message_per_h, loss, make, most):
    """Advance ``d protein / dt = loss (most drive - protein) + make message``, with a message that falls meanwhile."""
    kept = math.exp(-loss * dt)
    made = make * (kept - math.exp(-message_per_h * dt)) / (message_per_h - loss)
    for row in rows:
        goal = most * drive[row]
        protein[row] = goal + (protein[row] - goal) * kept + made * message[row]
