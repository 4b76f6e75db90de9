import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from mendsim import analysis
from mendsim.analysis import stain, stain_epidermis, store, zone_strip
from mendsim.analysis.stain_sheet import Sheet, hashed
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

NZ, NX, EDGE = 24, 30, 10.0
BED = 10
"""Row of the topmost dermis; five rows of cells stand on it, one of air is over them."""


@pytest.fixture
def section():
    """Make a section of layered skin with nothing wrong, dims ``(z, x)``."""
    kind = np.zeros((NZ, NX), np.uint8)
    kind[BED - 5 : BED] = np.array([4, 3, 2, 2, 1])[:, None]
    tissue = np.zeros((NZ, NX), np.uint8)
    tissue[BED - 5 : BED], tissue[BED:] = 1, 2
    dermis = (tissue == 2).astype(np.float32)
    values = {
        "tissue": tissue,
        "cell_kind": kind,
        "collagen_1": 90.0 * dermis,
        "collagen_3": 10.0 * dermis,
        "denatured_collagen": 0.0 * dermis,
        "fragments": 0.0 * dermis,
        "orientation_rad": 0.0 * dermis,
        "orientation_order": 0.6 * dermis,
    }
    return xr.Dataset(
        {name: (("z", "x"), array) for name, array in values.items()},
        {"depth_um": ("z", EDGE * (np.arange(NZ) - 4.5)), "x_um": ("x", EDGE * (np.arange(NX) + 0.5))},
    )


def as_run(section, **columns):
    """Make a run with this section at the hours 0 and 24, with a session at 0, and a table of its cells."""
    fields = section.expand_dims(snapshot=[0.0, 24.0]).expand_dims("y", axis=2).assign_coords(y_um=("y", [5.0]))
    groups = {
        "/series": xr.Dataset(coords={"time": ("time", [0.0, 24.0])}),
        "/fields": fields,
        "/injury": xr.Dataset(
            {"damage_keratinocyte_necrosis": (("session", "z", "y", "x"), np.zeros((1, NZ, 1, NX)))},
            {"session": ("session", [0.0])},
        ),
    }
    if columns:
        iz, ix = np.nonzero(section["cell_kind"].to_numpy())
        table = {
            "snapshot_index": np.zeros(len(iz), int),
            "unique_id": 1 + np.arange(len(iz)),
            "kind": section["cell_kind"].to_numpy()[iz, ix],
            "x_um": section["x_um"].to_numpy()[ix],
            "z_um": section["depth_um"].to_numpy()[iz],
            **{name: np.broadcast_to(values, len(iz)) for name, values in columns.items()},
        }
        groups["/agents/keratinocyte"] = xr.Dataset({name: ("row", column) for name, column in table.items()})
    return xr.DataTree.from_dict(groups)


WINDOW = (50.0, 250.0, -40.0, 150.0)


def image(section, **columns):
    return stain.stained(as_run(section, **columns), 0.0, WINDOW, pixels_per_um=1.0)


def band(picture, top, bottom):
    """Mean colour between two depths [um]."""
    return picture[round(top - WINDOW[2]) : round(bottom - WINDOW[2])].reshape(-1, 3).mean(axis=0)


def brownness(colour):
    """How much more blue than red light is lost."""
    return float(np.log(colour[0] / colour[2]))


def test_layers_are_told_apart(section):
    picture = image(section)
    assert picture.shape == (190, 200, 3)
    assert np.all((picture >= 0) & (picture <= 1))
    air, corneum, basal, dermis = (band(picture, *ends) for ends in ((-40, -15), (0, 10), (41, 49), (70, 150)))
    assert air.min() > 0.95
    assert corneum.min() > basal.max(), "lamellae are thin and pale, the basal layer is dark"
    assert basal[2] > basal[1], "nuclei are violet"
    assert dermis[0] > 0.75 > dermis[1], "collagen is pink"


def test_basal_nuclei_are_darker_than_spinous_ones(section):
    picture = image(section)
    darkest = [
        np.percentile(picture[round(z + 2 - WINDOW[2]) : round(z + 8 - WINDOW[2])].mean(axis=-1), 5) for z in (40, 25)
    ]
    assert darkest[0] < 0.8 * darkest[1]


def test_melanin_is_brown(section):
    pale, dark = (band(image(section, melanin_pg=held), 10, 50) for held in (0.0, 8.0))
    assert brownness(dark) > brownness(pale) + 0.1


def test_debris_is_denser_than_living_cells_and_holds_its_melanin(section):
    dead = section.copy(deep=True)
    dead["cell_kind"][BED - 4 : BED] = stain_epidermis.DEBRIS
    alive, clump = (band(image(part, melanin_pg=0.0), 15, 45) for part in (section, dead))
    assert clump[1] < 0.85 * alive[1], "more eosin"
    assert brownness(band(image(dead, melanin_pg=5.0), 15, 45)) > brownness(clump) + 0.05


