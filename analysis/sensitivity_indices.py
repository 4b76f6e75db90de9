"""Which inputs of a sweep decide an outcome.

What is told depends on how the sweep was laid out:

``morris``
    mean elementary effects mu and mu*, and their spread sigma (Morris 1991 Technometrics 33:161-174
    doi:10.1080/00401706.1991.10484804; mu*: Campolongo 2007 Environ Model Softw 22:1509-1518
    doi:10.1016/j.envsoft.2006.10.004), for a factor that goes from its lower to its upper bound.
``sobol``
    shares of the variance: first-order and total indices (Saltelli 2010 Comput Phys Commun 181:259-270
    doi:10.1016/j.cpc.2009.09.018).
``latin_hypercube``
    partial rank correlations (Marino 2008 J Theor Biol 254:178-196 doi:10.1016/j.jtbi.2008.04.011). Ranks, because
    outcomes of healing bend and saturate, which spoils coefficients of a linear regression; partial, because a sample
    of few points has factors that happen to be correlated. They ask for outcomes that only rise or only fall;
    ``rank_r2`` says how far that describes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mendsim.common.errors import InputError, choices
from mendsim.scenarios.sweeping import Design, design_from_dict
from mendsim.scenarios.sweeping.sampling import unit_problem

CONFIDENCE = 0.95
_RESAMPLES = 1000
_SEED = 1
"""Of the resampling that gives confidence intervals of Sobol and Morris."""

_NOTHING = 1e-12
_ROUNDS = 20
_FAR = 1e-6
"""Largest difference between a table and its design, as a share of the range of a factor."""


def sensitivity(table: pd.DataFrame, design: Design | Mapping[str, Any], outcome: str) -> pd.DataFrame:
    """Say how much each factor of a sampled design decides an outcome.

    Parameters
    ----------
    table : one row for each run, with columns ``point``, ``replicate``, ``status`` (``done`` or ``failed``), one for
        each factor and one for each outcome.
    design : the design of the sweep, or what its ``to_dict`` gave.
    outcome : name of a column.

    Returns
    -------
    One row for each factor. ``..._low`` and ``..._high`` bound 95 %. Replicates of a point are averaged first;
    ``noise_sd`` is the standard deviation of what neither the point nor the seed explains (seeds are the same at all
    points), and ``noise_share`` the share of the variance between points that it makes; nan without replicates.
    ``attrs["units"]`` has the unit of each factor.

        - morris: ``mu_star``, ``mu``, ``sigma`` (unit of the outcome), ``mu_star_low``, ``mu_star_high``
        - sobol: ``first``, ``total`` (shares of the variance), and their bounds
        - latin_hypercube: ``rank_correlation`` (-1 to 1), its bounds, ``p``, and ``rank_r2``

    Raises
    ------
    InputError : a design that is not sampled, a table of another design, no such outcome, an outcome that never
        changes, or points without an outcome: Morris and Sobol need all of them, a Latin hypercube more than factors.
    """
    made = design if isinstance(design, Design) else design_from_dict(design)
    if made.unit is None:
        allowed = "morris, sobol or latin_hypercube"
        raise InputError("this design is not sampled", file=made.label, key="kind", value=made.kind, allowed=allowed)
    done = _done(table, made, outcome)
    if never := int(np.isinf(done[outcome]).sum()):
        problem = f"in {never} of {len(done)} runs this did not happen, so it has no size there"
        raise InputError(
            problem, file=made.label, key=outcome, allowed="an outcome that every run has, or a longer run"
        )
    means = done.groupby("point")[outcome].mean().reindex(range(made.size)).to_numpy(dtype=float)
    missing = int(np.isnan(means).sum())
    if missing and made.kind != "latin_hypercube":
        problem = f"{missing} of {made.size} points have no outcome, and {made.kind} needs all of them"
        raise InputError(problem, file=made.label, key=outcome, allowed="retry the failed runs")
    if np.ptp(means[np.isfinite(means)]) == 0.0:
        raise InputError("the outcome is the same at every point", file=made.label, key=outcome)
    names = [factor.key for factor in made.factors]
    found = _MEASURES[made.kind](made, names, means)
    noise = _noise_sd(done, outcome)
    between = float(np.nanvar(means, ddof=1))
    runs = float(done.groupby("point").size().mean())
    result = pd.DataFrame(found, index=pd.Index(names, name="factor"))
    result.attrs["units"] = made.units
    return result.assign(noise_sd=noise, noise_share=noise**2 / runs / between)


def _done(table: pd.DataFrame, design: Design, outcome: str) -> pd.DataFrame:
    """Take the finished runs of a table, and make sure that it belongs to the design."""
    names = [factor.key for factor in design.factors]
    if absent := [name for name in ("point", "replicate", "status", *names) if name not in table]:
        raise InputError("not a table of this design: no column", file=design.label, key=absent[0])
    if outcome not in table or not pd.api.types.is_numeric_dtype(table[outcome]):
        known = [
            str(name) for name in table.select_dtypes("number") if name not in {"point", "replicate", "seed", *names}
        ]
        raise InputError("unknown outcome", file=design.label, value=outcome, allowed=choices(known))
    done = table[(table["status"] == "done") & table[outcome].notna()]
    points = done["point"].to_numpy(dtype=int)
    if points.size == 0:
        raise InputError("no run has this outcome", file=design.label, key=outcome)
    if points.min() < 0 or points.max() >= design.size:
        problem, allowed = "not a table of this design", f"0 to {design.size - 1}"
        raise InputError(problem, file=design.label, key="point", value=int(points.max()), allowed=allowed)
    wanted = design.numbers[points]
    width = np.ptp(design.numbers, axis=0) + np.finfo(float).tiny
    off = np.abs(done[names].to_numpy(dtype=float) - wanted) > _FAR * width
    if off.any():
        row, column = np.argwhere(off)[0]
        problem = f"not a table of this design: point {points[row]} has another value"
        raise InputError(problem, file=design.label, key=names[column], value=float(done[names[column]].iloc[row]))
    return done


def _noise_sd(done: pd.DataFrame, outcome: str) -> float:
    """Take what points and seeds leave unexplained: what a seed does to all points alike moves no comparison."""
    groups = [done["point"], done["replicate"]]
    freedom = len(done) - groups[0].nunique() - groups[1].nunique() + 1
    if freedom <= 0 or groups[1].nunique() == 1:
        return float("nan")
    left = done[outcome].astype(float)
    for _ in range(_ROUNDS):  # one round does where every point has every replicate
        for group in groups:
            left = left - left.groupby(group).transform("mean")
    return float(np.sqrt((left.to_numpy() ** 2).sum() / freedom))


def _morris(design: Design, names: list[str], means: np.ndarray) -> dict[str, Any]:
    from SALib.analyze import morris

    found = morris.analyze(
        unit_problem(names),
        design.unit,
        means,
        num_levels=design.levels,
        num_resamples=_RESAMPLES,
        conf_level=CONFIDENCE,
        seed=_SEED,
    )
    star, half = np.asarray(found["mu_star"], dtype=float), np.asarray(found["mu_star_conf"], dtype=float)
    return {
        "mu_star": star,
        "mu_star_low": np.maximum(star - half, 0.0),
        "mu_star_high": star + half,
        "mu": np.asarray(found["mu"], dtype=float),
        "sigma": np.asarray(found["sigma"], dtype=float),
    }


def _sobol(_design: Design, names: list[str], means: np.ndarray) -> dict[str, Any]:
    from SALib.analyze import sobol

    found = sobol.analyze(
        unit_problem(names),
        means,
        calc_second_order=False,
        num_resamples=_RESAMPLES,
        conf_level=CONFIDENCE,
        seed=_SEED,
    )
    columns: dict[str, Any] = {}
    for name, key in (("first", "S1"), ("total", "ST")):
        columns[name] = found[key]
        columns[f"{name}_low"] = found[key] - found[f"{key}_conf"]
        columns[f"{name}_high"] = found[key] + found[f"{key}_conf"]
    return columns


def _latin_hypercube(design: Design, names: list[str], means: np.ndarray) -> dict[str, Any]:
    """Correlate ranks of a factor and of the outcome, both freed of what the other factors explain."""
    from scipy import stats

    there = np.isfinite(means)
    points, others = int(there.sum()), len(names) - 1
    freedom = points - 2 - others
    if freedom < 2:
        problem = f"{points} points with an outcome are too few for {len(names)} factors"
        raise InputError(problem, file=design.label, key="size", allowed=f"{len(names) + 3} or more")
    ranks = stats.rankdata(np.column_stack([design.numbers[there], means[there]]), axis=0)
    ranks -= ranks.mean(axis=0)
    factors, outcome = ranks[:, :-1], ranks[:, -1]
    partial = np.array([_partial(factors, outcome, at) for at in range(len(names))])
    left = _unexplained(factors, outcome)
    with np.errstate(divide="ignore"):
        t = partial * np.sqrt(freedom / (1.0 - partial**2))
        centre = np.arctanh(partial)
    half = stats.norm.ppf(0.5 + CONFIDENCE / 2.0) / np.sqrt(freedom - 1)  # Fisher's z
    return {
        "rank_correlation": partial,
        "rank_correlation_low": np.tanh(centre - half),
        "rank_correlation_high": np.tanh(centre + half),
        "p": 2.0 * stats.t.sf(np.abs(t), freedom),
        "rank_r2": 1.0 - (left @ left) / (outcome @ outcome),
    }


def _partial(factors: np.ndarray, outcome: np.ndarray, at: int) -> float:
    """Correlate what the other factors leave unexplained; 0 where they leave nothing."""
    others = np.delete(factors, at, axis=1)
    own, rest = _unexplained(others, factors[:, at]), _unexplained(others, outcome)
    size = np.sqrt((own @ own) * (rest @ rest))
    if size <= _NOTHING * (outcome @ outcome):
        return 0.0
    return float(np.clip(own @ rest / size, -1.0, 1.0))


def _unexplained(factors: np.ndarray, of: np.ndarray) -> np.ndarray:
    return of - factors @ np.linalg.lstsq(factors, of, rcond=None)[0] if factors.size else of


_MEASURES = {"morris": _morris, "sobol": _sobol, "latin_hypercube": _latin_hypercube}
