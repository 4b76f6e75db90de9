"""Sensitivity measures beside functions whose answer is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mendsim.analysis import sensitivity
from mendsim.common.errors import InputError
from mendsim.scenarios.sweeping import Design, load_design

RANGES = {"speed": (15.0, 25.0), "energy": (10.0, 50.0), "depth": (100.0, 500.0)}
FACTORS = """
[factors]
"parameters.abm.fibroblast.speed_um_per_h" = {low = 15, high = 25}
"events.0.pulse_energy" = {low = "10 mJ", high = "50 mJ"}
"patient.scar_depth" = {low = "0.1 mm", high = "0.5 mm"}
"""


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Design]:
    def make(kind: str, size: int, replicates: int = 1) -> Design:
        path = tmp_path / "design.toml"
        head = f'scenario = "acne_scar"\nkind = "{kind}"\nsize = {size}\nreplicates = {replicates}\n'
        path.write_text(head + FACTORS, encoding="utf-8")
        return load_design(path)

    return make


def table_of(design: Design, outcome: Callable[..., float], noise: float = 0.0) -> pd.DataFrame:
    """Stand in for a sweep: the outcome is a function of the factors, each brought to 0 to 1."""
    random = np.random.default_rng(5)
    rows = []
    for job in design.jobs():
        inputs = design.inputs(job.point)
        unit = [(x - low) / (high - low) for x, (low, high) in zip(inputs.values(), RANGES.values(), strict=True)]
        row = {"point": job.point, "replicate": job.replicate, "seed": job.seed, "status": "done", **inputs}
        rows.append(row | {"y": outcome(*unit) + 100.0 * job.seed + noise * random.standard_normal()})
    return pd.DataFrame(rows)


def ishigami(*unit: float) -> float:
    a, b, c = (math.pi * (2.0 * u - 1.0) for u in unit)
    return math.sin(a) + 7.0 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def test_sobol_indices_of_ishigami(made):
    """Ishigami 1990: first order 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    design = made("sobol", 256)
    found = sensitivity(table_of(design, ishigami), design, "y")
    assert found.index.tolist() == list(design.inputs(0))
    assert found["first"].to_numpy() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.07)
    assert found["total"].to_numpy() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.07)
    assert (found["first_low"] <= found["first"]).all()
    assert (found["total_high"] - found["total_low"] < 0.4).all()


def test_morris_effects_of_a_linear_function(made):
    """The effect of a factor from one bound to the other is its coefficient, without spread."""
    design = made("morris", 6)
    found = sensitivity(table_of(design, lambda a, b, c: 3.0 * a - 2.0 * b + 0.0 * c), design, "y")
    assert found["mu"].to_numpy() == pytest.approx([3.0, -2.0, 0.0], abs=1e-9)
    assert found["mu_star"].to_numpy() == pytest.approx([3.0, 2.0, 0.0], abs=1e-9)
    assert found["sigma"].to_numpy() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_morris_tells_an_interaction(made):
    design = made("morris", 20)
    found = sensitivity(table_of(design, lambda a, b, c: a * b + c), design, "y")
    assert found["sigma"].iloc[0] > 0.2
    assert found["sigma"].iloc[2] == pytest.approx(0.0, abs=1e-9)


def test_rank_correlation_follows_a_bent_curve(made):
    """Any rising function of one factor correlates fully; a factor without effect does not."""
    design = made("latin_hypercube", 200)
    found = sensitivity(table_of(design, lambda a, b, c: math.exp(9.0 * a) + 0.0 * b * c), design, "y")
    assert found["rank_correlation"].to_numpy() == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)
    found = sensitivity(table_of(design, lambda a, b, c: a - 0.5 * b + 0.0 * c, noise=0.3), design, "y")
    a, b, c = found["rank_correlation"]
    assert a > 0.5 > -0.2 > b
    assert found["rank_correlation_low"].iloc[2] < 0.0 < found["rank_correlation_high"].iloc[2]
    assert found["p"].iloc[2] > 0.05 > found["p"].iloc[0]
    assert abs(c) < 0.2
    assert 0.3 < found["rank_r2"].iloc[0] < 0.9


def test_rank_correlation_is_that_of_the_inverse_matrix(made):
    """Partial correlations also stand in the inverse of the matrix of plain ones."""
    design = made("latin_hypercube", 60)
    table = table_of(design, lambda a, b, c: a - 0.5 * b + a * c, noise=0.3)
    inverse = np.linalg.inv(table[[*design.inputs(0), "y"]].corr(method="spearman").to_numpy())
    expected = -inverse[:-1, -1] / np.sqrt(np.diag(inverse)[:-1] * inverse[-1, -1])
    found = sensitivity(table, design, "y")
    assert found["rank_correlation"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert found["rank_r2"].iloc[0] == pytest.approx(1.0 - 1.0 / inverse[-1, -1], abs=1e-9)


def test_noise_is_what_neither_point_nor_seed_explains(made):
    """Seeds shift every point by 100: with common random numbers this is no noise."""
    design = made("latin_hypercube", 100, replicates=4)
    table = table_of(design, lambda a, b, c: 10.0 * a + b + c, noise=0.5)
    found = sensitivity(table, design.to_dict(), "y")
    assert found["noise_sd"].iloc[0] == pytest.approx(0.5, rel=0.1)
    assert found["noise_share"].iloc[0] == pytest.approx(0.25 / 4 / np.var(table.groupby("point")["y"].mean()), rel=0.2)
    assert math.isnan(sensitivity(table[table["replicate"] == 0], design, "y")["noise_sd"].iloc[0])


def test_what_is_missing_is_refused_with_its_count(made):
    design = made("sobol", 4)
    table = table_of(design, ishigami)
    table.loc[3, "status"] = "failed"
    table.loc[7, "y"] = math.nan
    with pytest.raises(InputError, match="2 of 20 points have no outcome, and sobol needs all of them"):
        sensitivity(table, design, "y")


def test_a_latin_hypercube_does_without_some_points(made):
    design = made("latin_hypercube", 40)
    table = table_of(design, lambda a, b, c: a + b + c)
    table.loc[3, "status"] = "failed"
    assert (sensitivity(table, design, "y")["rank_correlation"] > 0.9).all()
    with pytest.raises(InputError, match="4 points with an outcome are too few for 3 factors"):
        sensitivity(table[4:8], design, "y")


@pytest.mark.parametrize(
    ("change", "outcome", "problem"),
    [
        ({}, "depth", r"unknown outcome \(got 'depth'\); allowed: y"),
        ({"events.0.pulse_energy": 11.0}, "y", "events.0.pulse_energy: not a table of this design: point 0"),
        ({"point": 99}, "y", r"point: not a table of this design \(got 99\); allowed: 0 to 19"),
        ({"y": 1.0}, "y", "y: the outcome is the same at every point"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(made, change, outcome, problem):
    design = made("sobol", 4)
    with pytest.raises(InputError, match=problem):
        sensitivity(table_of(design, ishigami).assign(**change), design, outcome)


def test_a_grid_has_no_sensitivity(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text('scenario = "acne_scar"\nkind = "grid"\n[factors]\n"events.0.passes" = {values = [1, 2]}\n')
    with pytest.raises(InputError, match=r"kind: this design is not sampled \(got 'grid'\)"):
        sensitivity(pd.DataFrame(), load_design(path), "y")
