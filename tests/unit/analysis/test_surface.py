"""The skin from above: what lies there, its colour, and the pictures of a block and of a section."""

from dataclasses import replace

import numpy as np
import pytest

from mendsim import analysis
from mendsim.analysis import animation, skin_colour, store, surface
from mendsim.analysis import surface_maps as surface_maps_module
from mendsim.analysis.surface_maps import surface_maps
from mendsim.cli.main import main
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


def _legend(ax):
    return ax.get_legend().get_texts(), ax.get_legend().get_patches()


@pytest.fixture
def block(make_store):
    return analysis.open_run(make_store(nx=20, ny=6))


def test_melanin_darkens_skin_and_more_so_in_blue_light():
    pale, dark = (skin_colour.reflected(np.array(held), np.array(0.01)) for held in (0.05, 0.6))
    assert (dark < pale).all()
    lost = np.log(pale / dark)
    assert lost[2] > lost[1] > lost[0]
    np.testing.assert_allclose(lost[2] / lost[0], (610 / 460) ** 3.48, rtol=1e-6)


def test_blood_reddens_skin():
    pale, red = (skin_colour.dermis(np.array(share)) for share in (0.002, 0.03))
    assert red[1] / pale[1] < 0.7
    assert red[0] / pale[0] > 0.85
    # Kubelka and Munk: absorption over scattering from the reflectance
    ratio = (1.0 - red) ** 2 / (2.0 * red)
    p = skin_colour.optics()
    blood = 0.03 * (0.7 * p["haemoglobin.oxy_545_per_cm"] + 0.3 * p["haemoglobin.deoxy_545_per_cm"])
    scattered = p["scattering.at_500_nm_per_cm"] * (545 / 500) ** -p["scattering.power"]
    assert ratio[1] == pytest.approx(2.0 * (p["dermis.base_545_per_cm"] + blood) / (0.75 * scattered), rel=1e-6)


def test_colours_on_a_screen_run_from_black_to_white():
    np.testing.assert_allclose(skin_colour.shown(np.array([0.0, 0.0031308, 1.0, 2.0])), [0, 0.04045, 1, 1], atol=1e-4)


def test_maps_tell_channels_debris_and_vessels(block):
    fresh, closed, healed = (surface_maps(block, day) for day in (0.0, 3.0, 90.0))
    zones = np.abs(fresh.x_um[None, :] - np.array([[100.0], [300.0]])).min(axis=0) < 30
    assert fresh.bare[:, zones].all()
    assert not fresh.bare[:, ~zones][:, :2].any()
    assert not healed.bare.any()
    assert closed.debris[:, zones].sum() > 0
    assert healed.debris.sum() == 0
    assert fresh.depth_um[:, zones].min() == pytest.approx(60.0), "down to where the clot begins"
    assert np.median(fresh.depth_um[:, ~zones]) == 0.0


def test_volume_of_blood_is_that_of_the_vessels(block):
    maps = surface_maps(block, 90.0)
    table = store.every_agent(block, "vessels", 90.0)
    edge, deep = 20.0, skin_colour.optics()["light.depth_um"]
    total = 0.0
    for row in range(len(table["x0_um"])):
        if table["coagulated"][row] or table["growing"][row]:
            continue
        ends = [np.array([table[f"{axis}{end}_um"][row] for axis in "xyz"], float) for end in (0, 1)]
        along = np.linspace(*ends, 4001)[:-1]
        inside = (along[:, 1] < 6 * edge) & (along[:, 0] < 20 * edge)
        volume = np.pi * table["radius_um"][row] ** 2 * np.linalg.norm(ends[1] - ends[0])
        total += float(np.mean(np.exp(-along[:, 2] / deep) * inside)) * volume
    assert maps.blood.sum() * edge**2 * deep == pytest.approx(total, rel=0.02)


