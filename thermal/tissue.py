"""What the skin is made of, cell by cell down the grid of a zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mendsim.common.parameters import Parameters
from mendsim.thermal.layers import LAYER_NAMES, SkinLayers


@dataclass(frozen=True)
class Tissue:
    """Properties of fresh tissue against depth, SI units, each of shape ``(nz,)``.

    Parameters
    ----------
    water : mass of water in unit volume [kg/m3].
    dry_heat : heat capacity of the dry part of unit volume [J/m3/K].
    conductivity : thermal conductivity [W/m/K].
    perfusion : heat carried off by blood for each kelvin above its own temperature [W/m3/K].
    """

    water: NDArray[np.float64]
    dry_heat: NDArray[np.float64]
    conductivity: NDArray[np.float64]
    perfusion: NDArray[np.float64]


def layered_tissue(layers: SkinLayers, z_edges: NDArray[np.float64], parameters: Parameters) -> Tissue:
    """Tissue between the depths ``z_edges`` [m]; a cell across a boundary gets the mean by volume."""
    ends = np.array([0.0, *(1e-6 * depth for depth in layers.boundaries_um), np.inf])
    overlap = np.minimum(z_edges[1:, None], ends[None, 1:]) - np.maximum(z_edges[:-1, None], ends[None, :-1])
    share = np.maximum(overlap, 0.0) / np.diff(z_edges)[:, None]

    def mean(values: list[float]) -> NDArray[np.float64]:
        return share @ np.array(values)

    p = parameters
    water = [p[f"{name}.density_kg_per_m3"] * p[f"{name}.water_fraction"] for name in LAYER_NAMES]
    heat = [p[f"{name}.density_kg_per_m3"] * p[f"{name}.specific_heat_j_per_kg_k"] for name in LAYER_NAMES]
    dry = [total - mass * p["water.specific_heat_j_per_kg_k"] for total, mass in zip(heat, water, strict=True)]
    blood = [p["blood.volumetric_heat_capacity_j_per_m3_k"] * p[f"{name}.perfusion_per_s"] for name in LAYER_NAMES]
    return Tissue(
        water=mean(water),
        dry_heat=mean(dry),
        conductivity=mean([p[f"{name}.conductivity_w_per_m_k"] for name in LAYER_NAMES]),
        perfusion=mean(blood),
    )
