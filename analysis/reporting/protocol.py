"""Who was treated and how: patient, sample, events in the units of the clinic, and where each value comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel

from mendsim.analysis import store
from mendsim.analysis.reporting.blocks import Block, Facts, Folded, Heading, Prose, Section, Table
from mendsim.analysis.reporting.numbers import table
from mendsim.analysis.reporting.origins import DEFAULT, Origins, event_table, meaning
from mendsim.scenarios import schema
from mendsim.scenarios.problems import file_keys

_PARTS: tuple[tuple[str, tuple[str, ...], type[BaseModel]], ...] = (
    ("patient", ("patient",), schema.Patient),
    ("sample", ("lattice",), schema.Sample),
    ("time", (), schema.Scenario),
    ("what is kept", ("save",), schema.Save),
)
"""Parts of a scenario, the keys of their tables and their models."""
_TIME = ("follow_up", "step", "without")
"""Keys of a scenario itself that are settings of a run."""
_IN_SHORT = (
    *("pulse_energy", "density", "passes", "concentration", "volume", "temperature", "contact"),
    *("diameter", "width", "depth", "duration"),
)
"""Settings that a line on an event gives."""
_ORIGINS = (
    "Origin: a file is the scenario that comes with mendsim and says so; 'this run' is a value that differs from it (in"
    " brackets what it says), or that no scenario of mendsim holds."
)
_HEAD = ("of", "setting", "value", "origin", "meaning")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value of a scenario: what it is of, its name, value, origin and meaning, as they are printed."""

    part: str
    name: str
    value: str
    origin: str
    meaning: str


def protocol(run: xr.DataTree) -> Section:
    """Set out the protocol of a run."""
    about = store.scenario(run)
    blocks: list[Block] = []
    if about.get("description"):
        blocks.append(Prose(paragraphs=[" ".join(str(about["description"]).split())]))
    blocks.append(summary(about))
    every = settings(about)
    left = [each for each in every if each.origin == DEFAULT]
    if chosen := [each for each in every if each.origin != DEFAULT]:
        blocks += [Prose(paragraphs=[_ORIGINS]), _table("Settings that were chosen, and where they stand", chosen)]
    if left:
        listed = _table("Settings that were left at their defaults", left)
        blocks.append(Folded(title=f"{len(left)} settings were left at their defaults", blocks=[listed]))
    if given := delivered(run):
        blocks += [Heading(title="What the sessions did to the skin", name="sessions"), given]
    return Section(name="protocol", title="Protocol", blocks=blocks)


def _table(caption: str, every: Sequence[Setting]) -> Table:
    starts = [at for at, each in enumerate(every) if at == 0 or each.part != every[at - 1].part]
    rows = [(each.part, each.name, each.value, each.origin, each.meaning) for each in every]
    return Table(caption=caption, head=_HEAD, rows=rows, breaks=frozenset(starts))


def summary(about: Mapping[str, Any]) -> Facts:
    """Say in a few facts who was treated, how, and for how long."""
    patient, lattice = about.get("patient", {}), about.get("lattice", {})
    skin = [str(patient[key]).replace("_", " ") for key in ("site", "initial_state") if key in patient]
    skin += [f"phototype {patient['phototype']}"] if "phototype" in patient else []
    skin += ["excised"] if patient.get("excised") else []
    skin += [f"scar {written(patient[key])} {what}" for key, what in _SCAR if key in patient]
    facts = [("skin", ", ".join(skin))]
    if lattice:
        size = " \N{MULTIPLICATION SIGN} ".join(
            f"{written(lattice[key])} {what}" for key, what in _SIZE if key in lattice
        )
        facts.append(("sample", f"{size} ({'a block' if 'length' in lattice else 'a section one site thick'})"))
    facts += [(event.about, event.line) for event in events(about)] or [("events", "none: the skin is left alone")]
    if "follow_up" in about:
        step = f", in steps of {about['step']}" if "step" in about else ""
        facts.append(("follow-up", f"{written(about['follow_up'], 'follow_up')}{step}"))
    if about.get("without"):
        facts.append(("switched off", written(about["without"])))
    facts.append(("settings from", "; ".join(map(str, about.get("sources", ())))))
    return Facts(facts=[(name, value) for name, value in facts if value])


_SCAR = (("scar_depth", "deep"), ("scar_width", "wide"))
_SIZE = (("width", "wide"), ("depth", "deep"), ("length", "long"))


@dataclass(frozen=True, kw_only=True)
class Events:
    """Events of a scenario that are the same but for their time.

    Parameters
    ----------
    places : of the events in the scenario.
    values : of the first of them.
    times : of all, as they are printed.
    """

    places: tuple[int, ...]
    values: Mapping[str, Any]
    times: tuple[str, ...]

    @property
    def about(self) -> str:
        """Kind and times, in a few words."""
        kind = str(self.values.get("kind", "event")).replace("_", " ")
        return f"{kind}, {listed(self.times)}"

    @property
    def line(self) -> str:
        """What was done, in a line."""
        names = [str(self.values[key]) for key in ("device", "drug", "treatment") if key in self.values]
        told = [f"{key.replace('_', ' ')} {written(self.values[key], key)}" for key in _IN_SHORT if key in self.values]
        return ", ".join([*names, *told, *(["sham: the laser is off"] if self.values.get("sham") else [])])


