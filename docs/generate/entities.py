"""Entities and state variables, as the code declares them."""

from __future__ import annotations

from collections.abc import Mapping

from generate.markdown import code, plain, summary, table
from mendsim.abm import load_parameters, signals
from mendsim.abm.agents.fibroblast import Fibroblast
from mendsim.abm.agents.follicle import Follicle
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.melanocyte import Melanocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.agents.vessel import TipCell, Vessel
from mendsim.abm.core import Column, ColumnAgent
from mendsim.abm.observables import FIELDS

AGENTS: tuple[type[ColumnAgent], ...] = (Keratinocyte, Melanocyte, Fibroblast, TCell, Follicle, Vessel, TipCell)
"""Kinds of agents, in the order in which they are described; a test holds that a model has no other."""


def agents() -> str:
    """Describe each kind of agent with its state variables: name, type, unit, default, meaning."""
    common = {name: column for name, column in vars(ColumnAgent).items() if isinstance(column, Column)}
    parts = [f"Every agent has an id (`unique_id`), which is never used twice, and\n\n{_columns(common)}"]
    for kind in AGENTS:
        own = {name: column for name, column in kind.columns.items() if name not in common}
        parts.append(f"#### {kind.__name__}\n\n{summary(kind.__doc__)}\n\n{_columns(own)}")
    return "\n\n".join(parts)


def _columns(columns: Mapping[str, Column]) -> str:
    rows = []
    for name, column in columns.items():
        said = column.describe()
        meaning = said["doc"] if said["ref"] is None else f"{said['doc']} ({said['ref']})"
        rows.append([code(name), column.dtype.name, plain(said["unit"]), f"{said['default']:g}", plain(meaning)])
    return table(["state variable", "type", "unit", "default", "meaning"], rows)


def fields() -> str:
    """List what every site of the lattice holds, as a run store keeps it."""
    rows = ([code(name), plain(about.unit), plain(about.meaning)] for name, about in FIELDS.items())
    return table(["field", "unit", "meaning"], rows)


def proteins() -> str:
    """List diffusing proteins: diffusivity, half-life, width of the cells that hold them."""
    p = load_parameters()
    rows = []
    for attribute, group, half_life, factor in signals.PROTEINS:
        diffusivity = p[f"{group}.diffusivity_um2_per_s"]
        rows.append([code(attribute), f"{diffusivity:g}", f"{p[f'{group}.{half_life}']:g}", str(factor)])
    return table(["signal", "diffusivity, um2/s", "half-life, h", "sites along a cell"], rows)
