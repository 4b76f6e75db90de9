"""The page of a comparison: what differs, what came out of it, and which differences are more than noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from mendsim.analysis import store
from mendsim.analysis.comparison_files import SavedComparison
from mendsim.analysis.comparison_words import difference_text, is_same, mean_text
from mendsim.analysis.paired import CONFIDENCE
from mendsim.analysis.paired_tests import FALSE_DISCOVERY_RATE
from mendsim.analysis.replicate_comparison import NOT_KNOWN, ReplicateComparison
from mendsim.analysis.replicates import EndPoint
from mendsim.analysis.reporting.blocks import Block, Facts, Folded, Heading, Page, Prose, Row, Section, Table
from mendsim.analysis.reporting.compared_figures import compared_courses, differences, kept_sections
from mendsim.analysis.reporting.limits import limits
from mendsim.analysis.reporting.numbers import NOTHING, csv, number
from mendsim.analysis.reporting.protocol import events, summary, written
from mendsim.analysis.reporting.provenance import scenario_file
from mendsim.analysis.reporting.references import references
from mendsim.common.errors import InputError
from mendsim.scenarios.store import is_store

_YES = "yes"
_TOLD_APART = ("name", "title", "description", "sources", "control")
"""Keys that say what a scenario is for and change nothing in the run."""
_PAIRED = (
    "Every scenario was run with the same seeds, and runs with the same seed share their random numbers: differences"
    " are taken seed by seed. Intervals hold the mean with {confidence:.0f} % by Student's t."
)
_NOISE = (
    "'More than noise' is yes where the p of the paired test, adjusted together with all {tests} tests of this"
    " comparison (Benjamini and Hochberg), is at most {rate:g}: of all yes, at most {percent:.0f} % are expected to be"
    " false. It says that runs differ by more than their seeds make them, not that skin does, and with enough runs"
    " every small difference gets a yes: look at its size."
)
_ALONE = "One run of each scenario: there are no intervals, and what is more than noise is not known."


def comparison_page(saved: SavedComparison) -> Page:
    """Set out a comparison."""
    compared = saved.comparison
    applies = [each.name for each in compared.end_points if _applies(each, compared)]
    reference = saved.scenarios[0]
    kept = _kept(saved)
    sections = (
        _protocols(saved),
        _outcomes(saved),
        kept_sections(kept),
        compared_courses(saved),
        limits(reference.scenario, applies),
        _provenance(saved),
        references(kept, [each.scenario for each in saved.scenarios]),
    )
    count, others = len(compared.seeds), saved.scenarios[1:]
    return Page(
        title=f"{others[0].title if len(others) == 1 else f'{len(others)} scenarios'} against {reference.title}",
        subtitle="Report of a comparison of simulated runs",
        about=f"{len(saved.scenarios)} scenarios, {count} {'runs' if count > 1 else 'run'} of each, simulated with"
        f" mendsim {saved.mendsim_version}. All numbers come from a computer model.",
        sections=sections,
    )


def _kept(saved: SavedComparison) -> list[xr.DataTree]:
    """Open one run of each scenario, as far as they are still kept."""
    found = []
    for scenario in saved.scenarios:
        places = [run.store for run in scenario.runs if run.store is not None and is_store(Path(run.store))]
        with suppress(InputError):  # a kept run that is damaged is no fault of the comparison
            found += [store.open_run(places[0])] if places else []
    return found


def _applies(each: EndPoint, compared: ReplicateComparison) -> bool:
    return bool((compared.table.loc[compared.table["end_point"] == each.name, "applies"] > 0).any())


def _protocols(saved: SavedComparison) -> Section:
    blocks: list[Block] = [_differing(saved)]
    for each in saved.scenarios:
        reference = " (reference)" if each.name == saved.comparison.reference else ""
        description = " ".join(str(each.scenario.get("description", "")).split())
        blocks.append(Heading(title=f"{each.name}{reference}: {each.title}"))
        blocks += [Prose(paragraphs=[description])] if description else []
        blocks += [summary(each.scenario), scenario_file(each.scenario)]
    return Section(name="protocol", title="Protocols", blocks=blocks)


def _differing(saved: SavedComparison) -> Block:
    """Set out the settings that are not the same in all scenarios."""
    every = [each.scenario for each in saved.scenarios]
    flat = [dict(_leaves({key: value for key, value in each.items() if key != "events"})) for each in every]
    rows = _differing_rows(flat, "")
    for place in range(max(len(each.get("events", [])) for each in every)):
        there = [each["events"][place] if place < len(each.get("events", [])) else {} for each in every]
        if len({event.get("kind") for event in there}) > 1:
            rows.append((f"event {place + 1}", *(_in_a_line(event) for event in there)))
        else:
            rows += _differing_rows([dict(_leaves(event)) for event in there], f"event {place + 1}: ")
    if not rows:
        return Prose(paragraphs=["The scenarios have the same settings."])
    head = ("setting", *(each.name for each in saved.scenarios))
    return Table(caption="Settings in which the scenarios differ; a dash: not set", head=head, rows=rows)


def _differing_rows(flat: Sequence[Mapping[str, Any]], part: str) -> list[Row]:
    rows: list[Row] = []
    for key in dict.fromkeys(key for values in flat for key in values if key not in _TOLD_APART):
        values = [each.get(key) for each in flat]
        if any(value != values[0] for value in values):
            last = key.rpartition(".")[2]
            cells = (NOTHING if value is None else written(value, last) for value in values)
            rows.append((f"{part}{key.replace('_', ' ')}", *cells))
    return rows


def _in_a_line(event: Mapping[str, Any]) -> str:
    if not event:
        return NOTHING
    found = events({"events": [event]})[0]
    return f"{found.about}: {found.line}"


def _leaves(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through what is in a scenario, by dotted key; items of lists of tables have numbers."""
    items: Sequence[tuple[object, Any]] = list(values.items() if isinstance(values, Mapping) else enumerate(values))
    for key, value in items:
        tables = isinstance(value, list) and value and isinstance(value[0], Mapping)
        if isinstance(value, Mapping) or tables:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _outcomes(saved: SavedComparison) -> Section:
    compared = saved.comparison
    same = [each for each in compared.end_points if is_same(each, compared)]
    shown = [each for each in compared.end_points if each not in same and _applies(each, compared)]
    said = [_PAIRED.format(confidence=100 * CONFIDENCE)]
    if len(compared.seeds) > 1:
        tests = int(compared.table["p"].notna().sum())
        said.append(_NOISE.format(tests=tests, rate=FALSE_DISCOVERY_RATE, percent=100 * FALSE_DISCOVERY_RATE))
    else:
        said.append(_ALONE)
    blocks: list[Block] = [Prose(paragraphs=[*_verdicts(compared, shown), *said])]
    if picture := differences(saved, [each.name for each in shown]):
        blocks.append(picture)
    if shown:
        blocks += [_table(compared, shown), _definitions([*shown, *same])]
    if same:
        names = ", ".join(each.label for each in same)
        blocks.append(Prose(paragraphs=[f"The same in every scenario, seed by seed, or applying to none: {names}."]))
    return Section(name="outcomes", title="Outcomes", blocks=blocks)


