"""What drains more, and what does not drain at all."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.drainage_kernels import lies_open
from mendsim.abm.observables import OBSERVABLES
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury

# wide enough that blood finds a way round channels that stand between its ascending vessels
SECTION = Lattice.from_size(width_um=2000, depth_um=1400, spacing_um=10, air_um=100)


def channels(places_um, *, depth_um=300.0, width_um=100.0, rim_um=30.0, ablated=True):
    """Channels of a row with a coagulated rim, or only the coagulation."""
    z, x = SECTION.depth_um[:, None, None], SECTION.x_um[None, None, :]
    away = np.min([np.abs(x - place) for place in places_um], axis=0)
    gone = np.broadcast_to((away < 0.5 * width_um) & (z < depth_um) & ablated, SECTION.shape)
    dead = np.broadcast_to((away < 0.5 * width_um + rim_um) & (z < depth_um + rim_um), SECTION.shape)
    return Injury(
        lattice=SECTION,
        ablated=gone.astype(np.float32),
        damage={process: dead.astype(np.float32) for process in DAMAGE_PROCESSES},
        dose_min=np.where(dead, 1e6, 0.0).astype(np.float32),
        peak_temperature_c=np.where(dead, 90.0, 34.0).astype(np.float32),
        zones=Injury.none(SECTION).zones,
        record={},
    )


@pytest.fixture
def drained(make):
    """Run a model a day after one or more injuries, and return what it reports."""

    def run(state, *injuries, hours=24):
        model = make(lattice=SECTION, initial_state=state)
        for injury in injuries:
            model.injure(injury)
        for _ in range(round(2 * hours)):
            model.step()
        return model.observe()

    return run


KINDS = {"photoaged": "elastotic", "tattooed": "particles"}


@pytest.mark.parametrize("state", KINDS)
def test_more_and_deeper_channels_and_passes_drain_more(drained, state):
    name = f"eliminated_{KINDS[state]}_ug_per_cm2"
    one = drained(state, channels([1000]))
    two = drained(state, channels([500, 1500]))
    shallow = drained(state, channels([1000], depth_um=150.0))
    passes = drained(state, *(channels([place]) for place in (500, 1000, 1500)))

    assert 0.0 < shallow[name] < one[name] < two[name] < passes[name]
    assert 0.0 < one["exudate_ul_per_cm2"] < two["exudate_ul_per_cm2"]


@pytest.mark.parametrize("state", KINDS)
def test_nothing_drains_from_closed_skin(drained, state):
    for injuries in ((), (channels([500], ablated=False),)):
        seen = drained(state, *injuries, hours=48)
        assert seen["exudate_ul_per_cm2"] == 0.0
        assert all(seen[name] == 0.0 for name in OBSERVABLES if name.startswith("eliminated_"))


def test_drainage_ends_when_the_epidermis_has_closed(make):
    model = make(lattice=SECTION, initial_state="tattooed")
    model.injure(channels([500]))
    seen = []
    for _ in range(96):
        model.step()
        seen.append(model.observe())
    closed = [row["reepithelialised_fraction"] == 1.0 for row in seen]
    amount = [row["eliminated_particles_ug_per_cm2"] for row in seen]
    first = closed.index(True)
    assert amount[first] > 0.0
    assert amount[-1] == amount[first]


def test_fragments_leave_the_matrix_as_they_leave_the_skin(make):
    model = make(lattice=SECTION)
    model.injure(channels([500]))
    model.matrix.fragments[model.tissue.code == 2] = 3.0
    before = model.drainage.content_mg("fragments")
    for _ in range(8):
        model.drainage.step()
    left = model.drainage.eliminated_mg["fragments"]
    assert left > 1e-4 * before
    assert model.drainage.content_mg("fragments") + left == pytest.approx(before, rel=1e-6)


def test_what_lies_open():
    """Air over clot is open, and so is air beside it; a keratinocyte closes what it stands on, not the wall beside."""
    code, occupant = np.zeros((8, 1, 3), np.uint8), np.zeros((8, 1, 3), np.int64)
    code[4:] = 2
    occupant[3] = 1
    assert not lies_open(code, occupant)
    occupant[3, 0, 1] = 0
    assert lies_open(code, occupant)
    code[4:7, 0, 1] = 0  # a channel, whose floor is covered
    occupant[6, 0, 1] = 1
    assert lies_open(code, occupant)
    occupant[3:6, 0, 1] = 1
    assert not lies_open(code, occupant)


def test_vessels_cut_off_from_the_circulation_hold_no_pressure(make):
    model = make(lattice=SECTION)
    vessels, before = model.vessels, model.vessels.filled()
    assert before.all()
    vessels.segments["coagulated"][np.isin(vessels.segments["node_a"], vessels.segments["node_a"][:1])] = 1
    after = vessels.filled()
    assert not after[vessels.segments["coagulated"] == 1].any()
    vessels.fixed_pressure_mmhg[:] = np.nan
    assert not vessels.filled().any()


def test_initial_states_hold_what_their_data_say(make):
    p = make().parameters
    tattooed, photoaged = (make(lattice=SECTION, initial_state=state) for state in ("tattooed", "photoaged"))
    cm2 = SECTION.surface_area_mm2 * 1e-2
    expected = p["tattooed.pigment_mg_per_cm2"]
    assert tattooed.drainage.content_mg("particles") / cm2 == pytest.approx(expected, rel=1e-9)
    assert tattooed.drainage.content_mg("elastotic") == 0.0
    layer_cm = (p["photoaged.elastosis_depth_um"] - p["photoaged.grenz_zone_um"]) * 1e-4
    amount = photoaged.drainage.content_mg("elastotic") / cm2
    assert amount == pytest.approx(p["photoaged.elastotic_mg_per_ml"] * layer_cm, rel=1e-9)
    assert make().drainage.content_mg("elastotic") == 0.0
