"""What became of a drug: the table over replicates, and its pictures, on made-up runs."""

import json
import warnings

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from mendsim import analysis
from mendsim.analysis import style, uptake, uptake_picture
from mendsim.analysis.endpoints import registered
from mendsim.common.errors import InputError
from mendsim.scenarios.seal import write_seal

pytestmark = pytest.mark.filterwarnings("error", "ignore:The set_bad function:PendingDeprecationWarning")

HOURS = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
GIVEN = [0.0, 10.0, 10.0, 10.0, 10.0]


def about(*events, **patient):
    return json.dumps({"title": "Made up", "patient": patient, "events": list(events)})


@pytest.fixture
def drugged(make_run):
    """Make a run with amounts of drug by place, put on at the start unless said otherwise."""

    def make(*, at="0 h", kind="drug", middle=None, **places):
        series = {f"drug_{place}_ug_per_cm2": values for place, values in {"given": GIVEN, **places}.items()}
        if middle is not None:
            series["drug_middle_dermis_ug_per_ml"] = middle
        run = make_run(HOURS / 24.0, **series)
        run.attrs["scenario"] = about({"kind": "laser", "at": "0 h"}, {"kind": kind, "at": at})
        return run

    return make


@pytest.fixture
def table_of(drugged):
    """Set out runs by what they hold, with the quantities as index."""

    def make(treated, intact=()):
        table = uptake.uptake_table([drugged(**run) for run in treated], [drugged(**run) for run in intact])
        return table.set_index("quantity")

    return make


def test_peaks_come_with_their_time_since_the_drug_was_given(table_of):
    table = table_of([{"dermis": [0.0, 0.0, 3.0, 5.0, 1.0], "at": "1 h"}])
    assert table.loc["dermis, peak", "treated"] == 5.0
    assert table.loc["dermis, its time", "treated"] == 3.0
    assert table.loc["dermis, its time", "unit"] == "h"
    assert list(table.index) == ["given", "dermis, peak", "dermis, its time", "delivered past the epidermis"]
    assert list(table.columns) == ["unit", "treated", "treated_low", "treated_high"]


def test_an_injection_counts_as_given_too_and_the_first_time_counts(drugged):
    assert uptake.given_at_h(drugged(kind="injection", at="2 h")) == 2.0
    run = drugged()
    run.attrs["scenario"] = about(
        {"kind": "aftercare", "at": "0 h"}, {"kind": "drug", "at": "6.5 h"}, {"kind": "injection", "at": "4 h"}
    )
    assert uptake.given_at_h(run) == 4.0


def test_what_is_past_the_epidermis_is_there_was_carried_off_or_crossed(table_of):
    places = {"channel": 0.5, "dermis": 1.0, "hypodermis": 0.25, "cleared": 2.0, "received": 4.0}
    held = {place: [0.0, 0.0, 0.0, 9.0, amount] for place, amount in places.items()}
    table = table_of([{**held, "epidermis": [0.0, 1, 1, 1, 1], "corneum": [0.0, 1, 1, 1, 1]}])
    assert table.loc["delivered past the epidermis", "treated"] == 7.75
    assert table.loc["systemic share", "treated"] == 20.0
    assert table.loc["carried off by blood", "treated"] == 2.0
    assert table.loc["through excised skin", "treated"] == 40.0


def test_every_row_can_be_shown_and_its_places_are_those_of_the_model(table_of):
    every = {place: [0.0, 1, 2, 2, 1] for place in (*uptake.LAYERS, "cleared", "degraded", "received", "removed")}
    table = table_of([{**every, "middle": [0.0, 1, 2, 3, 2]}])
    assert list(table.index) == [row.label for row in uptake.rows()]
    assert table.loc["middle of the dermis, peak", "treated"] == 3.0
    assert table["treated"].notna().all()