def events(about: Mapping[str, Any]) -> list[Events]:
    """Gather the events of a scenario that are the same but for their time."""
    groups: dict[str, list[int]] = {}
    every = about.get("events", [])
    for place, event in enumerate(every):
        rest = json.dumps({key: value for key, value in event.items() if key != "at"}, sort_keys=True)
        groups.setdefault(rest, []).append(place)
    return [
        Events(
            places=tuple(places),
            values=every[places[0]],
            times=tuple(in_days(every[at].get("at", "")) for at in places),
        )
        for places in groups.values()
    ]


def listed(names: Sequence[str]) -> str:
    """List names with a last 'and'; days are called so once."""
    if all(name.startswith("day ") for name in names) and len(names) > 1:
        names = [names[0], *(name.removeprefix("day ") for name in names[1:])]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def in_days(text: object) -> str:
    """Write a time of a scenario in days, where it is a time in hours."""
    amount, _, unit = str(text).partition(" ")
    try:
        hours = float(amount)
    except ValueError:
        return str(text)
    if unit != "h":
        return str(text)
    return f"{hours:g} h" if 0 < hours < store.HOURS_PER_DAY else f"day {hours / store.HOURS_PER_DAY:g}"


def settings(about: Mapping[str, Any]) -> list[Setting]:
    """List every setting of a scenario that has a bearing on its run."""
    origins = Origins.of(about)
    found: list[Setting] = []
    for part, keys, model in _PARTS:
        values = {key: about[key] for key in _TIME if key in about} if not keys else about.get(keys[0], {})
        found += _settings(origins, part, keys, values, model)
    for group in events(about):
        times = {"at": [about["events"][place].get("at") for place in group.places]}
        model, keys = event_table(group.values), ("events", str(group.places[0]))
        values = {key: value for key, value in group.values.items() if key not in ("kind", "at")}
        at = _setting(origins, group.about, (*keys, "at"), group.values.get("at"), model)
        found.append(replace(at, value=written(times["at"], "at")))
        found += _settings(origins, group.about, keys, values, model)
    for own, model in (("drugs", schema.DrugTable), ("devices", schema.DeviceTable)):
        for name, values in about.get(own, {}).items():
            found += _settings(origins, f"{own.removesuffix('s')} {name}", (own, name), values, model)
    return found


def _settings(
    origins: Origins, part: str, keys: tuple[str, ...], values: Mapping[str, Any], model: type[BaseModel]
) -> list[Setting]:
    """List the settings of a table, in the order of its model."""
    order = file_keys(model)
    names = sorted(values, key=lambda name: order.index(name) if name in order else len(order))
    return [_setting(origins, part, (*keys, name), values[name], model) for name in names]


def _setting(origins: Origins, part: str, keys: tuple[str, ...], value: object, model: type[BaseModel]) -> Setting:
    key = keys[-1]
    return Setting(
        part=part,
        name=key.replace("_", " "),
        value=written(value, key),
        origin=origins.told(keys, value, model),
        meaning=meaning(model, key),
    )


def written(value: object, key: str = "") -> str:
    """Write a value of a scenario as a clinic does."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(written(item, key) for item in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {written(item)}" for name, item in value.items()) or "none"
    text = str(value)
    if key in ("at", "snapshots", "states", "follow_up", "duration"):
        days = in_days(text)
        text = f"{days.removeprefix('day ')} d" if days.startswith("day ") else days
    text = re.sub(r"\bum\b", "µm", text).replace("1/cm^2", "per cm²").replace("/cm^2", " per cm²")
    return text.replace("^2", "²").replace("ug/", "µg/").replace("uL", "µL").replace("degC", "°C")


def delivered(run: xr.DataTree) -> Table | None:
    """Measure what each injury of a run is in the skin: zones, shares, temperatures; None if there was none."""
    sessions = store.session_days(run)
    if not len(sessions):
        return None
    records = json.loads(run["injury"].attrs.get("record", "[]"))
    maps = run["injury"].to_dataset()
    zones = run["zones"].to_dataset() if "zones" in run.children else None
    rows = []
    for place, (day, cause) in enumerate(zip(sessions, store.causes(run), strict=True)):
        record = records[place] if place < len(records) else {}
        row: dict[str, object] = {"injury": f"{cause}, {store.day_label(float(day))}"}
        row["surface above dead keratinocytes [%]"] = 100.0 * record.get("treated_fraction", np.nan)
        row["distance of neighbours [µm]"] = record.get("pitch_um", np.nan)
        if zones is not None:
            here = zones.isel(zone=zones["session_index"].to_numpy() == place)
            row["zones in the sample"] = here.sizes["zone"]
            for name in ("channel_depth_um", "channel_width_um", "coagulation_depth_um", "coagulation_width_um"):
                mean = float(here[name].mean()) if here.sizes["zone"] else np.nan
                row[f"{name.removesuffix('_um').replace('_', ' ')} [µm]"] = mean
        if "peak_temperature" in maps:
            hottest = maps["peak_temperature"].isel(session=place).to_numpy()
            row["highest temperature [°C]"] = float(np.nanmax(hottest)) if np.isfinite(hottest).any() else np.nan
        passes = record.get("passes", [])
        row["between zones at the end [°C]"] = passes[-1].get("between_c", np.nan) if passes else np.nan
        rows.append(row)
    frame = pd.DataFrame(rows).dropna(axis="columns", how="all")
    return table(frame, "What each injury did: sizes are means over the zones of the sample")
