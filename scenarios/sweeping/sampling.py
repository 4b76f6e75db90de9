"""Where a sampled design puts its points in the unit cube, one axis for each factor."""

from __future__ import annotations

import numpy as np


def points_needed(kind: str, *, factors: int, size: int) -> int:
    """Count the points of a sampled design.

    Parameters
    ----------
    kind : ``latin_hypercube``, ``sobol`` or ``morris``.
    factors : that are varied.
    size : points, base points or trajectories.
    """
    return size * {"latin_hypercube": 1, "sobol": factors + 2, "morris": factors + 1}[kind]


def unit_points(kind: str, *, factors: int, size: int, levels: int, seed: int) -> np.ndarray:
    """Sample the unit cube; the same arguments always give the same points.

    Parameters
    ----------
    kind, factors, size : as in `points_needed`.
    levels : of a Morris design: even number of values that a factor takes.
    seed : of the sampling.

    Returns
    -------
    points x factors; Sobol and Morris points stand in the order that their analysis needs (Saltelli 2010
    Comput Phys Commun 181:259-270 doi:10.1016/j.cpc.2009.09.018, Morris 1991 Technometrics 33:161-174
    doi:10.1080/00401706.1991.10484804).
    """
    problem = unit_problem([f"x{number}" for number in range(factors)])
    generator = np.random.default_rng(seed)
    if kind == "latin_hypercube":
        from SALib.sample import latin

        return np.asarray(latin.sample(problem, size, seed=generator))
    if kind == "sobol":
        from SALib.sample import sobol

        return np.asarray(sobol.sample(problem, size, calc_second_order=False, seed=generator))
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, size, num_levels=levels, seed=generator))


def unit_problem(names: list[str]) -> dict[str, object]:
    """Describe the unit cube in the way of SALib."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
