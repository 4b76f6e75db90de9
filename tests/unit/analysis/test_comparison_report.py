"""The report of a comparison: what differs, and which differences are more than noise."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis, scenarios
from mendsim.analysis.comparison_document import ComparedRun, ComparedScenario
from mendsim.analysis.replicates import Replicate
from mendsim.cli.main import main

SEEDS = range(1, 9)
VALUES = {
    "collagen_final": {"acne_scar": 100.0, "acne_scar_deep": 104.0},
    "redness_peak": {"acne_scar": 1.5, "acne_scar_deep": 1.5},
    "drug_delivered": {"acne_scar": math.nan, "acne_scar_deep": math.nan},
    "scar_depth_change_percent": {"acne_scar": -28.0, "acne_scar_deep": -28.02},
}
"""Means; the first differs, the second is the same, the third applies to none, the fourth differs by noise."""


def replicate(name: str, seed: int) -> Replicate:
    chance = np.random.default_rng(seed + 100 * (name == "acne_scar_deep"))
    values = {end: means[name] * (1.0 + 0.002 * chance.normal()) for end, means in VALUES.items()}
    values["redness_peak"] = 1.5
    days = np.linspace(0.0, 90.0, 31)
    depth = 300.0 * np.exp(-days / (200.0 + seed)) - (20.0 * days / 90.0 if name == "acne_scar_deep" else 0.0)
    series = xr.Dataset({"scar_depth_um": ("time", depth, {"units": "um"})}, coords={"time": 24.0 * days})
    return Replicate(values=values, series=series, content_hash=f"{name}-{seed}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    names = ("acne_scar", "acne_scar_deep")
    compared = analysis.compare_replicates({(name, seed): replicate(name, seed) for name in names for seed in SEEDS})
    described = []
    for name in names:
        about = scenarios.load(name)
        runs = tuple(ComparedRun(seed=seed, content_hash=f"{name}-{seed}", store="/secret/place") for seed in SEEDS)
        described.append(
            ComparedScenario(
                name=name, title=f"<b>{name}</b>", follow_up_days=90.0, scenario=about.to_dict(), runs=runs
            )
        )
    path = tmp_path_factory.mktemp("comparison") / "compare"
    analysis.write_comparison(compared, described, path)
    return path


@pytest.fixture(scope="session")
def page(folder, read_page):
    return read_page(analysis.write_report(folder))


def test_it_hangs_together_and_tells_nothing_of_the_machine(page, folder):
    report = folder.with_name("compare_report.html")
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert anchors <= set(page.ids)
    assert {"protocol", "outcomes", "limits", "provenance", "references"} <= anchors
    assert all(link.startswith(("#", "data:", "https://doi.org/")) for link in page.links)
    assert "/secret" not in report.read_text(encoding="utf-8")
    assert "b" not in page.tags, "titles are text"


def test_it_says_which_differences_are_more_than_noise(page, folder):
    text = " ".join(page.text)
    saved = analysis.open_comparison(folder).comparison
    verdicts = saved.table.set_index(["end_point", "scenario"])["more_than_noise"].xs("acne_scar_deep", level=1)
    assert verdicts.to_dict()["collagen_final"] == "yes"
    assert verdicts.to_dict()["scar_depth_change_percent"] == "no"
    assert "acne_scar_deep differs from acne_scar by more than noise in 1 of 2 end points." in text
    assert "together with all 3 tests of this comparison" in text
    cells = [each.strip() for each in page.text if each.strip()]
    at = cells.index("collagen, at the end [% of start]")
    row = saved.table[saved.table["end_point"] == "collagen_final"].iloc[1]
    assert cells[at + 1] == "acne_scar"
    assert cells[at + 3 : at + 7] == [
        "collagen, at the end [% of start]",
        "acne_scar_deep",
        f"{row['mean']:.5g} [{row['low']:.5g}, {row['high']:.5g}]",
        f"{row['difference']:.3g} [{row['difference_low']:.3g}, {row['difference_high']:.3g}]",
    ]
    assert cells[at + 8] == "yes"


def test_settings_that_differ_are_set_side_by_side(page):
    text = [each.strip() for each in page.text if each.strip()]
    assert "events.0.pulse_energy" in text
    assert "patient.site" not in text


def test_what_is_the_same_or_applies_to_none_is_named_once(page):
    text = " ".join(page.text)
    assert "The same in every scenario, seed by seed, or applying to none: redness, peak" in text


def test_the_files_of_the_table_are_on_the_page(page):
    assert {"comparison.csv", "replicates.csv", "acne_scar.toml", "acne_scar_deep.toml"} <= page.saved.keys()


def test_a_damaged_comparison_is_one_line(folder, tmp_path, capsys):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "comparison.json").write_text("{}", encoding="utf-8")
    assert main(["report", str(broken)]) == 2
    told = capsys.readouterr()
    assert "not a comparison, or damaged" in told.err
    assert len(told.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]
