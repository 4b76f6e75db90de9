"""Numbers that a target asks of several settings side by side: one documented function for each, in `CONTRASTS`.

A contrast takes the runs of each setting, in the order of the study, and returns a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import xarray as xr

from mendsim.abm.site import SkinSite
from mendsim.analysis import contrasts_drug, store
from mendsim.analysis.downtime import oedema_area_um_d, redness_area_d
from mendsim.analysis.measure import against_start

SIGNIFICANT = 1.96
"""Standard errors by which two shares must differ."""

Contrast = Callable[[Sequence[Sequence[xr.DataTree]]], float]


def density_swells_and_energy_builds(runs: Sequence[Sequence[xr.DataTree]]) -> float:
    """1 if density drives swelling and redness and energy the result, else -1.

    Of three settings (weak and sparse, weak and dense, strong and sparse) the dense one must have more swelling and
    more redness over time than either, and the strong one more collagen at the end than the sparse one.
    """
    swelling, redness, result = (
        [float(np.mean([number(run) for run in each])) for each in runs]
        for number in (oedema_area_um_d, redness_area_d, _collagen_at_the_end)
    )
    if np.isnan(swelling + redness + result).any():
        return np.nan
    by_density = swelling[1] > max(swelling[0], swelling[2]) and redness[1] > max(redness[0], redness[2])
    return 1.0 if by_density and result[2] > result[0] else -1.0


def laser_changes_hair(runs: Sequence[Sequence[xr.DataTree]]) -> float:
    """1 if treated patches end with more hair than the untreated one, -1 with less, 0 if chance would do as much.

    The last setting is untreated. The share of follicles whose hair is seen at the end, of all other settings together,
    must differ by more than 1.96 standard errors of two shares.
    """
    treated, control = [run for each in runs[:-1] for run in each], runs[-1]
    (one, n), (none, m) = _hair_share(treated), _hair_share(control)
    error = np.sqrt(one * (1.0 - one) / n + none * (1.0 - none) / m)
    return np.nan if np.isnan(one + none) else float(np.sign(one - none) * (abs(one - none) > SIGNIFICANT * error))


def hair_against_none(runs: Sequence[Sequence[xr.DataTree]]) -> float:
    """Share of follicles whose hair is seen at the end, treated over not treated (the last setting)."""
    (one, _), (none, _) = _hair_share(runs[0]), _hair_share(runs[-1])
    return one / none if none > 0.0 else np.nan


def induction_against_full_field(runs: Sequence[Sequence[xr.DataTree]]) -> float:
    """Most collagen that fibroblasts are set to make, as a rise above rest: first setting over the last, full field."""
    fractional, full = (float(np.mean([_most_procollagen(run) for run in each])) - 1.0 for each in (runs[0], runs[-1]))
    return fractional / full if full > 0.0 else np.nan


def _hair_share(runs: Sequence[xr.DataTree]) -> tuple[float, float]:
    """Share of follicles whose hair is seen at the end of some runs, and the number of follicles."""
    seen = followed = 0.0
    for run in runs:
        density, count = store.values(run, "hair_density_per_cm2"), store.values(run, "follicle_count")
        if density is None or count is None:
            return np.nan, np.nan
        patient = store.scenario(run)["patient"]
        site = SkinSite.load(patient["site"], patient["phototype"])
        seen += count[-1] * density[-1] / (100.0 * site.follicles_per_mm2)
        followed += count[-1]
    return seen / followed, followed


def _most_procollagen(run: xr.DataTree) -> float:
    """Peak of procollagen after the first session against its start, mean of types I and III."""
    courses = [against_start(run, f"procollagen_{kind}_ratio") for kind in (1, 3)]
    peaks = [float(values[days > 0].max()) for days, values in filter(None, courses)]
    return float(np.mean(peaks)) if peaks else np.nan


def _collagen_at_the_end(run: xr.DataTree) -> float:
    course = against_start(run, "collagen_mg_per_ml")
    return np.nan if course is None else float(course[1][-1])


CONTRASTS: Mapping[str, Contrast] = MappingProxyType(
    {
        contrast.__name__: contrast
        for contrast in (
            density_swells_and_energy_builds,
            laser_changes_hair,
            hair_against_none,
            induction_against_full_field,
            contrasts_drug.uptake_against_intact,
            contrasts_drug.uptake_after_waiting,
            contrasts_drug.middle_dermis_stands_out_h,
            contrasts_drug.middle_dermis_against_intact,
        )
    }
)
"""Every contrast by name."""