def _verdicts(compared: ReplicateComparison, shown: Sequence[EndPoint]) -> list[str]:
    """Say in a sentence for each scenario how many end points differ from the reference by more than noise."""
    if len(compared.seeds) < 2:
        return []
    names = [each.name for each in shown]
    table = compared.table[compared.table["end_point"].isin(names)]
    told = []
    for scenario in compared.scenarios[1:]:
        rows = table[table["scenario"] == scenario]
        differ = rows[rows["more_than_noise"] == _YES]
        unknown = int((rows["more_than_noise"] == NOT_KNOWN).sum())
        rest = f"; {unknown} more do not apply, or did not happen, in every run of both" if unknown else ""
        told.append(
            f"{scenario} differs from {compared.reference} by more than noise in {len(differ)} of"
            f" {len(rows) - unknown} end points{rest}."
        )
    return told


def _table(compared: ReplicateComparison, shown: Sequence[EndPoint]) -> Table:
    rows: list[Row] = []
    breaks = set()
    for each in shown:
        breaks.add(len(rows))
        for _, row in compared.table[compared.table["end_point"] == each.name].iterrows():
            unit = f" [{each.unit}]" if each.unit else ""
            noise = str(row["more_than_noise"]).replace(NOT_KNOWN, "not known")
            cells = (mean_text(row), difference_text(row), _p(row["adjusted_p"]), noise)
            rows.append((f"{each.label}{unit}", str(row["scenario"]), *(_true_minus(cell) for cell in cells)))
    return Table(
        caption=f"End points that differ, with their difference from {compared.reference}",
        head=("end point", "scenario", "mean", "difference", "adjusted p", "more than noise"),
        rows=rows,
        numbers=frozenset((2, 3, 4)),
        breaks=frozenset(breaks),
        data=csv(compared.table, "comparison.csv"),
    )


def _p(value: float) -> str:
    if pd.isna(value):
        return ""
    return "< 0.001" if value < 1e-3 else number(float(value), 2)


def _true_minus(text: str) -> str:
    return NOTHING if text == NOT_KNOWN else text.replace("-", "\N{MINUS SIGN}")


def _definitions(each: Sequence[EndPoint]) -> Folded:
    rows = [(one.label, one.unit, one.definition, one.name) for one in each]
    head = ("end point", "unit", "how it is measured", "name")
    return Folded(title="How each end point is measured", blocks=[Table(caption="End points", head=head, rows=rows)])


def _provenance(saved: SavedComparison) -> Section:
    facts = [
        ("mendsim", saved.mendsim_version),
        ("made", saved.created),
        ("seeds", ", ".join(map(str, saved.comparison.seeds))),
        ("reference", saved.comparison.reference),
    ]
    rows = [(each.name, str(run.seed), run.content_hash) for each in saved.scenarios for run in each.runs]
    blocks: list[Block] = [
        Prose(paragraphs=["The same scenario, seed and version give the same numbers on any number of threads."]),
        Facts(facts=facts),
        Table(
            caption="Runs behind the comparison",
            head=("scenario", "seed", "content hash"),
            rows=rows,
            numbers=frozenset((1,)),
            data=csv(saved.comparison.replicates, "replicates.csv"),
        ),
    ]
    return Section(name="provenance", title="Provenance", blocks=blocks)
