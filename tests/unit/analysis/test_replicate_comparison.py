"""Scenarios side by side, from made-up replicates and from small stores."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mendsim import analysis
from mendsim.analysis import paired
from mendsim.analysis.replicates import Replicate, describe
from mendsim.common.errors import InputError

FINAL, DRUG, DAY = "collagen_final", "drug_delivered", "mend_shed_days"


def replicates(values: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[tuple[str, int], Replicate]:
    """Replicates of scenarios from values by end point and scenario, one for each seed."""
    scenarios = {name for each in values.values() for name in each}
    out = {}
    for scenario in sorted(scenarios):
        for number in range(len(next(iter(values.values()))[scenario])):
            held = {name: each[scenario][number] for name, each in values.items()}
            series = xr.Dataset(
                {"scar_depth_um": ("time", [10.0, 10.0 + number], {"units": "um"})}, coords={"time": [0.0, 12.0]}
            )
            out[scenario, number + 1] = Replicate(values=held, series=series, content_hash="")
    return out


def test_a_row_has_mean_paired_difference_and_verdict():
    some, other = [11.0, 22.0, 33.0, 41.5], [10.0, 20.0, 30.0, 40.0]
    table = analysis.compare_replicates(replicates({FINAL: {"a": other, "b": some}})).table
    first, second = table.to_dict("records")
    assert (first["scenario"], first["mean"], first["more_than_noise"]) == ("a", 25.0, "")
    assert math.isnan(first["difference"])
    difference = paired.difference(some, other)
    assert second["difference"] == difference.mean == 1.875
    assert (second["difference_low"], second["difference_high"]) == (difference.low, difference.high)
    assert (second["low"], second["high"]) == (paired.estimate(some).low, paired.estimate(some).high)
    assert second["p"] == second["adjusted_p"] < 0.05
    assert second["more_than_noise"] == "yes"
    assert (second["label"], second["unit"]) == ("collagen, at the end", "% of start")


def test_all_end_points_and_scenarios_are_tested_together():
    close = {"a": [0.0, 0.0, 0.0, 0.0], "b": [1.0, 2.0, 0.4, 1.0]}
    alone = analysis.compare_replicates(replicates({FINAL: close})).table
    assert alone["more_than_noise"].tolist() == ["", "yes"]
    noise = {"a": [0.0, 0.0, 0.0, 0.0], "b": [1.0, -2.0, 1.0, -1.0]}
    names = ["flow_change", "t_cell_change", "elastin_change"]
    both = analysis.compare_replicates(replicates({FINAL: close} | dict.fromkeys(names, noise))).table
    row = both[both["scenario"] == "b"].iloc[0]
    assert row["p"] == alone["p"][1]
    assert row["adjusted_p"] == pytest.approx(4.0 * row["p"])
    assert both["more_than_noise"].tolist() == ["", "no"] * 4


def test_what_happened_in_some_runs_is_counted_and_not_compared():
    values = {DAY: {"a": [3.0, np.inf, 5.0, np.nan], "b": [np.inf] * 4, "c": [1.0, 2.0, 3.0, 4.0]}}
    rows = analysis.compare_replicates(replicates(values)).table.to_dict("records")
    assert [(row["runs"], row["applies"], row["happened"]) for row in rows] == [(4, 3, 2), (4, 4, 0), (4, 4, 4)]
    assert rows[0]["mean"] == 4.0
    assert math.isnan(rows[0]["low"])
    assert math.isnan(rows[1]["mean"])
    assert rows[2]["low"] < 2.5 < rows[2]["high"]
    assert [row["more_than_noise"] for row in rows] == ["", "-", "-"]
    assert all(math.isnan(row["difference"]) and math.isnan(row["p"]) for row in rows)


def test_an_end_point_that_applies_to_one_scenario_is_kept_and_one_that_applies_to_none_is_not():
    values = {DRUG: {"a": [np.nan] * 2, "b": [5.0, 6.0]}, DAY: {"a": [np.nan] * 2, "b": [np.nan] * 2}}
    compared = analysis.compare_replicates(replicates(values))
    assert [each.name for each in compared.end_points] == [DRUG]
    assert compared.table["applies"].tolist() == [0, 2]
    assert compared.table["more_than_noise"].tolist() == ["", "-"]
    assert [each.name for each in analysis.compare_replicates(replicates(values), [DAY]).end_points] == [DAY]


def test_with_one_run_there_are_differences_but_neither_intervals_nor_verdicts():
    compared = analysis.compare_replicates(replicates({FINAL: {"a": [1.0], "b": [3.0]}}))
    row = compared.table.iloc[1]
    assert (row["mean"], row["difference"], row["more_than_noise"]) == (3.0, 2.0, "-")
    assert row[["low", "high", "difference_low", "difference_high", "p", "adjusted_p"]].isna().all()
    assert compared.courses["low"].isna().all()


def test_the_reference_comes_first_and_others_are_measured_from_it():
    read = replicates({FINAL: {"a": [1.0, 1.5], "b": [3.0, 3.1], "c": [6.0, 6.3]}})
    compared = analysis.compare_replicates(read, reference="b")
    assert compared.scenarios == ("b", "a", "c")
    assert compared.reference == "b"
    assert compared.table["difference"].tolist()[1:] == pytest.approx([-1.8, 3.1])


def test_replicates_are_tidy_and_courses_have_intervals_at_each_time():
    compared = analysis.compare_replicates(replicates({FINAL: {"a": [1.0, 2.0, np.inf], "b": [3.0, 4.0, 5.0]}}))
    assert compared.replicates["value"].tolist() == [1.0, 2.0, np.inf, 3.0, 4.0, 5.0]
    assert compared.replicates["seed"].tolist() == [1, 2, 3] * 2
    course = compared.courses[compared.courses["scenario"] == "b"]
    assert course[["quantity", "unit"]].drop_duplicates().to_numpy().tolist() == [["scar_depth_um", "um"]]
    assert course["time_h"].tolist() == [0.0, 12.0]
    found = paired.estimate([10.0, 11.0, 12.0])
    assert course[["mean", "low", "high"]].to_numpy()[1].tolist() == pytest.approx([11.0, found.low, found.high])
    assert course[["mean", "low", "high"]].to_numpy()[0].tolist() == [10.0, 10.0, 10.0]


def test_opened_runs_are_read_by_end_point_and_series(make_store: Callable[..., Path]):
    stores = {("treated", 1): make_store(), ("untreated", 1): make_store(treated=False)}
    runs = {key: analysis.open_run(path) for key, path in stores.items()}
    compared = analysis.compare_replicates(runs, ["scar_depth_um", FINAL], reference="untreated")
    table = compared.table.set_index(["end_point", "scenario"])
    assert table.loc[("scar_depth_um", "untreated"), "mean"] == 300.0
    treated = runs["treated", 1]
    depth = treated["series"]["scar_depth_um"].to_numpy()[-1]
    assert table.loc[("scar_depth_um", "treated"), "mean"] == pytest.approx(depth)
    assert table.loc[(FINAL, "treated"), "mean"] == analysis.outcomes(treated, [FINAL]).loc[FINAL, "value"]
    assert table.loc[("scar_depth_um", "treated"), "unit"] == "µm"
    assert set(compared.courses["quantity"]) == set(map(str, treated["series"].data_vars))


def test_a_series_that_a_run_lacks_does_not_apply(make_run: Callable[..., xr.DataTree]):
    runs = {
        ("a", 1): make_run([0.0, 1.0], scar_depth_um=[3.0, 2.0]),
        ("b", 1): make_run([0.0, 1.0], t_cell_count=[1, 1]),
    }
    table = analysis.compare_replicates(runs, ["scar_depth_um"]).table
    assert table["mean"].tolist()[0] == 2.0
    assert table["applies"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("names", "reference", "line"),
    [
        (["zzz"], None, "--of: unknown quantity (got 'zzz'); "),
        (None, "c", "--reference: not among the scenarios (got 'c'); allowed: a, b"),
    ],
)
def test_wrong_names_are_told(names: list[str] | None, reference: str | None, line: str):
    read = replicates({FINAL: {"a": [1.0], "b": [3.0]}})
    with pytest.raises(InputError) as error:
        analysis.compare_replicates(read, names, reference=reference)
    assert str(error.value).startswith(line)


def test_a_scenario_that_lacks_a_seed_is_told():
    read = replicates({FINAL: {"a": [1.0, 2.0], "b": [3.0, 4.0]}})
    del read["b", 2]
    with pytest.raises(InputError, match=r"b: there is no run with this seed \(got 2\)"):
        analysis.compare_replicates(read)


@pytest.mark.parametrize(
    ("name", "until"),
    [
        (FINAL, True),
        ("scar_depth_change_um", True),
        ("barrier_open_hours", True),
        (DRUG, True),
        ("drug_exposure", True),
        ("scar_depth_um", True),
        ("anagen_start", False),
        ("tgf_beta1_peak_day", False),
        ("reepithelialisation_days", False),
    ],
)
def test_end_points_that_depend_on_the_end_of_follow_up_are_known(name: str, until: bool):
    assert describe(name).until_the_end is until
