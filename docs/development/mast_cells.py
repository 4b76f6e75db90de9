"""An agent and a field of one's own: mast cells that empty their granules of histamine where cytokine is.

The numbers are made up, for this file shows how it is done and not what mast cells do.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mendsim import scenarios
from mendsim.abm.agents.moving_cell import MovingCell, living
from mendsim.abm.core import Column
from mendsim.abm.draws import uniforms
from mendsim.abm.fields.field import Field
from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import DERMIS
from mendsim.common.purposes import PLACEMENT

PER_MM3, HISTAMINE_PG, EMPTIES_PER_H, CYTOKINE_NG_PER_ML = 7000.0, 3.0, 0.5, 0.05
HALF_LIFE_H, DIFFUSIVITY_UM2_PER_S = 0.1, 300.0
NEVER_A_STEP = 2**31 + 1


# agent
class MastCell(MovingCell):
    """A mast cell of the dermis."""

    granules = Column("f8", unit="1", doc="share of its granules that it still holds", default=1.0)


# populate
def settle(model: HealingModel) -> None:
    """Put mast cells at places of the dermis that the seed decides."""
    sites = np.argwhere(model.tissue.code == DERMIS)
    cells = round(PER_MM3 * len(sites) * (model.lattice.spacing_um * 1e-3) ** 3)
    lots = uniforms(model.seed, np.arange(cells), NEVER_A_STEP, PLACEMENT)
    z, y, x = (sites[(lots * len(sites)).astype(int)].T + 0.5) * model.lattice.spacing_um
    MastCell.create_agents(model, cells, x_um=x, y_um=y, z_um=z)


# rule
def degranulate(model: MastSkin) -> None:
    """Set histamine free where cytokine is, as long as granules are left."""
    cells, rows = living(model, MastCell)
    places = np.stack([cells[f"{axis}_um"][rows] for axis in "xyz"], axis=1)
    woken = model.sample(model.cytokine, places) > CYTOKINE_NG_PER_ML
    released = woken * cells["granules"][rows] * (1.0 - math.exp(-EMPTIES_PER_H * model.step_h))
    cells["granules"][rows] -= released
    # whole numbers, so that the order of the cells cannot matter
    quanta = np.rint(model.quanta(1.0) * HISTAMINE_PG * released / model.step_h).astype(np.int64)
    np.add.at(model.histamine.source, model.index(model.histamine, places), quanta)


# model
class MastSkin(HealingModel):
    """The healing model with mast cells and histamine."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.histamine = Field(
            name="histamine",
            unit="ng/mL",
            lattice=self.lattice,
            factor=2,
            decay_per_s=math.log(2.0) / (3600.0 * HALF_LIFE_H),
        )
        self.histamine.set_diffusivity(DIFFUSIVITY_UM2_PER_S)
        settle(self)

    def _secretion(self) -> None:
        super()._secretion()
        degranulate(self)

    def _transport(self) -> None:
        super()._transport()
        self.histamine.step(self.step_h)


# run
def heal(scenario: scenarios.Scenario, seed: int = 1) -> MastSkin:
    """Run a scenario with mast cells and return the skin at its end."""
    from mendsim.scenarios.border import lattice_of, parameters_of

    numbers, patient = parameters_of(scenario), scenario.patient
    skin = MastSkin(
        lattice=lattice_of(scenario.lattice),
        site=patient.site,
        phototype=patient.phototype,
        initial_state=patient.initial_state,
        parameters=numbers["abm"],
        seed=seed,
        step_h=scenario.step_h,
    )
    scenarios.simulate(skin, scenario, thermal_parameters=numbers["thermal"])
    return skin


if __name__ == "__main__":
    punch = scenarios.load("punch_wound").with_values(
        {"lattice.width": "0.6 mm", "events.0.diameter": "200 um", "follow_up": "1 d", "save.snapshots": ["1 d"]}
    )
    healed = heal(punch)
    cells = healed.agents_by_type[MastCell]
    print(f"{len(cells)} mast cells hold {cells.agg('granules', 'mean'):.0%} of their granules")
    print(f"most histamine: {healed.histamine.concentration.max():.3g} ng/mL")
