"""How quantities and factors are called on axes: words in place of names of the store, units as they are printed."""

from __future__ import annotations

import re

from mendsim.analysis import store

_ABBREVIATIONS = {
    r"\btgf beta1\b": "TGF-β1",
    r"\btimp1\b": "TIMP-1",
    r"\bmicrobial load log10 cfu per cm2\b": "log₁₀ of CFU/cm²",
    r"\bt cell\b": "T cell",
    r"\bcollagen 1\b": "collagen I",
    r"\bcollagen 3\b": "collagen III",
    r"\boedema\b": "swelling",
    r"\berythema\b": "redness",
    r"\breepithelialised\b": "re-epithelialised",
}
_CAPITALS = re.compile(r"\b(mmp9|vegf|pdgf|hsp70|hsp47|cd8|cfu|mend)\b")
_EVENT = re.compile(r"events\.(\d+|\*)\.(.+)")


def words(name: str, unit: str = "") -> str:
    """Write the name of a quantity as words, without the unit that it ends in.

    Parameters
    ----------
    name : as in a store or a table, such as ``tgf_beta1_ng_per_ml``.
    unit : as in a store, such as ``ng/mL``.
    """
    first, *others = unit.lower().split("/")
    ending = "_per_".join(["_" + first if first != "1" else "", "_".join(others)]) if others else f"_{first}"
    text = name.removesuffix(ending) if unit not in ("", "1") else name
    text = text.replace("_", " ").strip()
    for pattern, written in _ABBREVIATIONS.items():
        text = re.sub(pattern, written, text)
    return _CAPITALS.sub(lambda found: found[0].upper(), text)


def with_unit(text: str, unit: str) -> str:
    """Add a unit of the store to a name, in the way it is printed; a pure number has none."""
    printed = store.pretty_unit(unit)
    return f"{text} [{printed}]" if printed else text


def series_label(name: str, unit: str) -> str:
    """Label of the axis of a time series."""
    return with_unit(words(name, unit), unit)


def field_label(name: str) -> str:
    """Label of the axis of a field of the store."""
    from mendsim.abm.observables import FIELDS  # imports the model, which takes its time

    return with_unit(words(name), FIELDS[name].unit)


def column_label(name: str, unit: str = "") -> str:
    """Label of a column of a table: an end point, a time series at its end, a factor, or anything else."""
    from mendsim.abm.observables import OBSERVABLES
    from mendsim.analysis import endpoints

    known = endpoints.registered()
    if name in known:
        return with_unit(known[name].label, known[name].unit)
    if name in OBSERVABLES:
        return series_label(name, OBSERVABLES[name].unit)
    return with_unit(factor_words(name, unit), unit)


def factor_words(name: str, unit: str = "") -> str:
    """Write the dotted key of a factor as words: its last part, and which event it is of."""
    event = _EVENT.fullmatch(name)
    if event:
        return words(event[2], unit) + ("" if event[1] in ("0", "*") else f", event {event[1]}")
    return words(name.rpartition(".")[2], unit)
