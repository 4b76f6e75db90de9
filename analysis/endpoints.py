"""End points of a run: one documented function for each, collected in `OUTCOMES`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.analysis.outcome import Outcome, definition_of
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

Measure = Callable[[xr.DataTree], float]

_SMALLEST = 1e-4
"""Smaller amounts are not printed."""
_HOMES = ("epidermis", "dermis", "signals", "vessels_hair", "drug")

OUTCOMES: dict[str, Outcome[float]] = {}
"""Every end point by name, in the order of the tables; filled by `registered`."""


def outcome(label: str, unit: str) -> Callable[[Measure], Measure]:
    """Register a function of a run as an end point; its docstring is the definition."""

    def register(measure: Measure) -> Measure:
        OUTCOMES[measure.__name__] = Outcome(
            name=measure.__name__,
            label=label,
            unit=unit,
            kind="end point",
            definition=definition_of(measure),
            measure=measure,
        )
        return measure

    return register


def registered() -> dict[str, Outcome[float]]:
    """Every end point by name."""
    for home in _HOMES:
        import_module(f"mendsim.analysis.endpoints_{home}")
    return OUTCOMES


def outcomes(run: xr.DataTree, names: list[str] | None = None) -> pd.DataFrame:
    """Measure the end points of a run.

    Parameters
    ----------
    run : a run from `open_run`.
    names : end points to measure; all of them if not given.

    Returns
    -------
    One row for each end point: label, value, unit, definition. A value of ``inf`` says that it did not happen within
    the run, ``nan`` that it does not apply to this run.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    known = registered()
    if unknown := set(names or ()) - known.keys():
        raise InputError("unknown end point", value=min(unknown), allowed=close_names(min(unknown), known))
    rows = [
        {"name": each.name, "label": each.label, "value": float(each.measure(run)), "unit": each.unit}
        | {"definition": each.definition}
        for each in (known[name] for name in (known if names is None else names))
    ]
    return pd.DataFrame(rows, columns=["name", "label", "value", "unit", "definition"]).set_index("name")


def format_value(value: float, unit: str, days: float) -> str:
    """Print an end point for readers.

    Parameters
    ----------
    value, unit : the end point.
    days : length of the run, named if it did not happen within it.
    """
    if np.isnan(value):
        return "does not apply"
    if np.isinf(value):
        return f"not within {days:g} days"
    if unit == "day":
        return f"day {value:.3g}"
    if 0 < abs(value) < _SMALLEST:
        return f"under {_SMALLEST:g} {unit}"
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    printed = digits if unit == "1" else f"{digits} {unit}"
    return printed.replace("-", "\N{MINUS SIGN}")