def test_the_fold_is_paired_by_seed_and_only_where_it_says_anything(table_of):
    treated = [{"dermis": [0.0, peak, 0, 0, 0], "removed": [0.0, 0, 0, 0, 4]} for peak in (8.0, 36.0)]
    intact = [{"dermis": [0.0, peak, 0, 0, 0], "removed": [0.0, 0, 0, 0, 8]} for peak in (2.0, 1.0)]
    table = table_of(treated, intact)
    assert table.loc["dermis, peak", "fold"] == pytest.approx(12.0)
    assert table.loc["dermis, peak", "fold_low"] < 12.0 < table.loc["dermis, peak", "fold_high"]
    assert table.loc["dermis, peak", ["treated", "intact"]].tolist() == [22.0, 1.5]
    for label in ("given", "dermis, its time", "wiped off or shed"):
        assert np.isnan(table.loc[label, "fold"])
    assert table_of(treated, intact[::-1]).loc["dermis, peak", "fold"] == pytest.approx(12.0)
    one = table_of(treated[:1], intact[:1])
    assert one.loc["dermis, peak", "fold"] == 4.0
    assert np.isnan(one.loc["dermis, peak", "fold_low"])


def test_what_enters_treated_skin_alone_is_infinitely_more(table_of):
    table = table_of([{"channel": [0.0, 1, 1, 1, 0]}] * 2, [{"channel": [0.0] * 5}] * 2)
    assert table.loc["clot of channels, peak", "fold"] == np.inf
    assert np.isnan(table.loc["clot of channels, its time", "intact"])


def test_what_is_nothing_in_every_run_is_left_out(table_of):
    table = table_of([{"dermis": [0.0, 1, 0, 0, 0], "degraded": [0.0] * 5}], [{}])
    assert "degraded" not in table.index
    assert table.loc["dermis, peak", "intact"] == 0.0


def test_a_run_without_drug_is_refused_in_a_line(make_run):
    for run in (
        make_run([0.0, 1.0], keratinocyte_count=[1.0, 1.0]),
        make_run([0.0, 1.0], drug_given_ug_per_cm2=[0.0, 0.0], drug_dermis_ug_per_cm2=[0.0, 0.0]),
    ):
        for act in (lambda run: uptake.uptake_table([run]), uptake_picture.uptake_figure, uptake.delivered):
            with pytest.raises(InputError, match=r"^no drug was given in this run .*allowed: a run with a drug$"):
                act(run)
        assert not uptake_picture.was_given(run)


def test_the_end_point_of_delivery_is_that_of_the_table(drugged, table_of):
    held = {"dermis": [0.0, 1, 1, 1, 1], "cleared": [0.0, 1, 2, 3, 3], "received": [0.0, 0, 0, 0, 2]}
    known = registered()
    table = table_of([held])
    assert known["drug_delivered"].measure(drugged(**held)) == table.loc["delivered past the epidermis", "treated"]
    assert known["drug_systemic_share"].measure(drugged(**held)) == table.loc["systemic share", "treated"]


PLACES = ("donor", "removed", *uptake.LAYERS, "cleared", "degraded", "received")


def store_of(path, *, excised, given=True, snapshots_h=(0.0, 1.0, 4.0), drug_at="0 h", ny=1):
    """Write a run of which only the drug is known, as that of excised skin, or of living skin without cells."""
    time_h = np.arange(0.0, 8.5, 0.5)
    after = np.maximum(time_h - float(drug_at.split()[0]), 0.0)
    amounts = {
        "given": 10.0 * (after > 0.0),
        "donor": 10.0 * np.exp(-after) * (after > 0.0),
        "dermis": 3.0 * after * np.exp(-after),
        "corneum": 0.1 * after * np.exp(-after),
        "received": 10.0 * (1.0 - np.exp(-after / 4.0)),
    }
    series = {f"drug_{place}_ug_per_cm2": ("time", given * amounts.get(place, 0.0 * time_h)) for place in amounts}
    depth, x = (np.arange(30) - 4.5) * 20.0, (np.arange(20) + 0.5) * 20.0
    tissue = np.where(depth[:, None, None] < 0.0, 0, 2) * np.ones((30, ny, 20), np.uint8)
    tissue[4:10, :, 9:11] = 0
    late = np.array(snapshots_h)[:, None, None, None] - float(drug_at.split()[0])
    held = given * np.maximum(late, 0.0) * 50.0 * np.exp(-np.maximum(depth, 0.0) / 100.0)[:, None, None] * (tissue > 0)
    fields = {"tissue": (("snapshot", "z", "y", "x"), np.stack([tissue] * len(snapshots_h)).astype(np.uint8))}
    fields["drug"] = (("snapshot", "z", "y", "x"), np.broadcast_to(held, fields["tissue"][1].shape).astype(np.float32))
    places = {"depth_um": ("z", depth), "y_um": ("y", np.arange(ny) * 20.0), "x_um": ("x", x)}
    groups = {
        "/series": xr.Dataset(series, {"time": ("time", time_h)}),
        "/fields": xr.Dataset(fields, {"snapshot": ("snapshot", np.array(snapshots_h)), **places}),
    }
    attrs = {
        "mendsim_version": "0",
        "content_hash": "0",
        "scenario": about({"kind": "drug", "at": drug_at}, excised=excised),
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata", category=UserWarning)
        tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=attrs), **groups})
        tree.to_zarr(path, zarr_format=3, consolidated=True)
    write_seal(path)
    return path


