"""Drug transport against closed forms: flux and lag of a membrane, a donor that runs out, what is booked (R27).

A slab of 200 um under an endless donor, over fluid that takes all; the same slab, closed below, under 20 um of donor.
Prints the error at three spacings, and the mass balance of the scenario ``diffusion_cell``.

    python benchmarks/membrane.py
"""

from __future__ import annotations

import math

import numpy as np

from mendsim import scenarios
from mendsim.abm import load_parameters
from mendsim.abm.drugs.donor import Donor
from mendsim.abm.drugs.drug import described, drug_of, resolved
from mendsim.abm.drugs.transport import Media, Transport
from mendsim.abm.observables import DRUG_PLACES
from mendsim.cli.tables import aligned
from mendsim.common.lattice import Lattice

THICK_UM, D_UM2_PER_S, HOLDS, PUT_ON, FILM_UM = 200.0, 10.0, 1.5, 1000.0, 20.0
SPACINGS_UM = (20.0, 10.0, 5.0)
AIR_SITES = 2


def slab(spacing_um: float, *, drained: bool, volume_um: float) -> tuple[Transport, Media]:
    """One column of tissue with a donor on it."""
    given = {"molar_mass_g_per_mol": 300.0, "log_octanol_water": 0.0, "water_diffusivity_um2_per_s": 5e3}
    p = load_parameters()
    drug = drug_of("tracer", resolved("tracer", (described("tracer", given, None, origin="benchmark"),), p))
    cells = round(THICK_UM / spacing_um)
    lattice = Lattice(nz=AIR_SITES + cells, ny=1, nx=1, spacing_um=spacing_um, air_sites=AIR_SITES)
    air = (np.arange(lattice.nz) < AIR_SITES)[:, None, None]
    sink = np.zeros(air.shape)
    if drained:
        sink[-1] = 2.0 * D_UM2_PER_S / spacing_um**2
    media = Media(
        air=air,
        conductivity=np.where(air, 0.0, D_UM2_PER_S),
        capacity=np.where(air, 1.0, HOLDS),
        clearance_per_h=np.zeros(air.shape),
        degradation_per_h=np.zeros(air.shape),
        sink_per_s=sink,
    )
    transport = Transport(drug, lattice)
    volume_ml = volume_um * lattice.surface_area_mm2 * 1e-6
    transport.put_on(Donor(concentration_ug_per_ml=PUT_ON, volume_ml=volume_ml, end_h=1e9), media, 0.0)
    return transport, media


def membrane(spacing_um: float) -> tuple[float, float]:
    """Error of flux and of lag, from what is received between two late times."""
    transport, media = slab(spacing_um, drained=True, volume_um=math.inf)
    lag_s = HOLDS * THICK_UM**2 / (6.0 * D_UM2_PER_S)
    hours = 10.0 * lag_s / 3600.0
    area = transport.lattice.surface_area_mm2 * 1e-6
    transport.advance(media, 0.0, hours)
    first = transport.booked["received"] / area
    transport.advance(media, hours, hours)
    flux = (transport.booked["received"] / area - first) / (3600.0 * hours)
    return flux / (PUT_ON * D_UM2_PER_S / THICK_UM) - 1.0, (3600.0 * hours - first / flux) / lag_s - 1.0


def equilibrium(spacing_um: float) -> float:
    """Error of what a closed slab holds in the end, by partition."""
    transport, media = slab(spacing_um, drained=False, volume_um=FILM_UM)
    transport.advance(media, 0.0, 200.0)
    held = 1.0 - transport.donor_ug() / transport.booked["given"]
    return held / (HOLDS * THICK_UM / (HOLDS * THICK_UM + FILM_UM)) - 1.0


def main() -> None:
    rows = []
    for spacing in SPACINGS_UM:
        flux, lag = membrane(spacing)
        rows.append((f"{spacing:g}", f"{flux:+.1e}", f"{lag:+.1e}", f"{equilibrium(spacing):+.1e}"))
    print(aligned(("spacing [um]", "error of flux", "error of lag", "error of what is held"), rows))
    series = scenarios.run("diffusion_cell").data["series"].to_dataset()
    total = sum(series[f"drug_{place}_ug_per_cm2"] for place in DRUG_PLACES).to_numpy()
    given = series["drug_given_ug_per_cm2"].to_numpy()
    print(f"\ndiffusion_cell: mass balance off by {np.max(np.abs(total[1:] / given[1:] - 1.0)):.1e} at most")


if __name__ == "__main__":
    main()
