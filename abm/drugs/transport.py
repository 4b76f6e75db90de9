"""A drug on its way: donor, diffusion through media of different make, crystals that dissolve, clearance, decay (R27).

Free concentration u (ug/mL) is what diffuses, acts and is cleared; a medium holds ``k u``, with k from binding and
partition. ``k du/dt = div(D grad u) - (clearance + decay) u + dissolving``. Donor and skin are solved together, so that
no step can take more than there is, and everything is booked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.drugs.donor import Donor, DonorSites, lay
from mendsim.abm.drugs.drug import Drug
from mendsim.abm.fields.field import Field
from mendsim.common.lattice import Lattice

LEDGER = ("given", "removed", "cleared", "degraded", "received")
"""Amounts that are booked: given in all; wiped off or shed; carried off by blood; degraded; passed through the skin."""

_TOLERANCE = 1e-12
"""Relative residual: what has reached the depth is a tiny share of a donor."""
_SHORTEST_H, _SHARE_OF_AGE = 1.0 / 60.0, 0.1
"""Substeps: a tenth of the time since something was given, for fronts slow down as they go, but at least a minute."""
_NEGLIGIBLE = 1e-9
"""Share of the dose below which what is left is booked as degraded, so that no run solves for nothing."""
_SECONDS_PER_HOUR = 3600.0
_UG_PER_G = 1e6


@dataclass(frozen=True, kw_only=True)
class Media:
    """The skin as a drug meets it, each ``(nz, ny, nx)``.

    Attributes
    ----------
    air : bool.
    conductivity : um2/s, flux over gradient of free concentration.
    capacity : amount over free concentration.
    clearance_per_h, degradation_per_h : loss of what is free.
    sink_per_s : loss of what is free into fluid below the skin.
    """

    air: NDArray[np.bool_]
    conductivity: NDArray[np.float64]
    capacity: NDArray[np.float64]
    clearance_per_h: NDArray[np.float64]
    degradation_per_h: NDArray[np.float64]
    sink_per_s: NDArray[np.float64]


class Transport:
    """One drug on a lattice.

    Parameters
    ----------
    drug : what moves.
    lattice : where.

    Attributes
    ----------
    field : free concentration and capacity.
    crystals : float64 ``(nz, ny, nx)`` ug/mL that is not dissolved, in donor and skin.
    booked : ug of each of :data:`LEDGER`, since the start.
    spent : float64 ``(nz, ny, nx)`` ug/mL that was degraded in the last step.
    """

    def __init__(self, drug: Drug, lattice: Lattice):
        self.drug, self.lattice = drug, lattice
        self.field = Field(
            name=drug.name, unit="ug/mL", lattice=lattice, factor=1, decay_per_s=0.0, tolerance=_TOLERANCE
        )
        self.crystals = np.zeros(lattice.shape)
        self.spent = np.zeros(lattice.shape)
        self.booked = dict.fromkeys(LEDGER, 0.0)
        self._donor: Donor | None = None
        self._wet, self._held = np.zeros(lattice.shape, bool), np.zeros(lattice.shape, bool)
        self._tissue = np.zeros(lattice.shape, bool)
        self._share = np.zeros(lattice.shape)
        """Liquid of the donor over the volume of each site."""
        self._given_at_h = 0.0

    @property
    def donor(self) -> Donor | None:
        """What lies on the skin."""
        return self._donor

    def content_ug_per_ml(self) -> NDArray[np.float64]:
        """Return what every site holds, free, bound and as crystals."""
        content: NDArray[np.float64] = self.field.concentration * self.field.capacity + self.crystals
        return content

    def donor_ug(self) -> float:
        """Amount in the donor; of one of infinite volume, what fills hollows."""
        return self._sum(np.where(self._wet & ~self._held, self.content_ug_per_ml(), 0.0))

    def put_on(self, donor: Donor, media: Media, now_h: float) -> None:
        """Put a donor on the skin; what lies there is wiped off first."""
        self.wipe_off()
        self._take(media)
        self._donor, self._given_at_h = donor, now_h
        sites = self._sites(media)
        free, solid = self._free_and_solid()
        wet = sites.hollow if donor.infinite else sites.every
        self.field.concentration[sites.every] = free
        self.crystals[wet] = (sites.share * solid)[wet]
        self._wet, self._share = sites.every, sites.share
        self._prepare(media, sites)
        self.booked["given"] += self.donor_ug()

    def put_in(self, content_ug_per_ml: NDArray[np.float64], media: Media, now_h: float) -> None:
        """Add a depot in the skin; what does not dissolve at once lies there as crystals."""
        self._take(media)
        capacity = media.capacity
        free = self.field.concentration + content_ug_per_ml / capacity
        excess = np.where(content_ug_per_ml > 0.0, np.maximum(free - self.drug["solubility_ug_per_ml"], 0.0), 0.0)
        self.field.concentration[...] = free - excess
        self.crystals += excess * capacity
        self.booked["given"] += self._sum(content_ug_per_ml)
        self._given_at_h = now_h

    def wipe_off(self) -> None:
        """Take off what lies on the skin."""
        if self._donor is None:
            return
        self.booked["removed"] += self.donor_ug()
        self.field.concentration[self._wet] = 0.0
        self.crystals[self._wet] = 0.0
        self._donor = None
        self._wet, self._held = np.zeros_like(self._wet), np.zeros_like(self._wet)
        self._share = np.zeros_like(self._share)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to follow."""
        return self._donor is None and not self.field.concentration.any() and not self.crystals.any()

    def advance(self, media: Media, now_h: float, dt_h: float) -> None:
        """Advance by ``dt_h`` hours from ``now_h`` in the skin as it is now."""
        self.spent[...] = 0.0
        if self.idle:
            return
        self._take(media)
        end_h = now_h + dt_h
        while now_h < end_h - 1e-9:
            until = end_h
            if self._donor is not None:
                until = min(end_h, max(self._donor.end_h, now_h))
            if until > now_h + 1e-9:
                self._follow(media, now_h, until)
            if self._donor is not None and until >= self._donor.end_h - 1e-9:
                self.wipe_off()
            now_h = max(until, now_h)
        self._drop_traces()

    def _follow(self, media: Media, now_h: float, until_h: float) -> None:
        """Take substeps that grow with the time since something was given."""
        self._prepare(media, None if self._donor is None else self._sites(media))
        while now_h < until_h - 1e-9:
            longest = max(_SHORTEST_H, _SHARE_OF_AGE * (now_h - self._given_at_h))
            dt_h = (until_h - now_h) / math.ceil((until_h - now_h) / longest - 1e-9)
            self._substep(media, dt_h)
            now_h += dt_h

    def _substep(self, media: Media, dt_h: float) -> None:
        field, seconds = self.field, dt_h * _SECONDS_PER_HOUR
        soluble = self.drug["solubility_ug_per_ml"]
        dissolving = self._dissolving_per_s(soluble * seconds)
        loss = (media.clearance_per_h + media.degradation_per_h) / _SECONDS_PER_HOUR + media.sink_per_s
        field.uptake[...] = loss + dissolving
        field.add_source(dissolving * soluble)
        field.step(dt_h)
        c = field.concentration
        self.crystals -= dissolving * (soluble - c) * seconds
        self.booked["cleared"] += self._sum(media.clearance_per_h * c) * dt_h
        degraded = media.degradation_per_h * c * dt_h
        self.spent += degraded
        self.booked["degraded"] += self._sum(degraded)
        self.booked["received"] += self._sum(media.sink_per_s * c) * seconds
        if self._donor is not None and self._donor.infinite:
            _, back = field.flows()
            self.booked["given"] -= float(np.sum(back)) * seconds * 1e-12

    def _dissolving_per_s(self, most_ug_s_per_ml: float) -> NDArray[np.float64]:
        """Rate at which crystals bring the fluid around them to solubility, 1/s; no step takes more than there is.

        References
        ----------
        Noyes and Whitney (1897) J Am Chem Soc 19:930, doi:10.1021/ja02086a003; spheres in still fluid
        """
        if not self.crystals.any():
            return self.crystals
        volume = self.crystals / (self.drug["crystal_density_g_per_ml"] * _UG_PER_G)
        water, dermis = self.drug["water_diffusivity_um2_per_s"], self.drug["dermis_diffusivity_um2_per_s"]
        diffusivity, radius = np.where(self._wet, water, dermis), self.drug["crystal_radius_um"]
        rate: NDArray[np.float64] = np.minimum(3.0 * volume * diffusivity / radius**2, self.crystals / most_ug_s_per_ml)
        return rate

    def _take(self, media: Media) -> None:
        """Follow the skin: what was tissue and is air is lost, what is tissue in place of liquid pushes it away."""
        content = self.field.concentration * self.field.capacity
        content[self._held] = 0.0  # of an infinite donor, nothing is booked until it enters
        shed = media.air & self._tissue
        self.booked["removed"] += self._sum((content + self.crystals)[shed])
        content[shed] = 0.0
        self.crystals[shed] = 0.0
        self._tissue = ~media.air
        capacity = media.capacity
        if self._donor is not None:
            sites = self._sites(media)
            self._pour(sites, content)
            self._wet, self._share = sites.every, sites.share
            capacity = np.where(sites.every, sites.share, capacity)
        self.field.capacity = capacity
        self.field.concentration[...] = content / capacity

    def _pour(self, sites: DonorSites, content: NDArray[np.float64]) -> None:
        """Move the liquid of the donor to where it now lies, with what it holds; ``content`` and crystals are changed.

        Sites that lose liquid give it to one pool, from which those that gain some are filled.
        """
        if self._donor is None:
            return
        before, after = self._share, sites.share
        if self._donor.infinite:
            before, after = np.where(self._held, 0.0, before), np.where(sites.film, 0.0, after)
        lost, gained = np.maximum(before - after, 0.0), np.maximum(after - before, 0.0)
        part = np.divide(lost, before, out=np.zeros_like(lost), where=before > 0.0)
        for held, fresh in ((content, self._free_and_solid()[0]), (self.crystals, self._free_and_solid()[1])):
            given = held * part
            held -= given
            poured = self._sum(given)
            if self._donor.infinite:  # what was pushed away is lost in it, and hollows fill from it
                self.booked["removed"] += poured
                self.booked["given"] += self._sum(gained * fresh)
                held += gained * fresh
            elif gained.any():
                held += gained * (poured / self._sum(gained))
            else:
                self.booked["removed"] += poured

    def _free_and_solid(self) -> tuple[float, float]:
        """Dissolved and undissolved part of what was put on, ug/mL."""
        if self._donor is None:
            return 0.0, 0.0
        free = min(self._donor.concentration_ug_per_ml, self.drug["solubility_ug_per_ml"])
        return free, self._donor.concentration_ug_per_ml - free

    def _prepare(self, media: Media, sites: DonorSites | None) -> None:
        """Set what the solver needs."""
        conductivity, capacity = media.conductivity, media.capacity
        held = np.zeros(self.lattice.shape, bool)
        if sites is not None and self._donor is not None:
            water = self.drug["water_diffusivity_um2_per_s"]
            conductivity = np.where(sites.every, water, conductivity)
            capacity = np.where(sites.every, sites.share, capacity)
            if self._donor.infinite:
                held = sites.film
        self._held = held
        self.field.capacity = capacity
        self.field.hold(held, self._free_and_solid()[0])
        self.field.set_diffusivity(conductivity)

    def _sites(self, media: Media) -> DonorSites:
        if self._donor is None:
            raise ValueError("nothing lies on the skin")
        return lay(self._donor, media.air, self.lattice.air_sites, self.lattice.site_volume_ml)

    def _sum(self, ug_per_ml: NDArray[np.floating]) -> float:
        return float(np.sum(ug_per_ml)) * self.lattice.site_volume_ml

    def _drop_traces(self) -> None:
        if self._donor is not None:
            return
        left = self._sum(self.content_ug_per_ml())
        if left < _NEGLIGIBLE * self.booked["given"]:
            self.booked["degraded"] += left
            self.field.concentration[...] = 0.0
            self.crystals[...] = 0.0
