"""Photons per second of Monte Carlo light transport: ``python benchmarks/photons.py [photons]``.

Skin at 1,550 nm on the fine grid of a zone, after one run that compiles; and whether one and two threads give the same
bits.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from mendsim.thermal.grid import ZoneGrid, stretched_edges
from mendsim.thermal.monte_carlo import Beam, OpticalLayer, PhotonTally, send_photons

GRID = ZoneGrid(stretched_edges(5e-6, 250e-6, 2e-3, 1.1), stretched_edges(5e-6, 1000e-6, 4e-3, 1.1))
SKIN = (OpticalLayer(absorption=1000, scattering=10_000, anisotropy=0.9, refractive_index=1.4),)
BEAM = Beam(shape="gaussian", diameter=140e-6)


def same(one: PhotonTally, other: PhotonTally) -> bool:
    return all(np.array_equal(value, getattr(other, name)) for name, value in vars(one).items())


def main() -> None:
    photons = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    absorption = np.full(GRID.shape, 1000.0)
    print(f"{photons} photons, grid of {GRID.shape[0]} x {GRID.shape[1]} cells of 5 um and more")
    for name, cells in (("layer absorption", None), ("absorption of each cell", absorption)):
        send_photons(SKIN, BEAM, GRID, photons=100, seed=1, absorption=cells)
        tallies = []
        for threads in (1, 2):
            start = time.perf_counter()
            tallies.append(send_photons(SKIN, BEAM, GRID, photons=photons, seed=1, threads=threads, absorption=cells))
            took = time.perf_counter() - start
            print(f"  {name:24} {threads} threads  {took:6.2f} s  {photons / took:8.0f} photons/s")
        print(f"  {name:24} same bits: {'yes' if same(*tallies) else 'NO'}")


if __name__ == "__main__":
    main()
