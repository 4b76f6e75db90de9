"""A model whose state was kept goes on bit for bit in another that was built anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array

from mendsim.abm import load_parameters
from mendsim.abm.core import Population, WorkPool
from mendsim.abm.core.registry import Registry
from mendsim.abm.drugs.drug import drug_by_name
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters
from mendsim.common.saving import StateError

from .conftest import zone

SKIN = Lattice.from_size(width_um=400, depth_um=600, spacing_um=10, air_um=100)
BLOCK = Lattice(nz=45, ny=12, nx=12, spacing_um=10.0, air_sites=8)
CELL = Lattice(nz=30, ny=4, nx=12, spacing_um=20.0, air_sites=5)
Skin = HealingModel | ExcisedSkin
State = dict[str, np.ndarray]


def open_channel(model: Skin) -> None:
    model.injure(zone(model.lattice, width_um=140.0, depth_um=250.0, ablated_um=80.0))


def closed_zone(model: Skin) -> None:
    model.injure(zone(model.lattice, width_um=100.0, depth_um=300.0))


def burn(model: Skin) -> None:
    model.injure(zone(model.lattice, width_um=1e4, depth_um=150.0))


def put_on(name: str, volume: float = 20.0) -> Callable[[Skin], None]:
    def act(model: Skin) -> None:
        drug = drug_by_name(name, model.parameters)
        model.apply_drug(drug, 2000.0, duration_h=7.0, volume_ul_per_cm2=volume)

    return act


def inject(name: str) -> Callable[[Any], None]:
    def act(model: HealingModel) -> None:
        model.inject_drug(drug_by_name(name, model.parameters), 500.0, volume_ul=1e-4, depth_um=300.0)

    return act


def care(treatment: str) -> Callable[[Any], None]:
    return lambda model: model.apply_aftercare(treatment, 9.0)


@dataclass
class Story:
    """What skin, and what happens to it before which step."""

    options: dict[str, Any] = field(default_factory=dict)
    events: dict[int, list[Callable[[Any], None]]] = field(default_factory=dict)
    steps: int = 24
    moments: tuple[int, ...] = (0, 3, 11)

    def build(self, **changed: Any) -> Skin:
        options = {"lattice": SKIN, "seed": 4, "step_h": 1.0, **self.options, **changed}
        if options.pop("excised", False):
            del options["threads"]
            return ExcisedSkin(**{"site": "forearm", "phototype": 2, "parameters": load_parameters(), **options})
        return HealingModel(**options)

    def go_on(self, model: Skin, moments: tuple[int, ...] = ()) -> dict[int, State]:
        """Carry a model to the end; return its states before the events of some moments."""
        states = {}
        for now in range(model.step_index, self.steps):
            if now in moments:
                states[now] = model.state()
            for event in self.events.get(now, []):
                event(model)
            model.step()
        return states


SCAR = {"initial_state": "boxcar_scar", "scar_depth_um": 150.0, "scar_width_um": 200.0}
SCALP = {
    "site": "scalp",
    "initial_state": "alopecia_areata",
    "lattice": Lattice.from_size(width_um=300, depth_um=4400, spacing_um=10, air_um=100),
}
STORIES = {
    "a scar, a laser and a drug": Story(SCAR, {1: [open_channel, put_on("ascorbic_acid")], 9: [closed_zone]}),
    "particles": Story(SCAR, {0: [open_channel, put_on("poly_l_lactic_acid")], 14: [put_on("poly_l_lactic_acid")]}),
    "injections": Story({}, {2: [inject("triamcinolone")], 5: [put_on("triamcinolone", math.inf)]}),
    "growth factors": Story({}, {0: [open_channel, put_on("platelet_rich_plasma")]}),
    "alopecia": Story(SCALP, {1: [closed_zone, inject("triamcinolone")]}),
    "a contact burn": Story({"phototype": 5}, {1: [burn]}),
    "a wound under care": Story({}, {0: [open_channel, care("occlusive_ointment")], 6: [care("antiseptic")]}),
    "a tattoo": Story({"initial_state": "tattooed", "site": "forearm"}, {1: [open_channel]}),
    "photoaged skin": Story({"initial_state": "photoaged"}, {1: [closed_zone]}),
    "a dark spot, for days": Story({"initial_state": "lentigo", "step_h": 2.0}, {1: [closed_zone]}, 90, (5, 61)),
    "vessels that grow": Story({"step_h": 2.0}, {0: [open_channel]}, 90, (24, 70)),
    "a block": Story({"lattice": BLOCK}, {1: [open_channel]}, 12, (0, 4)),
    "excised skin": Story({"lattice": CELL, "excised": True}, {1: [open_channel, put_on("methotrexate")]}),
    "excised skin, no drug yet": Story({"lattice": CELL, "excised": True}, {5: [open_channel]}),
}


def same(a: State, b: State) -> list[str]:
    """Names of the arrays in which two states differ."""
    different = [
        name
        for name in a.keys() & b.keys()
        if (a[name].dtype, a[name].shape) != (b[name].dtype, b[name].shape) or a[name].tobytes() != b[name].tobytes()
    ]
    return sorted(different) + sorted(a.keys() ^ b.keys())


def everything(value: Any, path: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    """Every number, text and array that can be reached from an object: also what is called constant."""
    if isinstance(value, (bool, int, float, str, np.generic, type(None), slice)):
        yield path, np.array(repr(value))
        return
    if id(value) in seen or isinstance(value, (WorkPool, Parameters)):
        return
    seen[id(value)] = value
    if isinstance(value, Population):
        yield from everything(value.state(), path, seen)
    elif isinstance(value, Registry):
        known = np.flatnonzero(value.row_of[: value.next_id] >= 0)
        yield path, np.array([known, value.row_of[known], value.code_of[known]])
    elif isinstance(value, (csr_array, csc_array)):
        yield from everything({n: getattr(value, n) for n in ("data", "indices", "indptr")}, path, seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from everything(item, f"{path}[{key!r}]", seen)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from everything(item, f"{path}.{number}", seen)
    elif isinstance(value, np.ndarray):
        yield path, value
    elif hasattr(value, "bit_generator"):
        yield path, np.array(repr(value.bit_generator.state))
    elif type(value).__module__.startswith("mendsim.") and hasattr(value, "__dict__"):
        for name, item in vars(value).items():
            yield from everything(item, f"{path}.{name}", seen)


@pytest.fixture(scope="module")
def told() -> Callable[[str], tuple[Skin, dict[int, State]]]:
    """Tell a story in one go, once for all tests: the model at the end, and states of it on the way."""
    done: dict[str, tuple[Skin, dict[int, State]]] = {}

    def tell(name: str) -> tuple[Skin, dict[int, State]]:
        if name not in done:
            model = STORIES[name].build(threads=1)
            done[name] = model, STORIES[name].go_on(model, STORIES[name].moments)
        return done[name]

    yield tell
    for model, _ in done.values():
        model.close()


@pytest.mark.parametrize("name", STORIES)
def test_a_model_goes_on_bit_for_bit_in_another(name: str, told: Callable[..., Any]) -> None:
    story = STORIES[name]
    whole, states = told(name)
    assert states.keys() == set(story.moments)
    for number, (moment, state) in enumerate(states.items()):
        kept = {key: array.copy() for key, array in state.items()}
        model = story.build(threads=1 + number % 2, seed=4 if name.startswith("a") else 77)
        given = drug_of(whole, state)
        model.restore(state, given)
        assert model.step_index == moment
        assert same(model.state(), state) == []
        story.go_on(model)
        assert same(model.state(), whole.state()) == []
        assert same(kept, state) == []  # the state is not the model's own
        model.close()


def drug_of(whole: Skin, state: State) -> Any:
    """Give the drug of a story to a state in which it was given already."""
    return whole.drug if any(key.startswith(("skin/delivery", "transport")) for key in state) else None


@pytest.mark.parametrize(
    "name", ["a scar, a laser and a drug", "particles", "alopecia", "vessels that grow", "excised skin"]
)
def test_nothing_that_can_be_reached_is_forgotten(name: str, told: Callable[..., Any]) -> None:
    """Not only what the state holds: all attributes of a restored model are those of the one that was saved."""
    whole, _ = told(name)
    other = STORIES[name].build(threads=1)
    other.restore(whole.state(), whole.drug)
    expected, found = (dict(everything(model, "model", {})) for model in (whole, other))
    assert expected.keys() == found.keys()
    different = [
        path
        for path, value in expected.items()
        if (value.dtype, value.shape) != (found[path].dtype, found[path].shape)
        or value.tobytes() != found[path].tobytes()
    ]
    assert different == []
    assert sum(isinstance(value, np.ndarray) and value.size > 20 for value in expected.values()) > 5
    other.close()


def test_arrays_that_share_memory_are_one_array(told: Callable[..., Any]) -> None:
    """A view would come apart from its base where the state has another shape than what was built."""
    whole, _ = told("particles")
    arrays = [array for _, array in everything(whole, "model", {}) if array.dtype.kind in "biuf" and array.size]
    assert len(arrays) > 50
    assert not any(np.shares_memory(one, other) for one, other in combinations(arrays, 2))


def test_an_array_of_a_new_attribute_is_in_the_state(make: Callable[..., HealingModel]) -> None:
    model = make(lattice=SKIN)
    model.leukocytes.map = np.arange(3.0)
    assert model.state()["skin/leukocytes.map"].tolist() == [0, 1, 2]
    model.leukocytes.map = object()
    with pytest.raises(TypeError, match=r"^leukocytes\.map: object cannot be saved"):
        model.state()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"lattice": Lattice.from_size(width_um=300, depth_um=600, spacing_um=10, air_um=100)}, "lattice"),
        ({"site": "forearm"}, "site"),
        ({"phototype": 5}, "site"),
        ({"initial_state": "photoaged"}, "initial_state"),
    ],
)
def test_the_state_of_other_skin_is_refused(
    options: dict[str, Any], what: str, make: Callable[..., HealingModel], told: Callable[..., Any]
) -> None:
    whole, _ = told("particles")
    with pytest.raises(StateError, match=f"{what} is another"):
        make(**{"lattice": SKIN, **options}).restore(whole.state(), whole.drug)


def test_states_of_other_models_and_damaged_ones_are_refused(told: Callable[..., Any]) -> None:
    living, excised = told("particles")[0], told("excised skin")[0]
    state = living.state()
    fresh = STORIES["particles"].build(threads=1)
    for wrong in (
        excised.state(),
        {},
        {key: array for key, array in state.items() if not key.startswith("core/Keratinocyte")},
        {key: array for key, array in state.items() if key != "skin/matrix.collagen_1"},
        {key: array for key, array in state.items() if key != "core/rng"},
        state | {"core/Mast/uid": np.arange(3)},
        state | {"core/Keratinocyte/kind": state["core/Keratinocyte/kind"][1:]},
        state | {"core/steps": np.array("many")},
    ):
        with pytest.raises(StateError):
            fresh.restore(wrong, living.drug)
    with pytest.raises(StateError, match="delivery is no Delivery"):
        STORIES["particles"].build(threads=1).restore(state)
    with pytest.raises(StateError):
        STORIES["excised skin"].build(threads=1).restore(state)
    fresh.close()
