"""Curves of a sweep: means, intervals, what did not happen, and the Pareto front."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from scipy import stats

from mendsim.analysis import plots, style
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

ENERGY, DENSITY = "events.0.pulse_energy", "events.0.density"


@pytest.fixture
def table():
    """Two energies by two densities, three seeds: downtime rises with both, depth falls with energy."""
    rows = []
    settings = [(energy, density) for energy in (10.0, 40.0) for density in (100.0, 300.0)]
    for point, (energy, density) in enumerate(settings):
        for seed, noise in enumerate((-1.0, 0.0, 4.0)):
            inputs = {ENERGY: energy, DENSITY: density}
            found = {"downtime_days": 0.1 * energy + 0.01 * density, "scar_depth_um": 300.0 - energy + noise}
            rows.append({"point": point, "seed": seed, "status": "done"} | inputs | found)
    made = pd.DataFrame([*rows, rows[0] | {"status": "failed", "scar_depth_um": 1e9}])
    units = {ENERGY: "mJ", DENSITY: "1/cm2", "scar_depth_um": "um", "downtime_days": "days"}
    made.attrs = {"units": units, "design": {"units": {ENERGY: "mJ", DENSITY: "1/cm2"}, "design": {"kind": "grid"}}}
    return made


def marks(ax):
    return {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}


def test_marks_are_means_of_the_finished_runs_and_whiskers_their_intervals(table):
    ax = plots.dose_response(table, ENERGY, "scar_depth_um", hue=DENSITY)
    drawn = marks(ax)
    assert list(drawn) == ["100", "300"]
    for line in drawn.values():
        np.testing.assert_allclose(line.get_xdata(), [10.0, 40.0])
        np.testing.assert_allclose(line.get_ydata(), [291.0, 261.0])
    half = stats.t.ppf(0.975, 2) * np.std([-1.0, 0.0, 4.0], ddof=1) / np.sqrt(3.0)
    whiskers = [segment for item in ax.collections for segment in item.get_segments()]
    assert len(whiskers) == 4
    np.testing.assert_allclose(whiskers[0], [[10.0, 291.0 - half], [10.0, 291.0 + half]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pulse energy [mJ]", "scar depth [µm]")
    assert ax.get_legend().get_title().get_text() == "density [1/cm²]"
    low, high = ax.get_ylim()
    assert low < 261.0 - half < 291.0 + half < high
    ends = drawn["300"].get_transform().transform([(10.0, 291.0)]) - ax.transData.transform([(10.0, 291.0)])
    np.testing.assert_allclose(ends, [[1.25 * ax.figure.dpi / 72.0, 0.0]], err_msg="aside, so that none is covered")
    assert ax.get_title(loc="right") == "mean, 95 % interval"
    looks = [(to_hex(line.get_color()), line.get_marker()) for line in drawn.values()]
    assert looks == list(zip(style.SERIES_COLOURS[:2], style.SERIES_MARKERS[:2], strict=True))


def test_means_over_settings_have_no_interval(table):
    ax = plots.dose_response(table, ENERGY, "downtime_days")
    line = next(line for line in ax.get_lines() if line.get_marker() == "o")
    np.testing.assert_allclose(line.get_ydata(), [3.0, 6.0])
    assert not [s for item in ax.collections for s in item.get_segments() if np.isfinite(s).all()]
    assert ax.get_title(loc="right") == ""


def test_sampled_settings_and_names_are_not_joined(table):
    ax = plots.dose_response(table, ENERGY, "scar_depth_um", hue=DENSITY)
    assert [line.get_linestyle() for line in marks(ax).values()] == ["-", "--"]
    table.attrs["design"]["design"]["kind"] = "sobol"
    ax = plots.dose_response(table, ENERGY, "scar_depth_um", hue=DENSITY)
    assert {line.get_linestyle() for line in marks(ax).values()} == {"None"}
    named = pd.DataFrame({"drug": ["b", "a", "b"], "fold": [1.0, 3.0, 2.0]})
    ax = plots.dose_response(named, "drug", "fold")
    assert [text.get_text() for text in ax.get_xticklabels()] == ["b", "a"]
    line = next(line for line in ax.get_lines() if line.get_marker() == "o")
    assert dict(zip(line.get_xdata(), line.get_ydata(), strict=True)) == {0.0: 1.5, 1.0: 3.0}
    single = plots.dose_response(named.drop_duplicates("drug"), "drug", "fold")
    single.set_yscale("log")
    single.figure.canvas.draw()
    assert single.get_ylim()[0] > 0.0


def test_what_did_not_happen_is_told_and_left_out_of_the_mean():
    rows = pd.DataFrame({"dose": [1.0, 1.0, 1.0, 2.0, 2.0], "healed_h": [5.0, 7.0, np.inf, 4.0, 8.0]})
    ax = plots.dose_response(rows, "dose", "healed_h", log_x=True)
    line = next(line for line in ax.get_lines() if line.get_marker() == "o")
    np.testing.assert_allclose(line.get_ydata(), [6.0, 6.0])
    assert [text.get_text() for text in ax.texts] == ["not in 1/3"]
    known = [s for item in ax.collections for s in item.get_segments() if np.isfinite(s).all()]
    assert [segment[0][0] for segment in known] == [2.0], "a mean of a selection has no interval"
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "2"]


def test_the_pareto_front_of_points_known_by_hand():
    cost = [1.0, 2.0, 2.0, 3.0, 4.0, np.inf, 0.5]
    gain = [1.0, 3.0, 2.0, 3.0, 9.0, 99.0, np.nan]
    assert plots.pareto_front(cost, gain).tolist() == [True, True, False, False, True, False, False]
    assert plots.pareto_front([1.0, 1.0], [2.0, 2.0]).tolist() == [True, True], "equals do not beat each other"


def front(ax):
    line = marks(ax)["Pareto front"]
    return sorted(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_a_trade_off_rings_what_nothing_beats(table):
    ax = plots.trade_off(table, "scar_depth_um", best="lowest")
    np.testing.assert_allclose(front(ax), [(2.0, 291.0), (5.0, 261.0)])
    ax = plots.trade_off(table, "scar_depth_um", best="highest")
    np.testing.assert_allclose(front(ax), [(2.0, 291.0)])
    np.testing.assert_allclose(sorted(marks(ax)["settings"].get_xdata()), [2.0, 4.0, 5.0, 7.0])
    hued = plots.trade_off(table, "scar_depth_um", hue=ENERGY, label=DENSITY)
    assert list(marks(hued))[1:] == ["10", "40"]
    assert sorted(text.get_text() for text in hued.texts) == ["100", "100", "300", "300"]
    half = stats.t.ppf(0.975, 2) * np.std([-1.0, 0.0, 4.0], ddof=1) / np.sqrt(3.0)
    up = [s for item in ax.collections for s in item.get_segments() if np.ptp(s[:, 1]) > 0]
    assert sorted({round(float(np.ptp(s[:, 1])), 6) for s in up}) == [pytest.approx(2.0 * half, abs=1e-6)]


def test_settings_without_an_end_are_left_out_and_counted(table):
    table.loc[table["point"] == 0, "downtime_days"] = np.inf
    ax = plots.trade_off(table, "scar_depth_um")
    assert len(marks(ax)["settings"].get_xdata()) == 3
    assert "1 of 4 settings without an end left out" in ax.get_title(loc="right")


def test_settings_without_a_value_of_a_factor_are_drawn_as_such():
    rows = pd.DataFrame({"drug": ["a", "a", None, None], "cost": [1.0, 3.0, 4.0, 6.0], "gain": [0.0, 2.0, 5.0, 7.0]})
    drawn = marks(plots.trade_off(rows, "gain", cost="cost", by="drug", hue="drug"))
    assert [drawn[name].get_xdata().tolist() for name in ("a", "no value")] == [[2.0], [5.0]]


def test_settings_of_any_table_are_told_apart_by_its_columns():
    rows = pd.DataFrame({"device": list("aabb"), "cost": [1.0, 3.0, 4.0, 6.0], "gain": [0.0, 2.0, 5.0, 7.0]})
    ax = plots.trade_off(rows, "gain", cost="cost", by="device")
    np.testing.assert_allclose(front(ax), [(2.0, 1.0), (5.0, 6.0)])
    assert len(marks(plots.trade_off(rows, "gain", cost="cost"))["settings"].get_xdata()) == 4


def test_what_cannot_be_drawn_is_refused_in_one_line(table):
    with pytest.raises(InputError, match=r"scar_dept: unknown column; allowed: scar_depth_um\?"):
        plots.dose_response(table, ENERGY, "scar_dept")
    with pytest.raises(InputError, match="device: holds no numbers"):
        plots.dose_response(table.assign(device="co2"), ENERGY, "device")
    with pytest.raises(InputError, match="no run of the sweep is done"):
        plots.trade_off(table.assign(status="waiting"), "scar_depth_um")
    with pytest.raises(InputError, match="too many values of seedling"):
        plots.dose_response(table.assign(seedling=range(len(table))), ENERGY, "scar_depth_um", hue="seedling")
    with pytest.raises(InputError, match="highest or lowest"):
        plots.trade_off(table, "scar_depth_um", best="most")
    with pytest.raises(InputError, match="no setting has both"):
        plots.trade_off(table.assign(downtime_days=np.inf), "scar_depth_um")
