import numpy as np
import pytest
import xarray as xr

from mendsim import analysis
from mendsim.analysis import relief


def run_with_a_pit(missing):
    """A section of 100 x 60 sites of 10 um; a share of the matrix is missing under its middle half, down to 300 um."""
    depth, x = (np.arange(60) + 0.5) * 10.0, (np.arange(100) + 0.5) * 10.0
    full = np.full((1, 60, 1, 100), 100.0)
    pit = (depth[:, None] < 300.0) & (np.abs(x - 500.0) < 250.0)[None, :]
    density = full * (1.0 - missing * pit[None, :, None, :])
    axes = ("snapshot", "z", "y", "x")
    fields = xr.Dataset(
        {
            "tissue": (axes, np.full(full.shape, 2, np.uint8)),
            "collagen_1": (axes, 0.8 * density),
            "collagen_3": (axes, 0.2 * density),
            "denatured_collagen": (axes, 0.0 * density),
        },
        coords={"snapshot": [0.0], "depth_um": ("z", depth), "y_um": ("y", [0.0]), "x_um": ("x", x)},
    )
    series = xr.Dataset({"scar_depth_um": ("time", [300.0 * missing])}, coords={"time": [0.0]})
    return xr.DataTree.from_dict({"/series": series, "/fields": fields})


def test_the_dip_is_the_missing_matrix():
    shape = relief.of_run(run_with_a_pit(0.5), 0.0)
    assert shape.dip_um[50] == pytest.approx(150.0, rel=1e-6)
    assert shape.dip_um[2] == pytest.approx(0.0, abs=1e-6)
    assert np.all(shape.dip_um >= 0.0)


def test_a_laser_channel_does_not_dip_the_surface(make_store):
    shape = relief.of_run(analysis.open_run(make_store(nx=80)), 0.25)
    assert np.all(np.abs(np.diff(shape.dip_um)) < 40.0)
    assert shape.dip_um.argmax() == pytest.approx(40, abs=4)


def test_skin_without_a_scar_is_flat():
    assert not relief.of_run(run_with_a_pit(0.0), 0.0).dip_um.any()


def test_points_and_images_sink_alike():
    shape = relief.of_run(run_with_a_pit(0.5), 0.0)
    array = np.tile(np.arange(60.0)[:, None], (1, 100))
    drawn = shape.image(array, above=-1.0)
    column = 50
    for row in (5, 20, 40):
        at = shape.sink(np.array([shape.x_um[column]]), np.array([shape.depth_um[row]]))[0]
        assert drawn[int(at // 10.0), column] == pytest.approx(row, abs=1)
    assert drawn[0, column] == -1.0
    assert drawn[-1, column] == 59.0


def test_the_bottom_of_the_section_stays():
    shape = relief.of_run(run_with_a_pit(0.5), 0.0)
    assert shape.sink(np.array([500.0]), np.array([600.0]))[0] == pytest.approx(600.0, abs=1e-9)
