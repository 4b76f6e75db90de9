# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your own agent
#
# Suppose you inject stromal cells into a wound: they crawl towards inflammation and give off PDGF, which calls
# fibroblasts. mendsim has no such cell. Here you write one, let it live in the healing model, and see whether
# anything changes. **All numbers of this cell are made up**: the notebook shows how it is done, not what stromal
# cells do.
#
# What can be done without touching the package:
#
# - a new kind of agent, with columns of its own and rules that read and feed the fields: yes, as below;
# - a rule of an existing kind in another way: override the part of the schedule in which it is called (`_dermis`,
#   `_immunity`, ...), see the end;
# - run stores and the command line know only the agents of the package. You run your model with `scenarios.simulate`
#   and record what you want yourself.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mendsim import scenarios
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.moving_cell import MovingCell
from mendsim.abm.core import Column, bulk
from mendsim.abm.draws import uniforms
from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import CLOT, DERMIS
from mendsim.scenarios.border import lattice_of, parameters_of

# %% [markdown]
# ## The agent, as in any Mesa model
#
# An agent has columns instead of attributes that are set in a constructor: each is declared once with type, unit and
# meaning, and lies in one array for all cells of the kind. Apart from that it is a Mesa agent. `MovingCell` brings a
# place (`x_um`, `y_um`, `z_um` from the upper left corner of the lattice).
#
# Chance comes from `uniforms(seed, ids, step, purpose)`: a number that depends on who draws, when and for what, and
# on nothing else. So runs repeat, and results do not depend on the order of cells. `np.random` would also run, but
# another seed would then change other things than you think.

# %%
SPEED_UM_PER_H = 15.0
RESPONSE_PER_UM = 1e-5  # slope of cytokine [ng/mL/um] at which half of the steps go uphill
PDGF_PG_PER_H = 2e-5
LIFETIME_H = 72.0
TURN, DEATH = 1001, 1002  # purposes of draws; those below 1000 are the package's


class StromalCell(MovingCell):
    """An injected stromal cell."""

    age_h = Column("f8", unit="h", doc="time since the injection", default=0.0)

    def act(self) -> None:
        """Age, crawl towards cytokine, give off PDGF."""
        model = self.model
        self.age_h += model.step_h
        if self.age_h > LIFETIME_H:
            self.remove()
            return
        here = np.array([[self.x_um, self.y_um, self.z_um]])
        there = here + way(model, here, np.array([self.unique_id]))
        if stands(model, there)[0]:
            self.x_um, self.z_um = there[0, 0], there[0, 2]
        give(model, here)


