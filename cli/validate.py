"""``mendsim validate``: run what published targets ask for, and set them beside the model."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mendsim import analysis, scenarios
from mendsim.analysis.validation import Question, Setting, Verdict, chosen, judge
from mendsim.cli import kept_runs
from mendsim.cli.tables import TO_STANDARD_OUTPUT, aligned, check_file, write_csv
from mendsim.scenarios.loading import validation_file
from mendsim.scenarios.runner import cores

if TYPE_CHECKING:
    import pandas as pd

Stores = dict[Setting, list[Path]]
"""The kept runs of each setting, one for each seed."""
_HEADINGS = ("id", "quantity", "unit", "model", "range", "target", "error", "status")


def run_validate(ids: Sequence[str], *, seeds: int, workers: int | None, csv: str | None) -> None:
    """Judge targets and print them.

    Parameters
    ----------
    ids : targets; every one that can be judged if none is named.
    seeds : runs of each setting, with the seeds 1, 2, ...
    workers : runs at a time; every core if not given.
    csv : file for the table; ``-`` for standard output.

    Raises
    ------
    InputError : an unknown target, or a file that cannot be written.
    """
    asked = chosen(ids)
    if csv not in (None, TO_STANDARD_OUTPUT):
        check_file(str(csv), "--csv")
    began = time.perf_counter()
    with kept_runs.folder() as place:
        stores, new = provide(asked, seeds=seeds, workers=workers or cores(), place=place)
        verdicts = [_judged(question, stores) for question in asked]
    if csv != TO_STANDARD_OUTPUT:
        print(report(verdicts))
        count = sum(len(paths) for paths in stores.values())
        print(f"\n{count} runs, {new} of them new; {time.perf_counter() - began:.0f} s")
    if csv is not None:
        write_csv(table(verdicts), csv)


def provide(asked: Sequence[Question], *, seeds: int, workers: int, place: Path) -> tuple[Stores, int]:
    """Find the runs that questions need, and make those that are not kept; return them and how many are new."""
    settings = list(dict.fromkeys(setting for question in asked for setting in question.needs))
    jobs = {(setting, seed): (_scenario(setting), seed) for setting in settings for seed in range(1, seeds + 1)}
    found, new = kept_runs.provide(jobs, workers=workers, place=place, label="validate")
    stores: Stores = {setting: [] for setting in settings}
    for (setting, _), path in found.items():
        stores[setting].append(path)
    return stores, new


def _scenario(setting: Setting) -> scenarios.Scenario:
    scenario = scenarios.load(validation_file(setting.scenario))
    return scenario.with_values(dict(setting.values), origin="validation.toml") if setting.values else scenario


def _judged(question: Question, stores: Stores) -> Verdict:
    runs = {setting: [analysis.open_run(path) for path in stores[setting]] for setting in question.needs}
    return judge(question, runs)


def report(verdicts: Sequence[Verdict]) -> str:
    """Write the scoreboard: a row for each target, then why some are not hit and what is assumed, then the count."""
    rows = [_row(verdict) for verdict in verdicts]
    reasons = _grouped((f"{each.status}: {each.reason}", each) for each in verdicts if each.reason)
    assumed = _grouped((f"assumed: {each.question.assumed}", each) for each in verdicts if each.question.assumed)
    counts = {status: sum(each.status == status for each in verdicts) for status in ("hit", "missed", "not modelled")}
    blocks = [
        aligned(_HEADINGS, rows, texts=3),
        *("\n".join(lines) for lines in (reasons, assumed) if lines),
        ", ".join(f"{count} {status}" for status, count in counts.items()),
    ]
    return "\n\n".join(blocks)


def _grouped(told: Iterable[tuple[str, Verdict]]) -> list[str]:
    """Say each thing once, after the ids of all the targets that it is true of."""
    ids: dict[str, list[str]] = {}
    for text, verdict in told:
        ids.setdefault(text, []).append(verdict.question.target.id)
    return [f"{', '.join(names)} {text}" for text, names in ids.items()]


def _row(verdict: Verdict) -> tuple[str, ...]:
    target = verdict.question.target
    shown = not math.isnan(verdict.model)
    return (
        target.id,
        target.quantity if len(target.quantity) <= 48 else f"{target.quantity[:45]}...",
        target.unit,
        _number(verdict.model) if shown else "-",
        f"{_number(verdict.low)}-{_number(verdict.high)}" if shown else "-",
        target.said,
        f"{verdict.error:+.0%}" if math.isfinite(verdict.error) else "-",
        verdict.status,
    )


def _number(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.3g}"


def table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Lay out every verdict as a row, with all that is known of its target."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "id": each.question.target.id,
                "quantity": each.question.target.quantity,
                "condition": each.question.target.condition,
                "unit": each.question.target.unit,
                "model": each.model,
                "model_low": each.low,
                "model_high": each.high,
                "target": each.question.target.value,
                "target_low": each.question.target.low,
                "target_high": each.question.target.high,
                "error": each.error,
                "status": each.status,
                "reason": each.reason,
                "assumed": each.question.assumed,
                "measured_as": each.question.measure.definition if each.question.measure else "",
                "source": each.question.target.source,
            }
            for each in verdicts
        ]
    )
