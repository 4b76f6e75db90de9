"""A saved model, restored into a new one, goes on bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.core import AgentRemovedError, Column, ColumnAgent, ColumnModel


class Cell(ColumnAgent):
    size = Column("f4", unit="um", doc="diameter")
    kind = Column("u1", unit="1", doc="code")


class TCell(ColumnAgent):
    activation = Column("f8", unit="1", doc="share of full activation")


class Model(ColumnModel):
    """Draws from both of Mesa's generators, gives birth and kills."""

    def __init__(self, seed):
        super().__init__(rng=seed)
        self.enrol([Cell, TCell])
        Cell.create_agents(self, 20, size=self.rng.random(20), kind=np.arange(20))
        TCell.create_agents(self, 4, activation=self.rng.random(4))

    @property
    def time_h(self):
        return 0.5 * self.steps

    def step(self):
        cells = self.population(Cell)
        dividing = np.flatnonzero(cells["size"] < 0.5)[:3]
        cells.births.queue(cells.uid[dividing], size=self.rng.random())
        cells.remove(self.random.randrange(cells.n_rows))
        self.apply_births()
        self.compact()
        self.agents_by_type[Cell].shuffle_do(self.swell)

    def swell(self, cell):
        cell.size = 0.9 * cell.size + 0.1 * self.rng.random()


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[key], b[key]) and a[key].dtype == b[key].dtype for key in a)


def test_a_restored_model_goes_on_bit_for_bit():
    model = Model(3)
    for _ in range(4):
        model.step()
    saved = model.state()
    frozen = {key: array.copy() for key, array in saved.items()}
    resumed = Model(99)
    resumed.restore(saved)
    assert same(resumed.state(), saved)
    assert resumed.steps == 4
    assert getattr(resumed, "time", None) == getattr(model, "time", None)
    for _ in range(5):
        model.step()
        resumed.step()
    assert resumed.steps == model.steps == 9
    assert same(resumed.state(), model.state())
    assert same(saved, frozen)  # the saved arrays are copies


def test_a_state_is_plain_arrays_named_by_type_and_column(tmp_path):
    state = Model(3).state()
    assert set(state) == {
        "next_id", "steps", "random", "rng",
        "Cell/uid", "Cell/parent_id", "Cell/born_h", "Cell/size", "Cell/kind",
        "TCell/uid", "TCell/parent_id", "TCell/born_h", "TCell/activation",
    }  # fmt: skip
    np.savez(tmp_path / "state.npz", **state)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as loaded:
        resumed = Model(4)
        resumed.restore(dict(loaded))
    assert same(resumed.state(), state)


def test_ids_of_the_dead_are_not_used_again_after_a_restart():
    model = Model(3)
    model.population(TCell).remove([2])
    resumed = Model(4)
    resumed.restore(model.state())
    assert TCell(resumed).unique_id == TCell(model).unique_id == 25
    with pytest.raises(AgentRemovedError, match="agent 23 was removed before the model was saved"):
        resumed.agent(23)


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing():
    model = Model(3)
    before = model.state()
    other = Model(4).state()
    with pytest.raises(ValueError, match=r"saved Cell has other columns than this version: size"):
        model.restore({key: array for key, array in other.items() if key != "Cell/size"})
    with pytest.raises(ValueError, match=r"saved Cell has other columns than this version: size"):
        model.restore(other | {"Cell/size": other["Cell/size"].astype("f8")})
    with pytest.raises(ValueError, match="different lengths"):
        model.restore(other | {"Cell/size": other["Cell/size"][1:]})
    with pytest.raises(ValueError, match="saved agents Mast are unknown here; this model has Cell, TCell"):
        model.restore(other | {"Mast/uid": np.arange(3)})
    assert same(model.state(), before)


def test_a_model_is_saved_between_steps_and_restored_forwards():
    model = Model(3)
    saved = model.state()
    model.population(Cell).births.queue([1])
    with pytest.raises(RuntimeError, match="births are still queued"):
        model.state()
    model.apply_births()
    model.step()
    before = model.state()
    with pytest.raises(ValueError, match="cannot go back to step 0"):
        model.restore(saved)
    assert same(model.state(), before)
