"""Everything that can be measured in a run."""

from __future__ import annotations

from generate.markdown import code, plain, table
from mendsim.analysis.catalogue import list_outcomes
from mendsim.analysis.outcome import KINDS


def outcomes() -> str:
    """Give a table for each kind of outcome."""
    listed = list_outcomes().reset_index()
    parts = []
    for kind, meaning in KINDS.items():
        own = listed.loc[listed["kind"] == kind, ["name", "unit", "rows", "definition"]].to_numpy().tolist()
        lines = [[code(name), plain(unit), which, plain(said.replace("``", ""))] for name, unit, which, said in own]
        parts += [f"### {kind.capitalize()}", f"{meaning[0].upper()}{meaning[1:]}."]
        parts.append(table(["name", "unit", "rows", "definition"], lines))
    return "\n\n".join(parts)
