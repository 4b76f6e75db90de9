"""A run for ParaView: fields as images, agents as points, vessels as lines, each with a collection over time in days.

VTK counts x fastest and ParaView shows z upwards, while run stores are (z, y, x) with z downwards. So arrays are turned
over: z is minus depth, 0 at the mean surface of the skin, x runs along the section and y across it. Cells of an image
are lattice sites.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mendsim.analysis import store
from mendsim.analysis.export import kinds, needed, rows

if TYPE_CHECKING:
    import xarray as xr

_PLACES = ("x_um", "y_um", "z_um", "bulb_depth_um")
_ENDS = tuple(f"{axis}{end}_um" for end in (0, 1) for axis in "xyz")
_COUNTS = ("NumberOfVerts", "NumberOfLines", "NumberOfStrips", "NumberOfPolys")
_DIRECTION = ("direction_x", "direction_y", "direction_z")


def write(run: xr.DataTree, folder: Path, snapshots: Sequence[int]) -> None:
    """Write snapshots of a run, and its injuries, as VTK files.

    Parameters
    ----------
    run : the run.
    folder : an empty folder.
    snapshots : numbers of the snapshots.

    Raises
    ------
    InputError : pyevtk is not installed.
    """
    needed("pyevtk")
    days = store.snapshot_days(run)
    parts: dict[str, list[tuple[float, Path]]] = {}

    def place(part: str, day: float, ending: str) -> Path:
        files = parts.setdefault(part, [])
        path = folder / part / f"{part}_{len(files):04d}{ending}"
        path.parent.mkdir(exist_ok=True)
        files.append((day, path))
        return path

    for snapshot in snapshots:
        day = float(days[snapshot])
        _write_image(place("fields", day, ".vti"), store.fields(run).isel(snapshot=snapshot))
        for kind in kinds(run):
            _write_points(place(kind, day, ".vtp"), rows(run, f"agents/{kind}", snapshot))
        if "vessels" in run.children:
            _write_vessels(place("vessels", day, ".vtp"), rows(run, "vessels", snapshot))
    for number, day in enumerate(store.session_days(run)):
        _write_image(place("injury", float(day), ".vti"), run["injury"].to_dataset().isel(session=number))
    for part, files in parts.items():
        _write_collection(folder / f"{part}.pvd", files)


def _write_image(path: Path, fields: xr.Dataset) -> None:
    """Write fields ``(z, y, x)`` as the cells of an image, names with units."""
    from pyevtk.hl import imageToVTK

    x_um, depth_um = fields["x_um"].to_numpy(), fields["depth_um"].to_numpy()
    spacing = float(x_um[1] - x_um[0])
    cells = {
        html.escape(_with_unit(str(name), field)): np.asfortranarray(field.to_numpy()[::-1].transpose(2, 1, 0))
        for name, field in fields.data_vars.items()
    }
    imageToVTK(
        str(path.with_suffix("")),
        # The first site of a section and of a block begins at 0 along x and y.
        origin=(0.0, 0.0, -float(depth_um[-1]) - 0.5 * spacing),
        spacing=(spacing, spacing, spacing),
        cellData=cells,
    )


def _with_unit(name: str, values: xr.DataArray) -> str:
    unit = str(values.attrs.get("units", "1"))
    return name if unit in ("", "1") else f"{name} [{unit}]"


def _write_points(path: Path, table: xr.Dataset) -> None:
    """Write agents as points; a follicle stands where its bulb is."""
    columns = {str(name): values.to_numpy() for name, values in table.data_vars.items()}
    depth = columns["z_um"] if "z_um" in columns else columns["bulb_depth_um"]
    places = np.column_stack([columns["x_um"], columns["y_um"], -depth]).astype(float)
    data: dict[str, Any] = {name: values for name, values in columns.items() if name not in (*_PLACES, *_DIRECTION)}
    if set(_DIRECTION) <= columns.keys():
        data["direction"] = (columns["direction_x"], columns["direction_y"], -columns["direction_z"])
    count = np.arange(len(places))
    _write_polydata(path, places, "Verts", count, count + 1, data, {})


def _write_vessels(path: Path, table: xr.Dataset) -> None:
    """Write vessels as lines from end to end; the radius stands at the points too, where the filter Tube wants it."""
    columns = {str(name): values.to_numpy() for name, values in table.data_vars.items()}
    ends = np.stack([columns[name] for name in _ENDS], axis=1).reshape(-1, 3) * (1.0, 1.0, -1.0)
    data = {name: values for name, values in columns.items() if name not in _ENDS}
    at_points = {"radius_um": np.repeat(columns["radius_um"], 2)}
    _write_polydata(path, ends, "Lines", np.arange(len(ends)), 2 * np.arange(1, len(ends) // 2 + 1), at_points, data)


def _write_polydata(
    path: Path,
    places: NDArray[np.float64],
    cells: str,
    connectivity: NDArray[np.int64],
    offsets: NDArray[np.int64],
    at_points: Mapping[str, Any],
    at_cells: Mapping[str, Any],
) -> None:
    """Write points ``(n, 3)`` and the verts or lines that join them; there may be none."""
    from pyevtk.vtk import VtkFile, VtkPolyData

    file = VtkFile(str(path.with_suffix("")), VtkPolyData)
    blocks: list[Any] = []

    def add(name: str, values: Any) -> None:
        """Describe an array, or three that are the components of a vector."""
        held = tuple(map(np.ascontiguousarray, values)) if isinstance(values, tuple) else np.ascontiguousarray(values)
        file.addData(html.escape(name), held)
        blocks.append(held)

    file.openGrid()
    file.openElement("Piece")
    counts = {"NumberOfPoints": len(places), **dict.fromkeys(_COUNTS, 0), f"NumberOf{cells}": len(offsets)}
    file.xml.addAttributes(**counts)
    for section, arrays in (("Point", at_points), ("Cell", at_cells)):
        file.openData(section)
        for name, values in arrays.items():
            add(name, values)
        file.closeData(section)
    file.openElement("Points")
    add("points", tuple(places.T))
    file.closeElement("Points")
    file.openElement(cells)
    add("connectivity", connectivity)
    add("offsets", offsets)
    file.closeElement(cells)
    file.closePiece()
    file.closeGrid()
    for values in blocks:
        file.appendData(values)
    file.save()


def _write_collection(path: Path, files: Sequence[tuple[float, Path]]) -> None:
    """Write a collection of files over time in days; they are named as seen from it, so the folder may be moved."""
    from pyevtk.vtk import VtkGroup

    group = VtkGroup(str(path.with_suffix("")))
    for day, file in files:
        group.addFile(str(file), day)
    group.save()
