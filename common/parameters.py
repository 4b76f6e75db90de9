"""Parameter files: every number with its unit, range, source and evidence."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mendsim.common.errors import InputError, choices

EVIDENCE = ("measured", "derived", "calibrated", "assumed", "recalled")
"""How well a number is known. A calibrated one names its target in the source."""

_FIELDS = {"value", "unit", "low", "high", "source", "evidence", "meaning"}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number and where it comes from."""

    value: float
    unit: str
    low: float
    high: float
    source: str
    evidence: str
    meaning: str
    origin: str
    """The file or override that set the value."""


class Parameters(Mapping[str, float]):
    """An immutable table of parameters, read as ``p["fibroblast.speed_um_per_h"]``."""

    def __init__(self, entries: Mapping[str, Parameter]):
        self.entries = dict(entries)

    @classmethod
    def load(cls, path: str | Path) -> Parameters:
        """Read a TOML file of ``[group.name]`` tables with value, unit, low, high, source, evidence, meaning."""
        path = Path(path)
        with path.open("rb") as stream:
            data = tomllib.load(stream)
        entries = {}
        for group, names in data.items():
            for name, fields in names.items():
                key = f"{group}.{name}"
                if missing := _FIELDS ^ fields.keys():
                    raise InputError(
                        "missing or unknown fields",
                        file=path.name,
                        key=key,
                        value=sorted(missing),
                        allowed=choices(sorted(_FIELDS)),
                    )
                entries[key] = _checked(key, Parameter(**fields, origin=path.name), path.name)
        return cls(entries)

    @classmethod
    def load_all(cls, folder: Path, names: Iterable[str]) -> Parameters:
        """Read several files of one folder into one table."""
        entries: dict[str, Parameter] = {}
        for name in names:
            entries |= cls.load(folder / name).entries
        return cls(entries)

    def __getitem__(self, key: str) -> float:
        try:
            return self.entries[key].value
        except KeyError:
            raise InputError("unknown parameter", key=key, allowed=choices(_nearest(key, self.entries))) from None

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def group(self, name: str) -> dict[str, float]:
        """All values of one group, keyed by bare name."""
        prefix = name + "."
        return {key.removeprefix(prefix): entry.value for key, entry in self.entries.items() if key.startswith(prefix)}

    def with_overrides(self, values: Mapping[str, object], *, origin: str) -> Parameters:
        """Copy the table with some values replaced; each must lie in the parameter's own range."""
        entries = dict(self.entries)
        for key, value in values.items():
            if key not in entries:
                raise InputError(
                    "unknown parameter", file=origin, key=key, value=value, allowed=choices(_nearest(key, entries))
                )
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise InputError(
                    "a parameter is a number",
                    file=origin,
                    key=key,
                    value=value,
                    allowed=f"a number in {entries[key].unit}",
                )
            entries[key] = _checked(key, replace(entries[key], value=_as_float(value), origin=origin), origin)
        return Parameters(entries)

    def with_zeros(self, keys: Iterable[str], *, origin: str) -> Parameters:
        """Copy the table with some values set to 0, whatever their range: something is switched off, not varied."""
        entries = dict(self.entries)
        for key in keys:
            entries[key] = replace(entries[key], value=0.0, origin=origin)
        return Parameters(entries)

    def to_dict(self) -> dict[str, dict[str, object]]:
        """Every value with its provenance, ready for JSON."""
        return {key: dict(vars(entry)) for key, entry in self.entries.items()}


def _checked(key: str, entry: Parameter, origin: str) -> Parameter:
    if entry.evidence not in EVIDENCE:
        raise InputError("unknown evidence", file=origin, key=key, value=entry.evidence, allowed=choices(EVIDENCE))
    if not entry.low <= entry.value <= entry.high:
        raise InputError(
            "parameter out of range",
            file=origin,
            key=key,
            value=entry.value,
            allowed=f"{entry.low:g} to {entry.high:g} {entry.unit}",
        )
    return entry


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf if value > 0 else -math.inf


def _nearest(key: str, keys: Mapping[str, object]) -> list[str]:
    import difflib

    return difflib.get_close_matches(key, keys, n=3, cutoff=0.0)
