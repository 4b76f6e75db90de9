"""The catalogue of everything that can be measured in a run: numbers, series, profiles, maps and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from mendsim.abm.observables import FIELDS, OBSERVABLES
from mendsim.analysis import endpoints, mechanism_rows, store
from mendsim.analysis.measures import MEASURES
from mendsim.analysis.observed import OBSERVED, about, axis, fields, nothing
from mendsim.analysis.outcome import BY_COLUMN, Kind, Outcome
from mendsim.analysis.profiles import cells
from mendsim.common.errors import InputError
from mendsim.scenarios.problems import close_names

Anything = float | xr.DataArray | xr.Dataset

_HOMES = ("injury", "epidermis", "dermis", "surface", "vessels_hair", "drug")
CELLS: Mapping[str, str] = MappingProxyType(
    {
        "keratinocytes": "keratinocyte",
        "melanocytes": "melanocyte",
        "fibroblasts": "fibroblast",
        "t_cells": "t_cell",
        "follicles": "follicle",
        "tip_cells": "tip_cell",
        "vessels": "vessels",
    }
)
"""Tables of single cells and vessels, and the group of the run store that holds each."""


@cache
def catalogue() -> Mapping[str, Outcome[Anything]]:
    """Everything that can be measured in a run, by name: end points first, then what targets ask for, then the rest."""
    for home in _HOMES:
        import_module(f"mendsim.analysis.observed_{home}")
    found: dict[str, Outcome[Anything]] = {**endpoints.registered()}
    found |= {name: _target(name) for name in MEASURES}
    found |= {name: _series(name) for name in OBSERVABLES}
    found |= OBSERVED
    found |= {f"{name}_map": _field(name) for name in FIELDS}
    found |= {name: _table(name) for name in CELLS}
    return MappingProxyType(found)


def list_outcomes(row: str | None = None) -> pd.DataFrame:
    """List everything that can be measured in a run.

    Parameters
    ----------
    row : a mechanism row (``R07``); of every row if not given.

    Returns
    -------
    By name: ``kind``, ``label``, ``unit`` (1 for a pure number), ``rows`` of the mechanisms that it shows, and
    ``definition``.

    Raises
    ------
    InputError : no such row.
    """
    known = mechanism_rows.rows()
    if row is not None and row not in known:
        raise InputError("unknown mechanism row", value=row, allowed=f"{min(known)} to {max(known)}")
    belongs = mechanism_rows.rows_of()
    table = pd.DataFrame(
        [
            {
                "name": each.name,
                "kind": each.kind,
                "label": each.label,
                "unit": printed_unit(each),
                "rows": " ".join(belongs.get(each.name, ())),
                "definition": each.definition,
            }
            for each in catalogue().values()
            if row is None or row in belongs.get(each.name, ())
        ]
    )
    return table.set_index("name")


def printed_unit(outcome: Outcome[Anything]) -> str:
    """Write the unit of an outcome as it is printed; 1 for a pure number."""
    return outcome.unit if outcome.unit == BY_COLUMN else store.pretty_unit(outcome.unit) or "1"


def describe(name: str) -> Outcome[Anything]:
    """Say what an outcome is.

    Raises
    ------
    InputError : no outcome has this name.
    """
    known = catalogue()
    if name not in known:
        raise InputError("unknown outcome", value=name, allowed=close_names(name, known))
    return known[name]


def observe(run: xr.DataTree, name: str) -> xr.DataArray | xr.Dataset:
    """Measure one outcome in a run.

    Parameters
    ----------
    run : a run from `open_run`.
    name : any name of `list_outcomes`.

    Returns
    -------
    An array, or a dataset where there are several columns, in memory; ``to_dataframe()`` makes a table of either. Every
    dimension has a coordinate with its unit, most often ``day``, ``depth_um``, ``distance_um`` or ``session``. A number
    for the whole run comes as an array of one value along ``run``: ``inf`` if it did not happen within the run, ``nan``
    if it does not apply.

    Raises
    ------
    InputError : no outcome has this name, or the run has nothing to show for it.
    """
    outcome = describe(name)
    found = outcome.measure(run)
    if isinstance(found, xr.Dataset):
        return found.assign_attrs(title=outcome.label, definition=outcome.definition)
    if not isinstance(found, xr.DataArray):
        scenario = str(run.attrs.get("scenario_name") or store.title(run))
        found = xr.DataArray([float(found)], {"run": [scenario]}, ["run"])
    labels = {**about(outcome.unit, outcome.label), "definition": outcome.definition}
    return found.rename(name).assign_attrs(labels)


def _target(name: str) -> Outcome[Anything]:
    measure = MEASURES[name]
    return Outcome(
        name=name,
        label=name.replace("_", " "),
        unit={"percent": "%", "direction": "1", "ratio": "1"}.get(measure.unit, measure.unit),
        kind="target",
        definition=measure.definition,
        measure=measure.function,
    )


def _series(name: str) -> Outcome[Anything]:
    def read(run: xr.DataTree) -> xr.DataArray:
        values = store.values(run, name)
        if values is None:
            raise nothing(run, f"the run does not record {name}", close_names(name, map(str, run["series"].data_vars)))
        return xr.DataArray(values, coords={"day": axis("day", store.days(run))}, dims=["day"])

    quantity = OBSERVABLES[name]
    return _saved(name, "time series", quantity.unit, quantity.meaning, read)


def _field(name: str) -> Outcome[Anything]:
    def read(run: xr.DataTree) -> xr.DataArray:
        return fields(run, [name])[name]

    return _saved(f"{name}_map", "map", FIELDS[name].unit, FIELDS[name].meaning, read)


def _table(name: str) -> Outcome[Anything]:
    def read(run: xr.DataTree) -> xr.Dataset:
        table = cells(run, CELLS[name])
        shot = table["snapshot_index"]
        day = shot.copy(data=store.snapshot_days(run)[shot.to_numpy()]).assign_attrs(about("d", "day of the snapshot"))
        kept = table.drop_vars(["snapshot_index", "snapshot"], errors="ignore").assign(day=day)
        return kept.assign_coords({shot.dims[0]: axis(str(shot.dims[0]), np.arange(shot.size))})

    words = name.replace("_", " ").replace("t cells", "T cells")
    return _saved(name, "table", BY_COLUMN, f"{words} of each snapshot, with all that is saved of them", read)


def _saved(
    name: str, kind: Kind, unit: str, meaning: str, read: Callable[[xr.DataTree], Anything]
) -> Outcome[Anything]:
    """Name what the run store holds as it is."""
    sentence = f"{meaning[0].upper()}{meaning[1:]}."
    words = _without_unit(name, unit).replace("_", " ")
    return Outcome(name=name, label=words, unit=unit, kind=kind, definition=sentence, measure=read)


def _without_unit(name: str, unit: str) -> str:
    """Take the unit off the end of a name: ``_mg_per_ml``, ``_um``, ``_per_mm3``."""
    over, *under = unit.lower().split("/")
    written = "" if over == "1" else f"_{over}"
    return name.removesuffix(written + (f"_per_{'_'.join(under)}" if under else ""))
