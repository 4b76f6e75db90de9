"""What channels do for drugs and drugs for healing: order and sign, in small samples (R27-R30)."""

import numpy as np
import pytest

from mendsim import scenarios
from mendsim.analysis import uptake
from mendsim.scenarios.loading import validation_file

CELL = {
    "lattice.width": "0.6 mm",
    "lattice.length": "0.6 mm",
    "lattice.depth": "0.9 mm",
    "lattice.spacing": "30 um",
    "lattice.air": "90 um",
    "follow_up": "2 h",
    "save.series_every": "2 h",
    "save.snapshots": ["2 h"],
}


def through_hole(drug="methotrexate", diameter_um=120, depth_um=300, width_um=600):
    """Drug that excised skin with one hole in each square takes up in two hours, ug/cm2."""
    scenario = scenarios.load(validation_file("taudorf_2015"))
    hole = {"kind": "punch", "at": "0 h", "diameter": f"{diameter_um} um", "depth": f"{max(depth_um, 10)} um"}
    put_on = {"kind": "drug", "at": "0 h", "drug": drug, "concentration": "10 mg/mL", "duration": "2 h"}
    square = {"lattice.width": f"{width_um} um", "lattice.length": f"{width_um} um"}
    run = scenarios.run(scenario.with_values(CELL | square | {"events": [hole, put_on] if depth_um else [put_on]}))
    places = ("corneum", "epidermis", "dermis", "received")
    return float(sum(uptake.amount(run.data, place)[-1] for place in places))


def test_uptake_rises_with_density_and_saturates():
    intact = through_hole(depth_um=0)
    by_width = [through_hole(width_um=width) for width in (1200, 600, 300)]
    gains = np.array(by_width) - intact
    assert np.all(np.diff(gains) > 0.0)
    # each step has four times as many holes
    assert gains[1] / gains[0] > gains[2] / gains[1]
    assert gains[2] < 12.0 * gains[0]


def test_uptake_rises_with_depth_and_saturates():
    # the first hole ends in the epidermis
    gains = np.diff([through_hole(depth_um=depth) for depth in (60, 150, 300, 600)])
    assert np.all(gains > 0.0)
    assert gains[1] / 150.0 < gains[0] / 90.0
    assert gains[2] / 300.0 < gains[1] / 150.0


def test_a_large_molecule_gains_far_more_than_a_small_lipophilic_one():
    fold = {name: through_hole(name) / through_hole(name, depth_um=0) for name in ("dextran_20kda", "lidocaine")}
    assert fold["dextran_20kda"] > 100.0 * fold["lidocaine"]
    assert 1.0 < fold["lidocaine"] < 10.0


SKIN = {"lattice.width": "0.8 mm", "lattice.depth": "0.6 mm", "save.snapshots": ["0 h"]}


def entered(delay_h, laser=True):
    scenario = scenarios.load(validation_file("delayed_application"))
    end_h = 27 + delay_h
    values = {"events.1.at": f"{24 + delay_h} h", "follow_up": f"{end_h} h", "save.series_every": f"{end_h} h"}
    run = scenarios.run(scenario.with_values(SKIN | values | {"events.0.sham": not laser}))
    return float(uptake.amount(run.data, "given")[-1] - uptake.amount(run.data, "removed")[-1])


def test_what_comes_later_finds_less_open():
    at_once, next_day, next_week, intact = entered(0), entered(24), entered(24 * 8), entered(0, laser=False)
    assert at_once > next_day > 0.3 * at_once
    assert next_week < 0.3 * at_once
    assert intact < 0.01 * at_once


LADD = {
    "patient.scar_width": "300 um",
    "lattice.width": "0.7 mm",
    "lattice.depth": "0.9 mm",
    "save.snapshots": ["0 d"],
    "save.series_every": "0.5 h",
}


@pytest.fixture(scope="module")
def with_particles():
    """Laser with particles, with particles but no macrophages, and alone: latent TGF-beta1 after a week."""
    scenario = scenarios.load("ladd_poly_l_lactic_acid").with_values(
        LADD | {"follow_up": "7 d", "parameters.abm.foreign_body.settling_d": 4.0}
    )
    variants = {
        "both": {},
        "without macrophages": {"without": ["macrophages"]},
        "alone": {"events": scenario.written["events"][:1]},
    }
    return {
        name: scenarios.run(scenario.with_values(values)).data["series"].to_dataset()
        for name, values in variants.items()
    }


def test_particles_in_channels_bring_tgf_beta1_through_macrophages(with_particles):
    both = with_particles["both"]
    assert float(both["drug_dermis_ug_per_cm2"][-1] + both["drug_channel_ug_per_cm2"][-1]) > 10.0
    last = {name: float(run["latent_tgf_beta1_ng_per_ml"][-1]) for name, run in with_particles.items()}
    assert last["both"] > 1.1 * last["alone"] > 0.0
    assert last["without macrophages"] < last["alone"]


def test_a_steroid_on_fresh_channels_slows_their_closure_and_keeps_neutrophils_away():
    scenario = scenarios.load("ladd").with_values(
        LADD | {"follow_up": "3 d", "patient.scar_width": "200 um", "lattice.width": "1 mm"}
    )
    steroid = {"events.1.drug": "triamcinolone", "events.1.concentration": "10 mg/mL", "events.1.volume": "20 uL/cm^2"}
    runs = [scenario.with_values(steroid), scenario.with_values({"events": scenario.written["events"][:1]})]
    closed_h, neutrophils = [], []
    for each in runs:
        series = scenarios.run(each).data["series"].to_dataset()
        open_rows = series["reepithelialised_fraction"].to_numpy() < 1.0
        closed_h.append(float(series["time"][np.flatnonzero(open_rows)[-1]]))
        neutrophils.append(float(series["neutrophils_per_mm3"].max()))
    assert closed_h[0] > closed_h[1]
    assert neutrophils[0] < 0.9 * neutrophils[1]
