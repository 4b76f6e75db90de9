"""Hair follicles: their stage in the hair cycle, pushed by immune attack and held by the oxygen of the papilla."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mendsim.abm.core import Column, ColumnAgent
from mendsim.abm.draws import uniforms
from mendsim.common.purposes import FOLLICLE

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

ANAGEN, CATAGEN, TELOGEN = 0, 1, 2
_HOURS_PER_DAY = 24.0


class Follicle(ColumnAgent):
    """A hair follicle, known by its bulb."""

    x_um = Column("f8", unit="um", doc="position along the section")
    y_um = Column("f8", unit="um", doc="position across the section")
    bulb_depth_um = Column("f8", unit="um", doc="depth of the bulb below the skin surface")
    stage = Column("i1", unit="1", doc="0 anagen, 1 catagen, 2 telogen")


def cycle(model: HealingModel) -> None:
    """Leave or enter anagen (R24).

    Each stage ends at the rate of its mean duration. Cytokine at the bulb adds to the rate of leaving anagen; too
    little oxygen, or cytokine, lowers the rate of entering it.
    """
    hairs, p = model.population(Follicle), model.parameters
    if hairs.n_rows == 0:
        return
    x, y, z = model.bulb_positions()
    at = np.column_stack([x, y, z])
    cytokine, oxygen = model.sample(model.cytokine, at), model.sample(model.oxygen, at)
    attack = cytokine / (p["follicle.attack_half_effect_ng_per_ml"] + cytokine)
    supply = oxygen / (p["follicle.oxygen_half_effect_mmhg"] + oxygen)
    rate_per_d = np.select(
        [hairs["stage"] == ANAGEN, hairs["stage"] == CATAGEN],
        [
            1.0 / p["follicle.anagen_d"] + p["follicle.attack_per_d"] * attack,
            np.full(hairs.n_rows, 1.0 / p["follicle.catagen_d"]),
        ],
        supply * (1.0 - attack) / p["follicle.telogen_d"],
    )
    draw = uniforms(model.seed, hairs.uid[: hairs.n_rows], model.step_index, FOLLICLE)
    moves = draw < 1.0 - np.exp(-rate_per_d * model.step_h / _HOURS_PER_DAY)
    hairs["stage"][...] = np.where(moves, (hairs["stage"] + 1) % 3, hairs["stage"])
