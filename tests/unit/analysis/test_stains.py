"""Stains: colours of their dyes, what they show of a run, light between polarisers."""

import numpy as np
import pytest
import xarray as xr

from mendsim.analysis import histology, stain, stain_cells, stain_dermis, stain_polarised, stain_vessels
from mendsim.analysis.stain_data import Polarised, Stain, seen, stain_of, stains
from mendsim.analysis.stain_dermis import Intact
from mendsim.analysis.stain_sheet import Sheet
from mendsim.analysis.surface_maps import surface_maps
from mendsim.common.errors import InputError
from mendsim.scenarios.tree import AGENTS

pytestmark = pytest.mark.filterwarnings("error")

N, EDGE = 40, 10.0


def section(**values):
    """Make dermis without epidermis: 400 um x 400 um of ordered fibres, dims ``(z, x)``."""
    fields = {
        "tissue": np.full((N, N), 2, np.uint8),
        "cell_kind": np.zeros((N, N), np.uint8),
        "collagen_1": 90.0,
        "collagen_3": 10.0,
        "denatured_collagen": 0.0,
        "fragments": 0.0,
        "orientation_rad": 0.0,
        "orientation_order": 1.0,
    } | values
    full = {
        name: array if isinstance(array, np.ndarray) else np.full((N, N), array, np.float32)
        for name, array in fields.items()
    }
    return xr.Dataset(
        {name: (("z", "x"), array) for name, array in full.items()},
        {"depth_um": ("z", EDGE * (np.arange(N) + 0.5)), "x_um": ("x", EDGE * (np.arange(N) + 0.5))},
    )


def as_run(part, **tables):
    fields = part.expand_dims(snapshot=[0.0]).expand_dims("y", axis=2).assign_coords(y_um=("y", [0.0]))
    groups = {"/series": xr.Dataset(coords={"time": ("time", [0.0])}), "/fields": fields}
    for name, table in tables.items():
        length = len(next(iter(table.values())))
        columns = {"snapshot_index": np.zeros(length, int), **table}
        path = "/vessels" if name == "vessels" else f"/agents/{name}"
        groups[path] = xr.Dataset({key: ("row", np.asarray(column)) for key, column in columns.items()})
    return xr.DataTree.from_dict(groups)


WINDOW = (50.0, 350.0, 50.0, 350.0)


def picture(part, name, window=WINDOW, **tables):
    return stain.stained(as_run(part, **tables), 0.0, window, stain=name, pixels_per_um=0.8)


def sheet():
    return Sheet(WINDOW, 0.8, 0.5 * EDGE, 0.5 * EDGE, EDGE)


def hue(colour):
    """Which of red, green and blue is strongest, and by how much over the next."""
    order = np.argsort(colour)
    return int(order[-1]), float(colour[order[-1]] - colour[order[-2]])


def test_every_stain_has_a_title_and_a_legend_and_absorbs_what_its_dyes_do():
    for name, each in stains().items():
        assert each.name == name
        assert each.title
        assert len(each.legend()) >= 3
        if isinstance(each, Stain):
            assert (each.absorption >= 0).all()
            assert each.absorption.any()
    nucleus = stain_of("he").density({"chromatin": 1.0})
    # a haematoxylin of 1.0 and an eosin of 0.25, vectors of Macenko 2009
    expected = np.array([0.5626, 0.7201, 0.4062]) + 0.25 * np.array([0.2159, 0.8012, 0.5581])
    np.testing.assert_allclose(nucleus, expected, rtol=1e-5)
    np.testing.assert_allclose(seen(np.zeros(3)), [0.972, 0.965, 0.972], rtol=1e-5)
    np.testing.assert_allclose(seen(2 * nucleus) * seen(np.zeros(3)), seen(nucleus) ** 2, rtol=1e-5)


def test_a_stain_that_is_none_names_those_there_are():
    with pytest.raises(InputError, match=r"no such stain \(got 'pas'\); allowed: he, masson.*picrosirius"):
        stain_of("pas")


@pytest.mark.parametrize(
    ("name", "material", "strongest"),
    [
        ("he", "collagen", 0),
        ("he", "chromatin", 2),
        ("masson", "collagen", 2),
        ("masson", "fibrin", 0),
        ("masson", "keratin", 0),
        ("hsp70", "chromatin", 2),
        ("hsp70", "antigen", 0),
    ],
)
def test_dyes_have_the_colour_that_readers_of_slides_expect(name, material, strongest):
    about = stain_of(name)
    place, lead = hue(seen(about.density({material: 1.0})))
    assert place == strongest
    assert lead > 0.02


def test_brown_is_brown_and_blue_is_counterstain():
    brown = seen(stain_of("cd3").density({"antigen": 1.5}))
    assert brown[0] > brown[1] > brown[2]


