"""One zone as an xarray Dataset, for notebooks and pictures."""

from __future__ import annotations

from typing import Any

import xarray as xr

from mendsim.thermal.injury import DAMAGE_PROCESSES
from mendsim.thermal.layers import SkinLayers
from mendsim.thermal.zone import Zone
from mendsim.thermal.zone_sizes import process_words


def zone_dataset(zone: Zone, layers: SkinLayers | None = None) -> xr.Dataset:
    """Lay out the maps of a zone on the half plane beside its axis, dims ``(z, r)``.

    Parameters
    ----------
    zone : from `mendsim.thermal.fire_zone`.
    layers : the skin, if its boundaries are to stand in the attributes ``layer_ends_um``.

    Returns
    -------
    ``removed``, ``water``, ``peak_temperature``, ``thermal_dose`` and ``damage_<process>``; middles of the cells as
    ``depth_um`` and ``radius_um``, and their faces as ``depth_edge_um`` and ``radius_edge_um``, for the cells grow
    outward.
    """
    maps: dict[str, Any] = {
        "removed": (zone.removed, "1", "cell became channel"),
        "water": (zone.water, "kg/m3", "water left"),
        "peak_temperature": (zone.peak_c, "degC", "highest temperature"),
        "thermal_dose": (zone.dose_min, "min", "minutes at 43 degC (CEM43)"),
    }
    for process in DAMAGE_PROCESSES:
        maps[f"damage_{process}"] = (zone.damage(process), "1", f"share lost to {process_words(process)}")
    grid = zone.grid
    places = {
        "depth_um": ("z", 1e6 * grid.z, "depth below the skin surface"),
        "radius_um": ("r", 1e6 * grid.r, "distance from the axis of the beam"),
        "depth_edge_um": ("z_edge", 1e6 * grid.z_edges, "depth of the faces of the cells"),
        "radius_edge_um": ("r_edge", 1e6 * grid.r_edges, "radii of the faces of the cells"),
    }
    return xr.Dataset(
        {
            name: (("z", "r"), values.copy(), {"units": unit, "long_name": text})
            for name, (values, unit, text) in maps.items()
        },
        {name: (dim, values, {"units": "um", "long_name": text}) for name, (dim, values, text) in places.items()},
        {} if layers is None else {"layer_ends_um": list(layers.boundaries_um)},
    )
