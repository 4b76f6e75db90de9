"""Where an injected liquid goes at first: outward from the needle's tip, down the pressure that it makes (R30)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.fields.field import Field
from mendsim.abm.tissue import AIR, CLOT, DERMIS, HYPODERMIS

if TYPE_CHECKING:
    from mendsim.abm.model import HealingModel

_UM3_PER_UL = 1e9
_ON_OPEN_SURFACE_MMHG = 0.0


@dataclass(frozen=True, kw_only=True)
class Depot:
    """Liquid in the skin right after an injection.

    Attributes
    ----------
    share : float64 ``(nz, ny, nx)``, volume of injected liquid over that of tissue.
    leaked_share : share of what was injected that ran out of open channels.
    wanted_sites : what it would be without leaks in a sample large enough, in sites full of liquid.
    inside_share : share of what did not leak that lies within the sample.
    """

    share: NDArray[np.float64]
    leaked_share: float
    wanted_sites: float
    inside_share: float


def inject(model: HealingModel, volume_ul: float, depth_um: float) -> Depot:
    """Spread a volume from a depth in the middle of the sample.

    Flow from the tip follows Darcy's law through the skin as it is: clot and coagulated dermis conduct as drainage has
    them, and open channels let liquid out. The front is an isobar: the liquid fills what lies under the highest
    pressure, up to the volume that the fluid space of dermis, stretched by the injection, takes. In a section the front
    is that of the middle plane of a round depot.
    """
    p, lattice, drainage = model.parameters, model.lattice, model.drainage
    codes = model.tissue.codes()
    takes = np.isin(codes, (DERMIS, HYPODERMIS, CLOT))
    y, x = lattice.ny // 2, lattice.nx // 2
    z = min(lattice.air_sites + int(depth_um / lattice.spacing_um), lattice.nz - 1)
    fluid = p["drug.depot_fluid_share"]
    wanted = fluid * _sites_of(volume_ul / fluid * _UM3_PER_UL, depth_um, lattice.spacing_um, lattice.ny > 1)
    if codes[z, y, x] == AIR:
        return Depot(share=np.zeros(codes.shape), leaked_share=1.0, wanted_sites=wanted, inside_share=1.0)
    # no liquid goes into epidermis: a tip in it pushes on to the dermis below
    z += int(np.argmax(takes[z:, y, x]))
    field = Field(name="injection pressure", unit="mmHg", lattice=lattice, factor=1, decay_per_s=0.0)
    field.set_diffusivity(drainage.conductivity(codes))
    field.hold(codes == AIR, _ON_OPEN_SURFACE_MMHG)
    # fluid returns to vessels in proportion to pressure (Starling); that bounds the pressure in a closed sample
    field.uptake[...] = p["drainage.filtration_per_mmhg_s"] * takes
    source = np.zeros(lattice.shape)
    source[z, y, x] = 1.0
    field.add_source(source)
    field.step(math.inf)
    _, out = field.flows()
    leaked = min(1.0, max(0.0, float(np.sum(out)) / lattice.spacing_um**3))
    volume_um3 = volume_ul * (1.0 - leaked) / fluid * _UM3_PER_UL
    sites = _sites_of(volume_um3, depth_um, lattice.spacing_um, lattice.ny > 1)
    reached = takes & (field.concentration > 0.0)
    pressure = np.where(reached, field.concentration, -np.inf).ravel()
    order = np.argsort(-pressure, kind="stable")[: int(np.count_nonzero(reached))]
    share = np.zeros(codes.size)
    share[order[: int(sites)]] = fluid
    if int(sites) < len(order):
        share[order[int(sites)]] = fluid * (sites - int(sites))
    inside = min(1.0, float(np.sum(share)) / (fluid * sites)) if sites > 0.0 else 1.0
    return Depot(share=share.reshape(codes.shape), leaked_share=leaked, wanted_sites=wanted, inside_share=inside)


def _sites_of(volume_um3: float, depth_um: float, spacing_um: float, block: bool) -> float:
    """Sites that a ball around a depth takes up below the surface: of a block, or of its middle plane."""
    low, high = 0.0, 10.0 * (volume_um3 ** (1.0 / 3.0) + depth_um)
    for _ in range(100):
        r = 0.5 * (low + high)
        cap = max(0.0, r - depth_um)
        ball = 4.0 / 3.0 * math.pi * r**3 - math.pi * cap**2 * (3.0 * r - cap) / 3.0
        low, high = (r, high) if ball < volume_um3 else (low, r)
    if block:
        return volume_um3 / spacing_um**3
    across = math.acos(min(1.0, depth_um / r)) if r > 0.0 else 0.0
    disc = math.pi * r**2 - (r**2 * across - depth_um * math.sqrt(max(r**2 - depth_um**2, 0.0)))
    return disc / spacing_um**2
