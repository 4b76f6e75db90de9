"""What the model is not, what a section gets wrong, and which published results near the outcomes it misses."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mendsim.analysis.endpoints import registered
from mendsim.analysis.reporting.blocks import Block, Heading, Points, Prose, Section, Table
from mendsim.analysis.validation import Question, questions
from mendsim.common.targets import Target
from mendsim.thermal import load_parameters
from mendsim.thermal.device import Device, device_names

_HOME = "endpoints_"
_HAIR = frozenset(("R24", "R25", "R26", "R32"))
"""Rows that say nothing about skin without hair that matters."""
_HIT = (
    "Of {asked} published results that concern what this page reports, the model misses {missed}"
    " (mendsim validate judges them; the figures are those of the version that made this page)."
)


def limits(scenario: Mapping[str, Any], end_points: Iterable[str]) -> Section:
    """Say how far a run is to be trusted.

    Parameters
    ----------
    scenario : of the run, as its store keeps it.
    end_points : names of those that apply to it.
    """
    kinds = {"always", "block" if scenario.get("lattice", {}).get("length") else "section"}
    patient = scenario.get("patient", {})
    kinds |= {"excised"} if patient.get("excised") else set()
    points = [(each["about"], each["text"]) for each in _data()["limits"] if each["when"] in kinds]
    rows = rows_of(end_points) - (frozenset() if patient.get("site") == "scalp" else _HAIR)
    asked = near(rows, wavelengths_nm(scenario))
    missed = [each for each in asked if each.missed_because]
    blocks: list[Block] = [Points(points=points)]
    if asked:
        blocks += [
            Heading(title="Published results that the model misses", name="missed"),
            Prose(paragraphs=[_HIT.format(asked=len(asked), missed=len(missed))]),
        ]
    if missed:
        blocks.append(_table(missed))
    return Section(name="limits", title="Limits of the model", blocks=blocks)


def rows_of(end_points: Iterable[str]) -> frozenset[str]:
    """Rows of the mechanisms that end points speak of, by the part of the model that they are measured in."""
    known, rows = registered(), _data()["rows"]
    homes = {
        known[name].measure.__module__.rpartition(".")[2].removeprefix(_HOME) for name in end_points if name in known
    }
    return frozenset(row for home in homes for row in rows[home])


def wavelengths_nm(scenario: Mapping[str, Any]) -> set[float]:
    """Wavelengths of the lasers that are fired in a scenario."""
    found, known = set(), load_parameters()
    for event in scenario.get("events", []):
        name = event.get("device")
        if event.get("kind") != "laser" or event.get("sham"):
            continue
        if name in scenario.get("devices", {}):
            found.add(float(str(scenario["devices"][name]["wavelength"]).split()[0]))
        elif name in device_names(known):
            found.add(Device.of(str(name), known).wavelength_nm)
    return found


def near(rows: Collection[str], wavelengths: Collection[float]) -> list[Question]:
    """Questions that targets ask of rows of the mechanisms, and of zones of lasers of some wavelengths [nm]."""
    named = [f"{wavelength:,.0f} nm" for wavelength in wavelengths]
    return [
        each
        for each in questions().values()
        if set(each.target.mechanism.split()) & set(rows)
        or (each.zones and any(name in each.target.condition for name in named))
    ]


def _table(missed: Iterable[Question]) -> Table:
    return Table(
        caption="Missed, and why as far as it is known",
        head=("target", "result", "published", "why it is missed"),
        rows=[
            (
                each.target.id,
                f"{each.target.quantity} ({each.target.condition})",
                f"{_said(each.target)} {_unit(each.target)}".rstrip(),
                each.missed_because,
            )
            for each in missed
        ],
    )


def _said(target: Target) -> str:
    words = target.said.replace(">=", "≥").replace("<=", "≤")
    ranged = re.sub(r"(?<=\d)-(?=-?\d)", "\N{EN DASH}", words)
    return ranged.replace("-", "\N{MINUS SIGN}")


def _unit(target: Target) -> str:
    return "" if target.unit in ("ratio", "direction") else target.unit.replace("percent", "%")


@cache
def _data() -> dict[str, Any]:
    with (Path(__file__).parent / "limits.toml").open("rb") as stream:
        return tomllib.load(stream)