def test_collagen_is_pink_in_he_and_blue_in_masson_and_red_there_once_heated():
    heated = section(denatured_collagen=100.0, collagen_1=0.0, collagen_3=0.0)
    pink, blue, red = (
        picture(part, name).reshape(-1, 3).mean(axis=0)
        for part, name in ((section(), "he"), (section(), "masson"), (heated, "masson"))
    )
    assert pink[0] > pink[2] > pink[1]
    assert blue[2] > blue[1] > blue[0] + 0.05
    assert red[0] > red[2] + 0.1


def test_a_fibre_between_polarisers_shines_by_the_square_of_the_sine_of_twice_its_angle():
    bright = {
        degrees: picture(section(orientation_rad=np.radians(degrees)), "picrosirius").mean()
        for degrees in (0.0, 22.5, 45.0, 90.0, 135.0)
    }
    dark = stain_polarised._STRAY
    full = bright[0.0] - dark
    assert full > 0.1
    assert bright[45.0] - dark < 0.03 * full, "along a polariser"
    assert bright[135.0] - dark < 0.03 * full
    assert bright[90.0] - dark == pytest.approx(full, rel=0.25), "texture changes, light does not"
    assert bright[22.5] - dark == pytest.approx(0.5 * full, rel=0.25)
    angles = np.linspace(0.0, np.pi, 50)
    np.testing.assert_allclose(
        stain_polarised.extinction(angles, 0.0) + stain_polarised.extinction(angles, 0.25 * np.pi), 1.0
    )


def test_circular_light_does_not_care_for_direction():
    along, turned = (
        picture(section(orientation_rad=angle), "picrosirius_circular").mean() for angle in (0.0, 0.25 * np.pi)
    )
    assert turned == pytest.approx(along, rel=0.15)
    assert along > 0.1


def test_denatured_collagen_and_cells_are_dark_between_polarisers():
    heated = section(denatured_collagen=100.0, collagen_1=0.0, collagen_3=0.0)
    assert picture(heated, "picrosirius").max() < 0.02
    cells = section(cell_kind=np.full((N, N), 2, np.uint8), tissue=np.ones((N, N), np.uint8))
    assert picture(cells, "picrosirius").max() < 0.02


def test_collagen_3_is_greener_than_collagen_1():
    intact = as_run(section())
    colours = []
    for part in (section(), section(collagen_1=35.0, collagen_3=35.0)):
        share = stain.compartments(part, sheet())
        image = stain_polarised.between_polarisers(intact, part, sheet(), _polarised(), share)
        colours.append(image.reshape(-1, 3).sum(axis=0))
    old, new = (colour / colour.sum() for colour in colours)
    assert new[1] > old[1] + 0.08
    assert old[0] > max(0.5, old[1])
    light = _polarised().light(np.array([0.0, 1.0]))
    assert light[0].argmax() == 1
    assert light[1].argmax() == 0


def _polarised():
    about = stain_of("picrosirius")
    assert isinstance(about, Polarised)
    return about


@pytest.mark.parametrize("order", [0.0, 0.4, 0.8, 1.0])
def test_bundles_are_drawn_with_the_order_of_the_run(order):
    wide = Sheet((0.0, 900.0, 0.0, 900.0), 0.35, 0.5 * EDGE, 0.5 * EDGE, EDGE)
    part = section(orientation_order=order, orientation_rad=0.3)
    laid = stain_dermis.fibres(part, wide, Intact(100.0, 0.1))
    doubled = np.exp(2j * laid.under_rad).mean(), np.exp(2j * laid.over_rad).mean()
    for mean in doubled:
        assert abs(mean) == pytest.approx(order, abs=0.16)
        if order > 0.5:
            assert 0.5 * np.angle(mean) == pytest.approx(0.3, abs=0.15)


def test_brown_area_rises_with_heat_shock_protein():
    tissue, kind = np.full((N, N), 2, np.uint8), np.zeros((N, N), np.uint8)
    tissue[5:12], kind[5:12] = 1, 2
    skin = section(tissue=tissue, cell_kind=kind)
    iz, ix = np.nonzero(kind)
    areas = []
    for level in (0.0, 1.0, 4.0):
        table = {
            "unique_id": 1 + np.arange(len(iz)),
            "kind": kind[iz, ix],
            "x_um": EDGE * (ix + 0.5),
            "z_um": EDGE * (iz + 0.5),
            "hsp70": np.full(len(iz), level),
        }
        image = picture(skin, "hsp70", keratinocyte=table)
        areas.append(float(np.mean(image[..., 0] - image[..., 2] > 0.12)))
    assert areas[0] < 0.01
    assert areas[2] > areas[1] > 0.03


def t_cells(cd8):
    places = np.linspace(70.0, 330.0, len(cd8))
    return {"unique_id": 1 + np.arange(len(cd8)), "x_um": places, "z_um": places, "cd8": np.asarray(cd8)}


