"""VTK files read back byte by byte: the right value at the right place."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET  # of files that this test wrote
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mendsim import analysis
from mendsim.analysis import store

_DTYPES = {"Float64": "<f8", "Float32": "<f4", "UInt8": "u1", "Int8": "i1", "Int32": "<i4", "Int64": "<i8"}


def read(path: Path) -> tuple[ET.Element, dict[str, np.ndarray]]:
    """Read header and appended arrays of a VTK file by its format alone."""
    head, _, tail = path.read_bytes().partition(b'<AppendedData encoding="raw">')
    raw = tail[tail.index(b"_") + 1 :]
    root = ET.fromstring(head + b"</VTKFile>")  # noqa: S314  # its own output
    assert (root.get("byte_order"), root.get("header_type")) == ("LittleEndian", "UInt64")
    arrays = {}
    for array in root.iter("DataArray"):
        start = int(array.get("offset", ""))
        size = struct.unpack_from("<Q", raw, start)[0]
        values = np.frombuffer(raw[start + 8 : start + 8 + size], _DTYPES[array.get("type", "")])
        parts = int(array.get("NumberOfComponents", "1"))
        arrays[array.get("Name", "")] = values.reshape(-1, parts) if parts > 1 else values
    return root, arrays


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, make_store: Callable[..., Path]) -> tuple[Path, Path]:
    """A block, and the folder it was written to."""
    path = make_store(nx=40, ny=3)
    return path, analysis.export_run(path, "vtk", tmp_path_factory.mktemp("vtk") / "out", days=[0.25, 90.0])


def test_each_value_of_a_field_lies_where_it_belongs(exported: tuple[Path, Path]) -> None:
    store_path, out = exported
    fields = store.fields(store.open_run(store_path)).isel(snapshot=1)
    root, arrays = read(out / "fields" / "fields_0000.vti")
    image = root.find("ImageData")
    assert image is not None
    origin, spacing = (np.array(image.get(name, "").split(), float) for name in ("Origin", "Spacing"))
    low, high = np.array(image.get("WholeExtent", "").split(), int).reshape(3, 2).T
    assert list(high - low) == [40, 3, 34]
    # the mean surface is z = 0, the sample begins at x = y = 0, and the deepest site ends at the origin
    assert list(spacing) == [20.0, 20.0, 20.0]
    assert list(origin) == [0.0, 0.0, -float(fields["depth_um"][-1]) - 10.0]
    assert origin[2] + 34 * spacing[2] == 40.0  # two sites of air
    assert set(arrays) == {str(name) for name in fields.data_vars}
    x_um, y_um, depth_um = (fields[name].to_numpy() for name in ("x_um", "y_um", "depth_um"))
    rng = np.random.default_rng(1)
    for name, field in fields.data_vars.items():
        stored = field.to_numpy()
        for z, y, x in rng.integers(0, stored.shape, (30, 3)):
            i, j, k = np.floor((np.array([x_um[x], y_um[y], -depth_um[z]]) - origin) / spacing).astype(int)
            assert arrays[str(name)][i + 40 * (j + 3 * k)] == stored[z, y, x]  # x runs fastest


def test_names_of_fields_have_their_units(make_store: Callable[..., Path], tmp_path: Path) -> None:
    from mendsim.analysis.export_vtk import _with_unit

    field = store.fields(store.open_run(make_store()))["collagen_1"]
    assert _with_unit("collagen_1", field.assign_attrs(units="mg/mL")) == "collagen_1 [mg/mL]"
    assert _with_unit("tissue", field.assign_attrs(units="1")) == "tissue"


def test_agents_are_points_with_their_columns(exported: tuple[Path, Path]) -> None:
    store_path, out = exported
    table = store.open_run(store_path)["agents/fibroblast"].to_dataset()
    own = table.isel(row=table["snapshot_index"].to_numpy() == 8)
    root, arrays = read(out / "fibroblast" / "fibroblast_0001.vtp")
    piece = root.find("PolyData/Piece")
    assert piece is not None
    assert (piece.get("NumberOfPoints"), piece.get("NumberOfVerts")) == ("60", "60")
    places = np.column_stack([own["x_um"], own["y_um"], -own["z_um"]])
    np.testing.assert_array_equal(arrays["points"], places)
    np.testing.assert_array_equal(arrays["connectivity"], np.arange(60))
    np.testing.assert_array_equal(arrays["offsets"], np.arange(1, 61))
    np.testing.assert_array_equal(arrays["state"], own["state"])
    turned = np.column_stack([own["direction_x"], own["direction_y"], -own["direction_z"]])
    np.testing.assert_array_equal(arrays["direction"], turned)


def test_a_follicle_stands_at_its_bulb(exported: tuple[Path, Path]) -> None:
    store_path, out = exported
    table = store.open_run(store_path)["agents/follicle"]
    _, arrays = read(out / "follicle" / "follicle_0000.vtp")
    assert arrays["points"].tolist() == [[table["x_um"][1], table["y_um"][1], -table["bulb_depth_um"][1]]]


def test_vessels_are_lines_from_end_to_end(exported: tuple[Path, Path]) -> None:
    store_path, out = exported
    table = store.open_run(store_path)["vessels"].to_dataset()
    own = table.isel(row=table["snapshot_index"].to_numpy() == 1)
    _, arrays = read(out / "vessels" / "vessels_0000.vtp")
    lines = np.split(arrays["connectivity"], arrays["offsets"])[:-1]
    assert len(lines) == 4
    for number, (start, end) in enumerate(lines):
        for point, name in ((start, 0), (end, 1)):
            sought = [own[f"x{name}_um"][number], own[f"y{name}_um"][number], -own[f"z{name}_um"][number]]
            assert arrays["points"][point].tolist() == [float(value) for value in sought]
    np.testing.assert_array_equal(arrays["flow_nl_per_min"], own["flow_nl_per_min"])
    text = (out / "vessels" / "vessels_0000.vtp").read_bytes()
    assert len(re.findall(rb'Name="radius_um"', text)) == 2  # of the lines, and of the points for tubes


def test_collections_name_files_with_their_days(exported: tuple[Path, Path]) -> None:
    _, out = exported
    for part, days in (("fields", [0.25, 90.0]), ("vessels", [0.25, 90.0]), ("injury", [0.0])):
        sets = list(ET.parse(out / f"{part}.pvd").getroot().iter("DataSet"))  # noqa: S314  # its own output
        assert [float(each.get("timestep", "")) for each in sets] == days
        assert all((out / each.get("file", "")).is_file() for each in sets)


def test_a_kind_that_is_not_there_yet_is_a_file_without_points(tmp_path: Path) -> None:
    import xarray as xr

    from mendsim.analysis.export_vtk import _write_points

    empty = {name: ("row", np.empty(0)) for name in ("x_um", "y_um", "z_um", "left")}
    _write_points(tmp_path / "tip_cell.vtp", xr.Dataset(empty))
    root, arrays = read(tmp_path / "tip_cell.vtp")
    piece = root.find("PolyData/Piece")
    assert piece is not None
    assert piece.get("NumberOfPoints") == "0"
    assert all(values.size == 0 for values in arrays.values())
    assert set(arrays) == {"points", "connectivity", "offsets", "left"}