def drawn(figure):
    """Texts of a figure once it is drawn."""
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    return " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


@pytest.mark.parametrize("ny", [1, 3])
def test_the_picture_of_a_drug_shows_amounts_depths_and_sections(tmp_path, ny):
    with style.applied():
        figure = uptake_picture.uptake_figure(analysis.open_run(store_of(tmp_path / "run", excised=True, ny=ny)))
        text = drawn(figure)
    for said in (
        "Made up",
        "Where the drug is",
        "By depth",
        "hours since it was given",
        "drug [µg/cm²]",
        "drug [µg/mL]",
    ):
        assert said in text
    assert "through the skin" in text
    assert "carried off by blood" not in text
    # at 0 h there is none
    assert "after 1 h" in text
    assert "after 4 h" in text
    assert "after 0 h" not in text


def test_amounts_are_drawn_from_when_the_drug_came(tmp_path):
    run = analysis.open_run(store_of(tmp_path / "run", excised=True, drug_at="2 h"))
    ax = uptake_picture.amounts(run)
    assert ax.get_yscale() == "log"
    for line in ax.get_lines():
        assert line.get_xdata().min() == 0.0
    labels = [line.get_label() for line in ax.get_lines()]
    assert labels == ["stratum corneum", "dermis", "on the skin", "through the skin"]
    dermis = ax.get_lines()[1].get_ydata()
    assert np.nanmax(dermis) == pytest.approx(float(run["series"]["drug_dermis_ug_per_cm2"].max()))
    low, high = ax.get_ylim()
    assert low < high / 1e4 < high


def test_depths_are_means_over_tissue_and_leave_channels_out(tmp_path):
    run = analysis.open_run(store_of(tmp_path / "run", excised=True))
    ax = uptake_picture.by_depth(run)
    assert ax.get_xscale() == "log"
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    shot = run["fields"]["drug"].to_numpy()[-1, :, 0]
    line = ax.get_lines()[-1]
    np.testing.assert_allclose(line.get_ydata(), run["fields"]["depth_um"])
    inside = np.isfinite(line.get_xdata())
    np.testing.assert_allclose(line.get_xdata()[inside], shot[inside].max(axis=1), rtol=1e-6)


def test_a_run_without_snapshots_of_drug_shows_amounts_alone(tmp_path):
    run = analysis.open_run(store_of(tmp_path / "run", excised=False, snapshots_h=(0.0,)))
    with style.applied():
        text = drawn(uptake_picture.uptake_figure(run))
    assert "Where the drug is" in text
    assert "By depth" not in text


def test_excised_skin_gives_one_picture(tmp_path):
    pictures = analysis.plot_run(store_of(tmp_path / "run", excised=True))
    assert [path.name for path in pictures] == ["drug.png"]
    assert pictures[0].read_bytes().startswith(b"\x89PNG")
    assert pictures[0].parent == tmp_path / "run_pictures"


def test_excised_skin_without_drug_has_nothing_to_draw(tmp_path):
    path = store_of(tmp_path / "run", excised=True, given=False)
    with pytest.raises(InputError, match="nothing lives in excised skin, and no drug was given"):
        analysis.plot_run(path)
    assert not (tmp_path / "run_pictures").exists()


def test_a_living_run_without_drug_has_no_picture_of_it(make_run):
    run = make_run([0.0, 1.0], keratinocyte_count=[9.0, 9.0], drug_given_ug_per_cm2=[0.0, 0.0])
    assert not uptake_picture.was_given(run)