def test_t_cells_are_ringed_in_brown_by_their_kind():
    cells = t_cells([0, 0, 0, 1])
    run = as_run(section(), t_cell=cells)
    brown = {
        name: float(stain_cells.t_cells(run, 0.0, sheet(), name)["antigen"].sum()) for name in ("cd3", "cd4", "cd8")
    }
    assert brown["cd3"] == pytest.approx(brown["cd4"] + brown["cd8"], rel=1e-3)
    assert brown["cd4"] == pytest.approx(3.0 * brown["cd8"], rel=0.5)


def test_only_myofibroblasts_hold_smooth_muscle_actin():
    table = {"x_um": [120.0, 200.0, 280.0], "z_um": [200.0] * 3, "state": [0, 1, 2]}
    painted = stain_cells.dermal_cells(as_run(section(), fibroblast=table), 0.0, section(), sheet(), "alpha_sma")
    brown = painted["antigen"].sum(axis=0)
    columns = sheet().x_um
    assert brown[np.abs(columns - 280.0) < 20].sum() > 10
    assert brown[np.abs(columns - 120.0) < 30].sum() == 0


def test_leukocytes_are_as_many_as_their_density_says():
    dense = section(macrophages=3e5)
    painted = stain_cells.dermal_cells(as_run(dense), 0.0, dense, sheet())
    area_mm3 = (N * EDGE) ** 2 * EDGE * 1e-9
    assert area_mm3 * 3e5 == pytest.approx(480, rel=0.01)
    nuclei = np.pi * 4.0 * 2.6 * (np.diff(WINDOW[:2])[0] * np.diff(WINDOW[2:])[0]) * EDGE * 1e-9 * 3e5
    seen_area = float((painted["chromatin"] > 0.4).sum()) / 0.8**2
    assert seen_area == pytest.approx(nuclei, rel=0.25)


def test_a_vessel_is_cut_where_it_crosses_the_plane_and_holds_red_cells_if_it_flows():
    line = {"x0": 200.0, "x1": 200.0, "y0": 0.0, "y1": 300.0, "z0": 200.0, "z1": 200.0}
    vessel = {f"{name}_um": [value] for name, value in line.items()} | {"radius_um": [20.0], "perfused": [1]}
    cut = stain_vessels.vessels(as_run(section(), vessels=vessel), 0.0, sheet())
    assert cut is not None
    lumen = cut.share.sum() / 0.8**2
    assert lumen == pytest.approx(np.pi * (20.0 + 2.4) ** 2, rel=0.03)
    red, shut = (
        picture(section(), "he", (185.0, 215.0, 185.0, 215.0), vessels=vessel | {"perfused": [flows]})
        for flows in (1, 0)
    )
    assert shut.mean() > red.mean() + 0.15, "an empty lumen is clear"
    beside = vessel | {"y0_um": [0.0], "y1_um": [100.0]}
    away = stain_vessels.vessels(as_run(section(), vessels=beside), 0.0, sheet())
    assert away is None


def test_fat_is_empty_cells_with_thin_walls():
    fat = picture(section(tissue=np.full((N, N), 3, np.uint8)), "he")
    assert np.mean(fat.min(axis=-1) > 0.93) > 0.75
    assert fat.min() < 0.85


def test_columns_that_stains_look_for_are_those_of_the_model():
    assert {"hsp70", "melanin_pg", "alarmin_ng", "kind"} <= set(AGENTS["keratinocyte"].columns)
    assert {"hsp70", "hsp47", "state", "direction_x"} <= set(AGENTS["fibroblast"].columns)
    assert "cd8" in AGENTS["t_cell"].columns


def test_excised_skin_has_nothing_to_stain():
    run = as_run(section())
    run.attrs["scenario"] = '{"patient": {"excised": true}}'
    with pytest.raises(InputError, match="excised skin"):
        stain.stained(run, 0.0, WINDOW, pixels_per_um=0.2)
    with pytest.raises(InputError, match="excised skin"):
        surface_maps(run, 0.0)


def test_t_cells_show_in_fat_too():
    fat = section(tissue=np.full((N, N), 3, np.uint8))
    images = [picture(fat, "cd3", **tables) for tables in ({}, {"t_cell": t_cells([0, 1, 1, 0])})]
    brown = [float(np.mean(image[..., 0] - image[..., 2] > 0.12)) for image in images]
    assert brown[1] > brown[0] + 0.001


def test_a_section_is_the_same_each_time(make_store):
    from mendsim import analysis

    run = analysis.open_run(make_store())
    for name in ("he", "picrosirius"):
        first, second = (histology.section_image(run, 3.0, stain=name, pixels_per_um=0.25) for _ in range(2))
        np.testing.assert_array_equal(first, second)
