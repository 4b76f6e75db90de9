"""What a run rests on: the program, its libraries, and the papers behind its settings, numbers and formulas."""

from __future__ import annotations

import json
import re
import textwrap
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from mendsim.analysis.mentions import named
from mendsim.analysis.references import references
from mendsim.analysis.used import facts, holds, is_replaced, numbers_used, registry
from mendsim.common.parameters import EVIDENCE
from mendsim.common.targets import load_targets

if TYPE_CHECKING:
    import xarray as xr

PROGRAM = "mendsim"
_KINDS = (PROGRAM, "software", "settings", "formula", *EVIDENCE)
"""What a citation may be for, in the order in which it is told."""
_WIDTH = 118
_TARGET = re.compile(r"\bT\d\d\b")


@dataclass(frozen=True, kw_only=True)
class Citation:
    """One reference behind a run.

    Parameters
    ----------
    key : in ``references.bib``.
    entry : BibTeX.
    used_for : numbers by their names in the run store, formulas and libraries by words.
    evidence : how well the numbers are known that cite it (``measured``, ``derived``, ...); or ``formula``,
        ``settings``, ``software``, ``mendsim``.
    """

    key: str
    entry: str
    used_for: tuple[str, ...]
    evidence: tuple[str, ...]


def cited(run: xr.DataTree | None = None) -> list[Citation]:
    """List what to cite with a run; without one, the program alone.

    A number counts if the run used it: those of its site and lasers, of drugs only if one was given, of hair only where
    it grows. A number that was calibrated cites the source of its target. One that the scenario replaced cites nothing.

    Parameters
    ----------
    run : a run store, from `mendsim.analysis.open_run`.

    Returns
    -------
    The program first, then the rest by key.
    """
    uses: dict[str, list[tuple[str, str]]] = defaultdict(list)
    uses[PROGRAM].append((PROGRAM, "the program"))
    if run is not None:
        for kind, key, what in _uses(run):
            uses[key].append((kind, what))
    return [
        Citation(
            key=key,
            entry=_program(run) if key == PROGRAM else references()[key].bibtex,
            used_for=tuple(dict.fromkeys(what for _, what in found)),
            evidence=tuple(sorted({kind for kind, _ in found}, key=_KINDS.index)),
        )
        for key, found in sorted(uses.items(), key=lambda item: (item[0] != PROGRAM, item[0]))
    ]


def bibtex(run: xr.DataTree | None = None) -> str:
    """Write what to cite with a run as BibTeX; comments say what each is for, and which numbers rest on no paper."""
    parts = [
        _comment(f"{', '.join(citation.evidence)}: {', '.join(citation.used_for)}") + "\n" + citation.entry
        for citation in cited(run)
    ]
    if run is not None:
        parts.append("\n".join(_comment(line) for line in _without_paper(run)))
    return "\n\n".join(parts) + "\n"


def _uses(run: xr.DataTree) -> list[tuple[str, str, str]]:
    """Every use of a reference in a run: its kind, the key, what for."""
    said, about = facts(run), registry()
    found = [
        ("formula", key, formula["of"]) for key, formula in about["formulas"].items() if holds(formula["when"], said)
    ]
    versions = json.loads(run.attrs.get("versions", "{}"))
    found += [
        ("software", key, f"{library} {versions[library]}")
        for library, key in about["software"].items()
        if library in versions
    ]
    for source in json.loads(run.attrs.get("scenario", "{}")).get("sources", []):
        found += [("settings", key, "settings of the scenario") for key in named(source)]
    for name, entry in numbers_used(run).items():
        found += [(entry["evidence"], key, name) for key in _papers(entry) if not is_replaced(entry)]
    return found


def _papers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of the papers behind a number; those of its targets too, if it was fitted to them."""
    source = str(entry["source"])
    keys = named(source)
    if entry["evidence"] == "calibrated":
        targets = load_targets()
        keys += tuple(
            key for target in _TARGET.findall(source) if target in targets for key in named(targets[target].source)
        )
    return tuple(dict.fromkeys(keys))


def _without_paper(run: xr.DataTree) -> list[str]:
    """Say how the numbers are known that the run used, and which rest on no paper."""
    every = numbers_used(run)
    own = {name: entry for name, entry in every.items() if not is_replaced(entry)}
    bare = {name: entry["evidence"] for name, entry in own.items() if not _papers(entry)}
    lines = [f"The run used {len(every)} numbers; {len(own) - len(bare)} of them name the papers above."]
    groups = {word: [name for name, evidence in bare.items() if evidence == word] for word in EVIDENCE}
    groups["set by the user"] = [name for name in every if name not in own]
    return lines + [
        f"{word}, without a paper ({len(names)}): {', '.join(names)}" for word, names in groups.items() if names
    ]


def _program(run: xr.DataTree | None) -> str:
    """Entry of the program, with the version that made the run, or the one that is installed."""
    number = version("mendsim") if run is None else run.attrs["mendsim_version"]
    return references()[PROGRAM].bibtex.replace("{Computer program}", f"{{Computer program, version {number}}}")


def _comment(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="% ", subsequent_indent="%   ", break_long_words=False)