def test_nuclei_of_the_dead_fade_with_their_alarmin(section):
    dead = section.copy(deep=True)
    dead["cell_kind"][BED - 4 : BED] = stain_epidermis.DEBRIS
    half = np.zeros(5 * NX)
    half[: 3 * NX] = 1.0  # the upper layers have just died
    picture = image(dead, alarmin_ng=half)
    assert band(picture, 12, 18)[0] < band(picture, 32, 38)[0], "nuclei take away red light"


def test_denatured_collagen_is_paler_and_bluer_and_an_empty_dermis_pale(section):
    cooked, empty = section.copy(deep=True), section.copy(deep=True)
    cooked["denatured_collagen"][BED:] = 100.0
    for name in ("collagen_1", "collagen_3"):
        empty[name][BED:, 10:20] = 0.0
        cooked[name][BED:] = 0.0
    intact, bluish = (band(image(part), 80, 150) for part in (section, cooked))
    assert bluish[2] - bluish[0] > intact[2] - intact[0] + 0.05
    hollow = stain.stained(as_run(empty), 0.0, (120.0, 180.0, 80.0, 150.0), pixels_per_um=1.0)
    assert hollow.mean() > intact.mean() + 0.1


def test_compartments_share_every_pixel(section):
    sheet = Sheet(WINDOW, 1.0, 5.0, -45.0, EDGE)
    shares = stain.compartments(section, sheet)
    np.testing.assert_allclose(sum(shares.values()), 1.0, rtol=1e-5)
    assert shares["air"][:25].min() > 0.99
    assert shares["dermis"][-60:].min() > 0.99


def test_a_single_site_keeps_its_place(section):
    lone = section.copy(deep=True)
    lone["cell_kind"][BED - 3, 15] = stain_epidermis.DEBRIS
    sheet = Sheet(WINDOW, 1.0, 5.0, -45.0, EDGE)
    share = stain.compartments(lone, sheet)["debris"]
    rows, columns = np.nonzero(share > 0.5)
    assert len(rows) > 40, "of a hundred square micrometres"
    assert columns.mean() + WINDOW[0] == pytest.approx(155.0, abs=2.5)
    assert rows.mean() + WINDOW[2] == pytest.approx(25.0, abs=2.5)


def test_a_picture_is_the_same_each_time_and_cells_look_like_themselves(section):
    np.testing.assert_array_equal(image(section, melanin_pg=2.0), image(section, melanin_pg=2.0))
    numbers = hashed(np.arange(20_000), 3)
    assert numbers[7] == hashed(np.array([7]), 3)[0]
    assert numbers.mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(numbers, hashed(np.arange(20_000), 4))[0, 1]) < 0.03


def test_noise_stays_in_its_place_when_the_window_moves():
    here = Sheet((0.0, 60.0, 0.0, 40.0), 1.0, 5.0, 5.0, EDGE).noise(9.0, 1)
    moved = Sheet((20.0, 80.0, 10.0, 50.0), 1.0, 5.0, 5.0, EDGE).noise(9.0, 1)
    np.testing.assert_allclose(here[10:, 20:], moved[:-10, :-20], atol=1e-4)


def test_streaks_run_along_their_direction():
    sheet = Sheet((0.0, 120.0, 0.0, 120.0), 1.0, 5.0, 5.0, EDGE)
    for angle, along, across in ((0.0, 1, 0), (0.5 * np.pi, 0, 1)):
        streaks = sheet.streaked(sheet.noise(1.5, 2), np.full((120, 120), angle), 10.0)
        change = [np.abs(np.diff(streaks, axis=axis)).mean() for axis in (along, across)]
        assert change[0] < 0.7 * change[1]


def test_a_strip_has_a_panel_for_each_time_and_run(make_store):
    run = analysis.open_run(make_store())
    figure = analysis.strip_figure({"one": run, "two": run}, (0.0, 6.0, 24.0, 72.0), pixels_per_um=0.5)
    assert isinstance(figure, Figure)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["0 h", "6 h", "1 d", "3 d"] * 2
    assert [figure.axes[k].get_ylabel() for k in (0, 4)] == ["one", "two"]
    assert "100 µm" in [text.get_text() for text in figure.axes[-1].texts]
    figure.canvas.draw()


def test_a_strip_needs_a_session_and_a_snapshot_near_every_time(make_store):
    with pytest.raises(InputError, match="no session"):
        analysis.strip_figure(analysis.open_run(make_store(treated=False)))
    with pytest.raises(InputError, match=r"12 h.*6 h, 24 h"):
        analysis.strip_figure(analysis.open_run(make_store()), (0.0, 12.0))


def test_the_window_stays_in_the_section(make_store):
    run = analysis.open_run(make_store())
    left, right, top, bottom = zone_strip.zone_window(run)
    edges = store.fields(run)["x_um"].to_numpy()
    assert edges[0] - 10.0 <= left < right <= edges[-1] + 10.0
    assert right - left == pytest.approx(320.0)
    assert top < 0 < bottom
