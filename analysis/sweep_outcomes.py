"""What a sweep notes of each run: every end point, and every time series at its end."""

from __future__ import annotations

import xarray as xr

from mendsim.abm.observables import OBSERVABLES
from mendsim.analysis import endpoints


def outcome_names() -> set[str]:
    """Names of all outcomes that a sweep can have."""
    return {*endpoints.registered(), *OBSERVABLES}


def every_outcome(run: xr.DataTree) -> dict[str, tuple[float, str]]:
    """Value and unit of every end point of a run, and of every observable at the end of follow-up.

    Parameters
    ----------
    run : a run, from a store or as it has just ended.

    Returns
    -------
    By name; ``inf`` says that it did not happen within the run, ``nan`` that it does not apply.
    """
    at_the_end = run["outcome"].to_dataset().data_vars
    found = {str(name): (float(value), str(value.attrs.get("units", ""))) for name, value in at_the_end.items()}
    return found | {name: (float(each.measure(run)), each.unit) for name, each in endpoints.registered().items()}
