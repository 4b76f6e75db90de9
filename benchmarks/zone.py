"""Time of one thermal zone, warm, on one thread: ``python benchmarks/zone.py``.

Prints seconds and energy error of zones and of a whole block, each after one run that compiles.
"""

from __future__ import annotations

import time

from mendsim.common.lattice import Lattice
from mendsim.thermal import LaserSession, SkinLayers, deliver, load_parameters
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.zone import Pulse, solve_zone

SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)
CASES = (
    ("co2_10600", Pulse(energy=20e-3, duration=1e-3, spot_diameter=120e-6)),
    ("co2_10600", Pulse(energy=50e-3, duration=3e-3, spot_diameter=120e-6)),
    ("er_yag_2940", Pulse(energy=16e-3, duration=0.25e-3, spot_diameter=225e-6)),
    ("er_glass_1550", Pulse(energy=40e-3, duration=5e-3, spot_diameter=140e-6)),
)


def main() -> None:
    parameters = load_parameters()
    sets = choose_sets(parameters)

    def solve(device, pulse, spacing):
        return solve_zone(
            device=device, pulse=pulse, layers=SKIN, parameters=parameters, sets=sets, spacing=spacing, cooling=1.0
        )

    solve(*CASES[0], 10e-6)
    print("one zone with 1 s of cooling")
    for device, pulse in CASES:
        for spacing in (5e-6, 2.5e-6):
            start = time.perf_counter()
            zone = solve(device, pulse, spacing)
            took = time.perf_counter() - start
            cells = zone.grid.shape[0] * zone.grid.shape[1]
            print(
                f"  {device:14} {1e3 * pulse.energy:3.0f} mJ  grid {1e6 * spacing:3.1f} um  {cells:6} cells  "
                f"{zone.steps:4} steps  {took:5.2f} s  energy error {zone.energy_error:.0e}"
            )
    session = LaserSession(
        device="co2_10600",
        pulse_energy_mj=20,
        pulse_duration_ms=1,
        spot_diameter_um=120,
        pattern="random",
        density_per_cm2=1150,
        passes=2,
    )
    block = Lattice.from_size(width_um=2000, length_um=2000, depth_um=1500, air_um=50, spacing_um=10)
    start = time.perf_counter()
    injury = deliver(session, block, SKIN, parameters, 1)
    took = time.perf_counter() - start
    print(f"2 mm x 2 mm block at 10 um, 13 % by beam area, 2 passes, {len(injury.zones['x_um'])} zones: {took:.2f} s")


if __name__ == "__main__":
    main()