def way(model: HealingModel, places: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return the way of each cell in one step, ``(n, 3)`` um: uphill where cytokine is steep, else anywhere."""
    slope = model.gradient(model.cytokine, places)[:, [0, 2]]
    steep = np.hypot(*slope.T)[:, None]
    angle = 2 * np.pi * uniforms(model.seed, ids, model.step_index, TURN)
    chance = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    uphill = np.divide(slope, steep, out=np.zeros_like(slope), where=steep > 0)
    drawn = steep / (steep + RESPONSE_PER_UM)
    heading = drawn * uphill + (1 - drawn) * chance
    return SPEED_UM_PER_H * model.step_h * np.insert(heading, 1, 0.0, axis=1)


def stands(model: HealingModel, places: np.ndarray) -> np.ndarray:
    """Whether a cell may stand at each place: in dermis or clot, and inside the sample."""
    size = np.array(model.lattice.shape[::-1]) * model.lattice.spacing_um
    inside = ((places >= 0) & (places < size)).all(axis=1)
    return inside & np.isin(model.tissue.code[model.sites(places)], (DERMIS, CLOT))


def give(model: HealingModel, places: np.ndarray) -> None:
    """Add PDGF to its field; sources are counted in whole quanta, so that no order of cells can matter."""
    np.add.at(model.pdgf.source, model.index(model.pdgf, places), round(model.quanta(PDGF_PG_PER_H)))


# %% [markdown]
# ## The same for all cells at once
#
# One call for each cell costs Python a tenth of a millisecond. That is nothing for fifty cells and too much for fifty
# thousand. A `@bulk` method is written for the whole set: `self.population[...]` are the columns, `self.rows` the
# rows of the cells that are to act. The helpers above take arrays already, so little changes:


# %%
class StromalCells(StromalCell):
    """The same cell; what it does is written for all of them at once."""

    @bulk
    def act(self) -> None:
        """Age, crawl towards cytokine, give off PDGF."""
        cells, rows, model = self.population, self.rows, self.model
        cells["age_h"][rows] += model.step_h
        old = cells["age_h"][rows] > LIFETIME_H
        cells.remove(rows[old])
        rows = rows[~old]
        here = np.stack([cells[f"{axis}_um"][rows] for axis in "xyz"], axis=1)
        there = here + way(model, here, cells.uid[rows])
        there = np.where(stands(model, there)[:, None], there, here)
        cells["x_um"][rows], cells["z_um"][rows] = there[:, 0], there[:, 2]
        give(model, here)


# %% [markdown]
# ## The model that has them
#
# Derive from `HealingModel`, make the agents, and call them in the part of the schedule where the rule belongs.
# `agents_by_type[...].do("act")` is Mesa's way to let agents act, and takes both forms.


# %%
class Treated(HealingModel):
    """The healing model with stromal cells in the upper dermis."""

    kind: type[StromalCell] = StromalCells
    count = 30

    def __init__(self, **options) -> None:
        super().__init__(**options)
        dermis = np.argwhere(self.tissue.code == DERMIS)
        upper = dermis[dermis[:, 0] < dermis[:, 0].min() + 25]
        lots = uniforms(self.seed, np.arange(self.count), 2**31 + 1, TURN)
        z, y, x = (upper[(lots * len(upper)).astype(int)].T + 0.5) * self.lattice.spacing_um
        self.kind.create_agents(self, self.count, x_um=x, y_um=y, z_um=z)

    def _immunity(self) -> None:
        super()._immunity()
        self.agents_by_type[self.kind].do("act")


class TreatedOneByOne(Treated):
    """The same, cell by cell."""

    kind = StromalCell


# %% [markdown]
# ## Run it
#
# `scenarios.simulate` steps a model of yours through the events of a scenario, as `scenarios.run` does with the
# package's own. It calls `progress` after each step, which is the place to note what you want.

# %%
punch = scenarios.load("punch_wound").with_values(
    {
        "patient.site": "forearm",
        "lattice.width": "0.8 mm",
        "lattice.depth": "0.6 mm",
        "events.0.diameter": "150 um",
        "events.0.depth": "250 um",
        "follow_up": "3 d",
        "step": "1 h",
        "save.snapshots": ["3 d"],
    }
)
NOTED = ("activated_fibroblast_count", "pdgf_ng_per_ml", "cytokine_ng_per_ml")


def build(model: type[HealingModel], seed: int, scenario: scenarios.Scenario) -> HealingModel:
    """Build the skin of a scenario with a model of one's own."""
    patient = scenario.patient
    return model(
        lattice=lattice_of(scenario.lattice),
        site=patient.site,
        phototype=patient.phototype,
        initial_state=patient.initial_state,
        parameters=parameters_of(scenario)["abm"],
        seed=seed,
        step_h=scenario.step_h,
    )


def heal(model: type[HealingModel], seed: int = 1, scenario: scenarios.Scenario = punch):
    """Run a scenario with a model; return the skin at the end, and a table of what was noted every four hours."""
    skin = build(model, seed, scenario)
    noted = []

    def note(step: int, _steps: int) -> None:
        if step % 4 == 0:
            seen = skin.observe()
            noted.append({"hour": skin.time_h, **{name: seen[name] for name in NOTED}})

    scenarios.simulate(skin, scenario, thermal_parameters=parameters_of(scenario)["thermal"], progress=note)
    return skin, pd.DataFrame(noted).set_index("hour")


untreated, without = heal(HealingModel)
treated, with_cells = heal(Treated)

# %% [markdown]
# First, are both forms of the rule the same rule? Run a day with each and compare where the cells are. A test like
# this belongs to every rule that you write twice.

# %%
day = punch.with_values({"follow_up": "1 d", "save.snapshots": ["1 d"]})
ended = {}
for model in (Treated, TreatedOneByOne):
    began = time.process_time()
    skin, _ = heal(model, scenario=day)
    cells = skin.agents_by_type[model.kind]
    ended[model] = np.stack([cells.column("x_um"), cells.column("z_um")])
    print(f"{model.__name__:<16} {len(cells)} cells, {time.process_time() - began:.1f} s")
assert np.array_equal(ended[Treated], ended[TreatedOneByOne])

# %% [markdown]
# ## What they did
#
# **Look at** where the cells end (left: red, over the cytokine that they follow), and at whether fibroblasts notice
# (right). The skin is the same in both runs and so is chance; what differs is the cells.

# %%
fig, axes = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
top = untreated.lattice.air_sites * untreated.lattice.spacing_um
width, depth = (n * treated.lattice.spacing_um for n in treated.lattice.shape[::-2])
early, _ = heal(Treated, scenario=punch.with_values({"follow_up": "18 h", "save.snapshots": ["18 h"]}))
shown = axes[0].imshow(early.cytokine.concentration[:, 0], extent=(0, width, depth - top, -top), cmap="Greys")
cells = early.agents_by_type[StromalCells]
axes[0].scatter(cells.column("x_um"), cells.column("z_um") - top, s=12, color="#d7191c")
axes[0].set(xlabel="x [µm]", ylabel="depth [µm]", title="18 h after the punch", ylim=(300, -60))
fig.colorbar(shown, ax=axes[0], label="cytokine [ng/mL]")
for name, table, colour in (("with stromal cells", with_cells, "#d7191c"), ("without", without, "#1f2430")):
    axes[1].plot(table.index, table["activated_fibroblast_count"], color=colour, label=name)
axes[1].set(xlabel="hours", ylabel="activated fibroblasts")
axes[1].legend()
plt.show()

# %%
pd.DataFrame({"with": with_cells.mean(), "without": without.mean()}).round(4)

# %% [markdown]
# One run of each says little: repeat with seeds (`heal(Treated, seed=2)`) and compare pairs, as in [notebook
# 03](03_comparing_protocols.py).
#
# ## Change a rule that is there
#
# Every part of the schedule is a method. This one keeps fibroblasts where they are: it leaves out
# `fibroblast.migrate` and calls the rest of the part as the package does (see `HealingModel._dermis`). For many
# mechanisms no code is needed: `without = ["fibroblast_migration"]` in a scenario does the same (`mendsim show` lists
# them).

# %%
from mendsim.abm.agents import fibroblast


class Rooted(HealingModel):
    """Skin whose fibroblasts stay where they are."""

    def _dermis(self) -> None:
        fibroblast.renew(self)
        fibroblast.lay_matrix(self)


start = build(HealingModel, 1, day).agents_by_type[Fibroblast]
x_at_start = dict(zip(start.get("unique_id"), start.get("x_um"), strict=True))
for model in (Rooted, HealingModel):
    skin, _ = heal(model, scenario=day)
    cells = skin.agents_by_type[Fibroblast]
    moved = cells.select(lambda cell: cell.x_um != x_at_start.get(cell.unique_id, cell.x_um))
    print(f"{model.__name__:<13} {len(cells)} fibroblasts, {len(moved)} of them have moved")

# %% [markdown]
# ## What to try
#
# - Let the cells die with a chance per hour instead of at an age (`uniforms(..., DEATH) < ...`).
# - Let them divide: `StromalCells.create_agents(...)` at the places of the mothers, with `parent_id`.
# - Give them a field of their own: `docs/development/extending.md`, with a complete example (mast cells and
#   histamine).
# - To share a rule, put it into the package: the same page says where each part goes.
#
# Next: [reproducing a figure of a paper](06_laubach_2006.py).