def test_no_redness_comes_round_from_the_other_side(block, monkeypatch):
    def one_vessel(run, kind, day):
        ends = {
            f"{axis}{end}_um": np.array([at])
            for axis, at in zip("xyz", (5.0, 60.0, 100.0), strict=True)
            for end in "01"
        }
        return ends | {"y1_um": np.array([70.0]), "radius_um": np.array([10.0])} if kind == "vessels" else {}

    monkeypatch.setattr(surface_maps_module.store, "every_agent", one_vessel)
    blood = surface_maps(block, 90.0).blood
    assert blood[:, 0].max() > 0.0
    assert blood[:, -1].max() < 0.02 * blood[:, 0].max(), "sides are mirrors"


def test_no_pit_shades_the_other_side(block):
    flat = surface_maps(block, 90.0)
    depth = np.zeros((6, 20))
    pits = [np.where(np.arange(20) < 4, high, depth) for high in (0.0, -400.0)]
    whole, hill = (surface._image(replace(flat, depth_um=pit)) for pit in pits)
    changed = np.abs(whole - hill).max(axis=(0, 2))
    assert changed[-16:].max() == 0.0, "four sites on the far side"
    assert changed.max() > 0.1


def test_a_block_is_seen_from_above(block):
    ax = analysis.surface_view(block, 0.0)
    assert ax.get_xlim() == (0.0, 400.0)
    assert ax.get_ylim() == (120.0, 0.0)
    image = np.asarray(ax.images[0].get_array())
    zone, skin = (image[:, (np.abs(np.linspace(2.5, 397.5, 80) - x) < 20)].mean(axis=(0, 1)) for x in (100.0, 200.0))
    assert zone.mean() < skin.mean() - 0.1, "an open channel is dark"
    assert skin[0] > skin[1] > skin[2] - 0.05
    assert "100 µm" in [text.get_text() for text in ax.texts]
    figure = analysis.surface_figure(block, [0, 7])
    assert [each.get_title(loc="left") for each in figure.axes] == [
        "day 0, just after session",
        "day 7, 7 d after session",
    ]
    figure.canvas.draw()


def test_a_section_is_a_line_against_time_and_says_so(make_store):
    run = analysis.open_run(make_store())
    with pytest.raises(InputError, match=r"a section is one line of the surface.*lattice\.length"):
        analysis.surface_view(run, 0.0)
    (ax,) = analysis.surface_figure(run).axes
    assert "single line" in ax.get_title(loc="left")
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        store.moment_label(run, float(day)).replace("\n", ", ") for day in store.snapshot_days(run)
    ]
    assert ax.get_yticklabels()[0].get_text() == "day 0, just after session"
    key = {text.get_text(): patch.get_facecolor() for text, patch in zip(*_legend(ax), strict=True)}
    assert list(key) == ["crust", "dead cells (debris)", "open bed"]
    pale = skin_colour.shown(surface._EXPOSURE * skin_colour.dermis(np.array(0.012)))
    assert pale[1] - key["open bed"][1] > 0.1, "an open bed is redder than skin without pigment"
    every = np.asarray(ax.images[0].get_array())
    assert every.shape == (9, 40, 3)
    (few,) = analysis.surface_figure(run, [90, 1]).axes
    np.testing.assert_array_equal(few.images[0].get_array(), every[[8, 2]])
    assert [label.get_text().split(",")[0] for label in few.get_yticklabels()] == ["day 90", "day 1"]
    with pytest.raises(InputError, match="--days: no snapshot near this day"):
        analysis.surface_figure(run, [40])


def test_the_command_draws_a_block_and_moves_it(make_store, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(animation, "_DPI", 30)
    path = str(make_store(nx=20, ny=6))
    assert main(["surface", path, "--days", "0,7", "--out", str(tmp_path), "--animate", "gif"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "surface.png"), str(tmp_path / "surface.gif")]
    assert main(["surface", str(make_store()), "--out", str(tmp_path / "no"), "--animate", "gif"]) == 2
    assert "a section is one line of the surface" in capsys.readouterr().err
