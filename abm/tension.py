"""Tension in the plane of the skin, carried by collagen (R18)."""

from __future__ import annotations

from numba import njit, vectorize


@vectorize(["float64(float64)"], cache=True)
def efficiency(aligned):
    """Share of their stiffness that fibres give along the plane of the skin: the mean of ``cos^4`` of their angle.

    ``aligned`` is the mean of ``cos 2a``; that of ``cos 4a`` follows as for a wrapped normal distribution. 3/8 for
    fibres that lie anyhow, 1 for fibres in the plane, 0 for fibres across it (Krenchel 1964).
    """
    return (3.0 + 4.0 * aligned + aligned**4) / 8.0


@njit(cache=True, nogil=True, inline="always")
def tension_kpa(collagen, aligned, intact_collagen, intact_aligned, resting_kpa):
    """Tension of a site, kPa.

    The skin around a zone keeps its stretch, so a site carries as much of the resting tension as the stiffness of its
    fibres allows: in proportion to collagen and to their :func:`efficiency` (Voigt's assumption of equal strain).
    """
    return resting_kpa * collagen / intact_collagen * efficiency(aligned) / efficiency(intact_aligned)
