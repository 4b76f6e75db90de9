"""Forest plots: order, numbers, filled marks, and what is left out."""

import math

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_hex

from mendsim import analysis
from mendsim.analysis import plots, style
from mendsim.analysis.replicates import Replicate
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

REFERENCE = {
    "collagen_final": [100.0, 101.0, 99.0, 100.0],
    "mmp9_peak": [10.0, 12.0, 11.0, 11.0],
    "downtime_days": [2.0, 2.0, 2.0, 2.0],
    "scar_depth_change_um": [-10.0, -20.0, -15.0, -15.0],
    "reepithelialisation_days": [1.0, 1.0, math.inf, math.inf],
    "swelling_peak_um": [math.nan] * 4,
}
LASER = {
    "collagen_final": [110.0, 111.5, 108.5, 110.0],
    "mmp9_peak": [5.0, 6.5, 5.0, 5.5],
    "downtime_days": [2.0, 2.0, 2.0, 2.0],
    "scar_depth_change_um": [-12.0, -17.0, -16.0, -14.0],
    "reepithelialisation_days": [1.0, 2.0, 1.0, 1.0],
    "swelling_peak_um": [3.0, 4.0, 3.0, 4.0],
}


def compared(**arms):
    read = {
        (name, seed): Replicate(
            values={end: values[seed] for end, values in arm.items()},
            series=xr.Dataset({"mmp9_ng_per_ml": ("time", [0.0, 1.0])}, coords={"time": [0.0, 24.0]}),
            content_hash="",
        )
        for name, arm in arms.items()
        for seed in range(4)
    }
    return analysis.compare_replicates(read)


@pytest.fixture
def comparison():
    return compared(control=REFERENCE, laser=LASER)


def rows(ax):
    return [text.get_text().rpartition(" [")[0] for text in ax.get_yticklabels()]


def marks(ax):
    """Place and fill of the mark of each row."""
    named = dict(zip(ax.get_yticks(), rows(ax), strict=True))
    found = {}
    for line in ax.get_lines():
        if line.get_marker() in style.SERIES_MARKERS and line.get_ydata()[0] in named:
            filled = to_hex(line.get_markerfacecolor()) != style.BACKGROUND
            found[named[line.get_ydata()[0]]] = (float(line.get_xdata()[0]), filled)
    return found


def test_rows_are_sorted_by_their_difference_in_percent_of_the_larger_mean(comparison):
    ax = plots.forest(comparison)
    assert rows(ax) == [
        "collagen, at the end",
        "scar depth, change",
        "MMP9, peak",
        "re-epithelialised (95 %)",
    ]
    drawn = marks(ax)
    assert drawn["scar depth, change"][0] == pytest.approx(100.0 * 0.25 / 15.0)
    assert drawn["collagen, at the end"][0] == pytest.approx(100.0 * 10.0 / 110.0)
    assert drawn["MMP9, peak"][0] == pytest.approx(-50.0)


def test_filled_marks_are_more_than_noise(comparison):
    verdicts = comparison.table.set_index(["end_point", "scenario"])["more_than_noise"]
    drawn = marks(plots.forest(comparison))
    assert verdicts["collagen_final", "laser"] == "yes"
    assert drawn["collagen, at the end"][1]
    assert verdicts["scar_depth_change_um", "laser"] == "no"
    assert not drawn["scar depth, change"][1]


def test_whiskers_are_the_intervals_of_the_comparison_and_arrows_say_that_they_go_on(comparison):
    ax = plots.forest(comparison)
    row = comparison.table.query("end_point == 'mmp9_peak' and scenario == 'laser'").iloc[0]
    place = rows(ax).index("MMP9, peak")
    whisker = next(line for line in ax.get_lines() if len(line.get_xdata()) == 2 and set(line.get_ydata()) == {place})
    wanted = 100.0 * np.array([row["difference_low"], row["difference_high"]]) / 11.0
    limit = ax.get_xlim()[1]
    assert limit == pytest.approx(1.3 * 50.0)
    np.testing.assert_allclose(whisker.get_xdata(), np.clip(wanted, -limit, limit))
    wide = compared(control=REFERENCE, laser=LASER | {"scar_depth_change_um": [-60.0, 40.0, 0.0, -20.0]})
    arrows = [line.get_marker() for line in plots.forest(wide).get_lines() if line.get_marker() in ("<", ">")]
    assert arrows == ["<", ">"]


def test_numbers_beside_are_in_their_unit_with_q(comparison):
    ax = plots.forest(comparison)
    texts = [text.get_text() for text in ax.texts]
    assert "difference [95 % interval]" in texts
    assert "10.00 [9.35, 10.65]" in texts
    assert "n = 4 pairs" in texts
    assert "in 4/4 runs, reference 2/4" in texts
    row = comparison.table.query("end_point == 'mmp9_peak' and scenario == 'laser'").iloc[0]
    shown = "< 0.001" if row["adjusted_p"] < 1e-3 else f"{row['adjusted_p']:.3f}"
    assert shown in texts


def test_one_unit_is_drawn_in_that_unit(comparison):
    ax = plots.forest(comparison, of=["scar_depth_change_um"])
    assert ax.get_xlabel() == "difference from control [µm]"
    assert marks(ax)["scar depth, change"][0] == pytest.approx(0.25)


def test_several_scenarios_have_marks_and_colours_of_their_own(comparison):
    both = compared(control=REFERENCE, laser=LASER, twice=LASER)
    ax = plots.forest(both, of=["mmp9_peak"])
    drawn = [line for line in ax.get_lines() if line.get_marker() in style.SERIES_MARKERS]
    assert [line.get_marker() for line in drawn] == list(style.SERIES_MARKERS[:2])
    assert len({float(line.get_ydata()[0]) for line in drawn}) == 2
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["laser", "twice", "more than noise (q ≤ 0.05)", "not more than noise"]
    alone = plots.forest(both, of=["mmp9_peak"], scenarios=["twice"])
    assert alone.get_legend().get_texts()[0].get_text() == "twice"


def test_the_lowest_q_are_kept(comparison):
    lowest = comparison.table.groupby("end_point")["adjusted_p"].min().sort_values().index[:2]
    labels = comparison.table.drop_duplicates("end_point").set_index("end_point")["label"]
    assert sorted(rows(plots.forest(comparison, most=2))) == sorted(labels[lowest])


def test_what_cannot_be_drawn_is_refused_in_one_line(comparison):
    with pytest.raises(InputError, match="no difference to draw"):
        plots.forest(comparison, of=["downtime_days"])
    with pytest.raises(InputError, match=r"--of: not in this comparison \(got 'mmp9'\); allowed: mmp9_peak\?"):
        plots.forest(comparison, of=["mmp9"])
    with pytest.raises(InputError, match="scenario: not in this comparison"):
        plots.forest(comparison, scenarios=["control"])
