"""Monte Carlo transport of light in layered skin, for wavelengths at which skin scatters.

Photons of weight 1 enter a stack of flat layers, lose weight to absorption along their way, change direction by the
phase function of Henyey and Greenstein, and are reflected and refracted as unpolarised light wherever the refractive
index jumps. Light photons play roulette. The scheme follows

    Prahl, Keijzer, Jacques, Welch (1989) A Monte Carlo model of light propagation in tissue. doi:10.1117/12.2283590
    Wang, Jacques, Zheng (1995) MCML. Comput Methods Programs Biomed 47:131. doi:10.1016/0169-2607(95)01640-F

but for continuous absorption on the grid of a zone, where it may differ from cell to cell: see
`mendsim.thermal.monte_carlo_kernels`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mendsim.common.errors import InputError, choices
from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.monte_carlo_kernels import (
    BEYOND,
    GAUSSIAN,
    PENCIL,
    QUANTA,
    ROULETTE,
    SPECULAR,
    TOP_HAT,
    TRANSMITTED,
    trace,
)

BEAM_SHAPES = {"pencil": PENCIL, "top_hat": TOP_HAT, "gaussian": GAUSSIAN}
CHUNK = 2**14
"""Photons in one task of a thread. Results do not depend on it."""
MOST_PHOTONS = 2**26
"""Beyond this number the tallies of one call might overflow; use several with different ``first_photon``."""


@dataclass(frozen=True, kw_only=True)
class OpticalLayer:
    """A flat layer of uniform skin.

    Parameters
    ----------
    absorption, scattering : coefficients [1/m].
    anisotropy : mean cosine of the angle of scattering.
    refractive_index : of the layer.
    thickness : [m]; only the last layer may be infinite.
    """

    absorption: float
    scattering: float
    anisotropy: float
    refractive_index: float
    thickness: float = math.inf

    def __post_init__(self) -> None:
        for name in ("absorption", "scattering"):
            _require(0 <= getattr(self, name) < math.inf, name, getattr(self, name), "zero or more, in 1/m")
        _require(-1 < self.anisotropy < 1, "anisotropy", self.anisotropy, "between -1 and 1")
        _require(1 <= self.refractive_index < 10, "refractive_index", self.refractive_index, "1 to 10")
        _require(self.thickness > 0, "thickness", self.thickness, "more than 0 m")


@dataclass(frozen=True, kw_only=True)
class Beam:
    """A round beam around the axis, straight down or spread about that direction.

    Parameters
    ----------
    shape : ``pencil``, ``top_hat`` or ``gaussian``.
    diameter : at the waist [m]: whole for a top hat, 1/e2 for a Gaussian beam, unused for a pencil.
    divergence : tangent of the half angle of spread far from the waist, 1/e2 of a Gaussian; ``M2 lambda / (pi w0)``
        for a waist of radius ``w0``.
    waist_depth : depth below the surface [m] at which the waist would lie in air; negative above the surface.
    """

    shape: str
    diameter: float = 0.0
    divergence: float = 0.0
    waist_depth: float = 0.0

    def __post_init__(self) -> None:
        _require(self.shape in BEAM_SHAPES, "shape", self.shape, choices(BEAM_SHAPES))
        least = "0" if self.shape == "pencil" else "more than 0"
        _require(
            0 <= self.diameter < math.inf and (self.shape == "pencil" or self.diameter > 0),
            "diameter", self.diameter, f"{least} m",
        )  # fmt: skip
        _require(0 <= self.divergence < 1, "divergence", self.divergence, "0 to 1")
        _require(math.isfinite(self.waist_depth), "waist_depth", self.waist_depth, "a finite depth in m")


@dataclass(frozen=True, kw_only=True)
class PhotonTally:
    """Where the light went, as shares of the energy of the beam.

    ``specular_reflectance + diffuse_reflectance + transmittance + absorbed.sum() + absorbed_beyond + roulette_loss``
    is 1 up to rounding.

    Parameters
    ----------
    absorbed : in the cells of the grid, ``(nz, nr)``.
    absorbed_beyond : in skin outside the grid.
    specular_reflectance : turned back by the surface before it entered.
    diffuse_reflectance : came out of the surface again, scattered or not.
    reflectance_by_radius : the same by radius of exit, ``(nr + 1,)``; the last entry lies outside the grid.
    transmittance : left through the bottom of the last layer, scattered or not.
    roulette_loss : taken less given by roulette, zero in the mean.
    photons : number of photons.
    """

    absorbed: NDArray[np.float64]
    absorbed_beyond: float
    specular_reflectance: float
    diffuse_reflectance: float
    reflectance_by_radius: NDArray[np.float64]
    transmittance: float
    roulette_loss: float
    photons: int


def send_photons(
    layers: Sequence[OpticalLayer],
    beam: Beam,
    grid: ZoneGrid,
    *,
    photons: int,
    seed: int,
    absorption: NDArray[np.float64] | None = None,
    index_above: float = 1.0,
    index_below: float = 1.0,
    threads: int = 1,
    first_photon: int = 0,
) -> PhotonTally:
    """Send photons into layered skin and tally where their energy goes.

    Every draw of a photon is a pure function of seed, photon and event: the result has the same bits on any number
    of threads. The standard error falls as one over the root of ``photons``; batches for an estimate of it are calls
    with different ``first_photon``.

    Parameters
    ----------
    layers : from the surface down.
    beam : falls onto the surface at depth 0.
    grid : cells to score in, with depths from 0; light may leave and come back.
    photons : how many, at most `MOST_PHOTONS`.
    seed : of the run.
    absorption : of each cell [1/m], ``(nz, nr)``, in place of that of the layers, which then counts only outside the
        grid; falls where water is lost.
    index_above, index_below : refractive index of what lies above the surface and below the last layer.
    threads : how many work.
    first_photon : number of the first photon.

    Raises
    ------
    InputError : values out of range, see there.
    """
    _check_layers(layers)
    _check_grid(grid, absorption)
    for name, value in (("index_above", index_above), ("index_below", index_below)):
        _require(1 <= value < 10, name, value, "1 to 10")
    _require(1 <= photons <= MOST_PHOTONS, "photons", photons, f"1 to {MOST_PHOTONS}")
    _require(threads >= 1, "threads", threads, "1 or more")
    _require(0 <= seed < 2**64, "seed", seed, "0 to 2^64 - 1")
    _require(first_photon >= 0, "first_photon", first_photon, "0 or more")

    outside = [(0.0, 0.0, 0.0, index) for index in (index_above, index_below)]
    inside = [(layer.absorption, layer.scattering, layer.anisotropy, layer.refractive_index) for layer in layers]
    optics = np.array([outside[0], *inside, outside[1]])
    faces = np.cumsum([0.0] + [layer.thickness for layer in layers])
    r_edges, z_edges = (np.ascontiguousarray(edges, np.float64) for edges in (grid.r_edges, grid.z_edges))
    cells = np.zeros((1, 1)) if absorption is None else np.ascontiguousarray(absorption, np.float64)
    light = (BEAM_SHAPES[beam.shape], 0.5 * beam.diameter, beam.divergence, beam.waist_depth)
    nz, nr = grid.shape

    def empty_tallies() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        return np.zeros((nz + 1, nr + 1), np.int64), np.zeros(nr + 1, np.int64), np.zeros(ROULETTE + 1, np.int64)

    def chunk(first: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        tallies = empty_tallies()
        count = min(CHUNK, first_photon + photons - first)
        mapped = absorption is not None
        trace(faces, optics, r_edges, z_edges, cells, light, *tallies, mapped, np.uint64(seed), first, count)
        return tallies

    absorbed, reflected, ledger = totals = empty_tallies()
    with ThreadPoolExecutor(threads) as pool:
        for tallies in pool.map(chunk, range(first_photon, first_photon + photons, CHUNK)):
            for total, part in zip(totals, tallies, strict=True):
                total += part

    beyond = ledger[BEYOND] + absorbed[nz].sum() + absorbed[:nz, nr].sum()
    unit = QUANTA * photons
    return PhotonTally(
        absorbed=absorbed[:nz, :nr] / unit,
        absorbed_beyond=float(beyond / unit),
        specular_reflectance=float(ledger[SPECULAR] / unit),
        diffuse_reflectance=float(reflected.sum() / unit),
        reflectance_by_radius=reflected / unit,
        transmittance=float(ledger[TRANSMITTED] / unit),
        roulette_loss=float(ledger[ROULETTE] / unit),
        photons=photons,
    )


def _require(holds: bool, key: str, value: object, allowed: str) -> None:
    """Raise an `InputError` unless the input is as it should be."""
    if not holds:
        raise InputError("out of range", key=key, value=value, allowed=allowed)


def _check_layers(layers: Sequence[OpticalLayer]) -> None:
    _require(len(layers) >= 1, "layers", len(layers), "one or more")
    for number, layer in enumerate(layers[:-1]):
        _require(layer.thickness < math.inf, f"layers[{number}].thickness", layer.thickness, "finite, but for the last")
    last = layers[-1]
    endless = last.thickness == math.inf and last.scattering > 0 and last.absorption == 0
    _require(not endless, f"layers[{len(layers) - 1}].absorption", 0.0, "more than 0 where an endless layer scatters")


def _check_grid(grid: ZoneGrid, absorption: NDArray[np.float64] | None) -> None:
    for name, edges in (("r_edges", grid.r_edges), ("z_edges", grid.z_edges)):
        rises = edges.size > 1 and edges[0] == 0 and bool(np.all(np.diff(edges) > 0))
        _require(rises, name, edges, "rising from 0 m")
    if absorption is not None:
        _require(
            absorption.shape == grid.shape, "absorption.shape", absorption.shape, f"that of the grid, {grid.shape}"
        )
        least = float(np.min(absorption))
        _require(least >= 0 and bool(np.all(np.isfinite(absorption))), "absorption", least, "zero or more, in 1/m")
