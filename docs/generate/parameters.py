"""Tables of every number of the data files: value, unit, range, evidence, meaning, source."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Sized
from functools import cache
from pathlib import Path

from generate.markdown import code, plain, sourced, table
from mendsim import abm, scenarios, thermal
from mendsim.common.parameters import EVIDENCE, Parameter, Parameters

PAGES: dict[str, dict[str, str]] = {
    "laser": {
        "thermal/parameters.toml": "tissue, blood, light where water takes all or most of it, ablation, blade, contact",
        "thermal/optics.toml": "light where skin scatters",
        "thermal/devices.toml": "devices",
        "thermal/damage_sets.toml": "laws of damage",
    },
    "sites": {"abm/sites.toml": "anatomy of a skin site"},
    "epidermis": {
        "abm/epidermis.toml": "keratinocytes",
        "abm/pigment.toml": "melanocytes, melanin",
        "abm/barrier.toml": "water loss, crust, bacteria",
        "abm/aftercare.toml": "ointment and antiseptic",
        "abm/drainage.toml": "flow to open channels",
    },
    "dermis": {
        "abm/dermis.toml": "fibroblasts, matrix, growth factors, proteases, heat-shock proteins, tension",
        "abm/inflammation.toml": "cytokine, leukocytes, redness, swelling",
        "abm/parameters.toml": "T cells, scars",
    },
    "vessels": {
        "abm/vessels.toml": "blood vessels, axon reflex, VEGF, oxygen",
        "abm/hair.toml": "follicles, alopecia areata",
    },
    "drugs": {
        "abm/drug_laws.toml": "what follows from size and lipophilicity; clot, rim and vessels as a drug meets them",
        "abm/drugs.toml": "what is known of each drug",
    },
    "program": {
        "abm/limits.toml": "what no place in skin can hold",
        "scenarios/prediction/cost.toml": "what a run costs on one machine",
    },
}
"""Files on each page of ``docs/parameters``, and what each holds."""

_MODEL = tuple(page for page in PAGES if page != "program")
_FOLDERS = {
    module.__name__.rpartition(".")[2]: Path(str(module.__file__)).parent for module in (abm, scenarios, thermal)
}


@cache
def _read(file: str) -> dict[str, Parameter]:
    folder, _, name = file.partition("/")
    return Parameters.load(_FOLDERS[folder] / name).entries


def parameters(page: str) -> str:
    """Give every number of the files of a page, a table for each file."""
    return "\n\n".join(_file(file) for file in PAGES[page])


def _file(file: str) -> str:
    entries = _read(file)
    rows = (
        [
            code(key), f"{entry.value:g}", plain(entry.unit), _range(entry), entry.evidence, plain(entry.meaning),
            plain(entry.source),
        ]
        for key, entry in entries.items()
    )  # fmt: skip
    head = ["name", "value", "unit", "range", "evidence", "meaning", "source"]
    return f"## `{file}`\n\n{_counted(entries.values())}\n\n{sourced(head, rows)}"


def _range(entry: Parameter) -> str:
    return "fixed" if entry.low == entry.high else f"{entry.low:g} to {entry.high:g}"


def _counted(entries: Iterable[Parameter]) -> str:
    count = Counter(entry.evidence for entry in entries)
    parts = [f"{count[evidence]} {evidence}" for evidence in _ORDER if count[evidence]]
    return f"{count.total()} numbers: {', '.join(parts)}."


_ORDER = ("measured", "derived", "calibrated", "recalled", "assumed")
"""From the best known to the least."""


def evidence() -> str:
    """Count how many numbers of each file are known how well, and of the whole model."""
    if set(_ORDER) != set(EVIDENCE):
        raise LookupError(f"kinds of evidence are {EVIDENCE}")
    _all_files_are_here()
    rows = [
        [code(file), holds, str(len(_read(file))), *_shares(_read(file).values())]
        for files in PAGES.values()
        for file, holds in files.items()
    ]
    model = [entry for page in _MODEL for file in PAGES[page] for entry in _read(file).values()]
    rows.append(["**the model**", " ", f"**{len(model)}**", *(f"**{text}**" for text in _shares(model))])
    count = Counter(entry.evidence for entry in model)
    facts = count["measured"] + count["derived"]
    said = (
        f"Of the {len(model)} numbers of the model {facts} ({_percent(facts, model)}) are measured or derived from "
        f"measured ones, {count['calibrated']} are calibrated, and {count['recalled'] + count['assumed']} "
        f"({_percent(count['recalled'] + count['assumed'], model)}) are recalled or assumed. "
        "(The last two rows of files are bounds and costs of the program, and are not counted as numbers of the model.)"
    )
    return f"{said}\n\n{table(['file', 'what it holds', 'numbers', *_ORDER], rows)}"


def _percent(part: int, whole: Sized) -> str:
    return f"{100 * part / len(whole):.0f} %"


def _shares(entries: Iterable[Parameter]) -> list[str]:
    count = Counter(entry.evidence for entry in entries)
    return [str(count[evidence]) for evidence in _ORDER]


def _all_files_are_here() -> None:
    """Make sure that no file of numbers is left out."""
    listed = {file for files in PAGES.values() for file in files}
    for folder, path in _FOLDERS.items():
        for found in path.rglob("*.toml"):
            file = f"{folder}/{found.relative_to(path).as_posix()}"
            if file not in listed and 'evidence = "' in found.read_text(encoding="utf-8"):
                raise LookupError(f"docs/generate/parameters.py: put {file} on a page")


def page_of(key: str) -> str:
    """Name the page that holds a number of the healing model, as a link from a page of ``docs/model``."""
    for page, files in PAGES.items():
        if any(file.startswith("abm/") and key in _read(file) for file in files):
            return f"../parameters/{page}.md"
    raise LookupError(f"no page holds {key}")


def mechanisms() -> str:
    """List what a scenario can switch off, and the numbers that are then 0."""
    from mendsim.abm.mechanisms import load_mechanisms

    found = load_mechanisms().items()
    rows = ([code(name), plain(about.meaning), ", ".join(code(key) for key in about.zero)] for name, about in found)
    return table(["mechanism", "without it", "set to 0"], rows)


def processes() -> str:
    """Tell which law of damage each process of the injury follows, and why."""
    path = _FOLDERS["thermal"] / "damage_processes.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8")).items()
    rows = (
        [
            code(name),
            code(about["set"]) if "set" in about else f"that of {code(about['process'])}",
            plain(about["reason"]),
        ]
        for name, about in found
    )
    return table(["process", "law", "why"], rows)
