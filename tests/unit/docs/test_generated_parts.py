"""Parts of docs/ that are made from the code: they hold what the code has, and nothing is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendsim import abm, scenarios
from mendsim.abm.model import SCHEDULE
from mendsim.analysis.validation import questions
from mendsim.cli.main import build_parser

DOCS = Path(__file__).parents[3] / "docs"


def test_the_schedule_names_every_rule_in_its_order(generate):
    text = generate("schedule").schedule()
    places = [text.index(f"**{part.replace('_', ' ')}**") for part, _ in SCHEDULE]
    assert places == sorted(places)
    rules = [name for name, _ in generate("schedule").rules_of("immunity")]
    assert rules == [
        "t_cell.walk", "t_cell.die", "t_cell.recruit", "leukocytes.step", "fibroblast.clear_apoptotic", "swelling.step",
    ]  # fmt: skip
    assert "Walk at random, around home if retained" in text


def test_agents_are_those_of_a_model(generate):
    values = {"lattice.width": "0.2 mm", "lattice.depth": "0.5 mm", "patient.initial_state": "healthy"}
    scenario = scenarios.load("contact_burn").with_values({**values, "events.0.diameter": "50 um"})
    model = scenarios.build_model(scenario)
    assert set(generate("entities").AGENTS) == set(model.agent_types)
    text = generate("entities").agents()
    assert "| `melanin_pg` | float64 | pg | 0 | melanin in the cell |" in text


def test_every_number_is_in_a_table_with_its_source(generate):
    parameters = generate("parameters")
    pages = "".join(parameters.parameters(page) for page in parameters.PAGES)
    for key, entry in abm.load_parameters().entries.items():
        row = next(line for line in pages.splitlines() if line.startswith(f"| `{key}` |"))
        assert f"| {entry.value:g} |" in row
        assert f"| {entry.evidence} |" in row


def test_evidence_is_counted_as_it_is(generate):
    parameters = generate("parameters")
    entries = [
        e for page in parameters._MODEL for file in parameters.PAGES[page] for e in parameters._read(file).values()
    ]
    known = sum(entry.evidence in ("measured", "derived") for entry in entries)
    assert f"Of the {len(entries)} numbers of the model {known} " in parameters.evidence()


def test_every_module_of_the_model_is_described(generate):
    submodels = generate("submodels")
    text = "".join(submodels.submodels(group) for group in submodels.GROUPS)
    assert "### `agents.fibroblast`" in text
    assert "[`fibroblast.speed_um_per_h`](../parameters/dermis.md)" in text
    submodels.GROUPS["dermis"], kept = (), submodels.GROUPS["dermis"]
    with pytest.raises(LookupError, match=r"put these modules into a theme: .*agents\.fibroblast"):
        submodels.submodels("signals")
    submodels.GROUPS["dermis"] = kept


def test_commands_have_all_their_options(generate):
    text = generate("commands").commands()
    chosen = next(action for action in build_parser()._actions if action.choices)
    for name, parser in chosen.choices.items():
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for action in parser._actions[1:]:
            assert action.option_strings == [] or action.option_strings[0] in section


def test_markup_in_data_means_nothing(generate):
    plain = generate("markdown").plain
    assert plain("a | b_c *d* <e> [f] `g`\n h") == r"a \| b\_c \*d\* \<e\> \[f\] \`g\` h"
    assert plain("Graf 2003 doi:10.1016/0092-8674(95)90453-0, p. 3") == (
        "Graf 2003 [doi:10.1016/0092-8674(95)90453-0](<https://doi.org/10.1016/0092-8674(95)90453-0>), p. 3"
    )
    assert plain("(doi:10.1/x)").startswith("(doi")
    assert plain("(so doi:10.1000/x.y)") == "(so [doi:10.1000/x.y](<https://doi.org/10.1000/x.y>))"


def test_a_fence_is_filled_and_an_unknown_one_is_an_error(generate):
    fill = generate().filled
    assert fill("no fence") == "no fence"
    assert fill("before\n\n```{generated} mechanisms\n```\nafter").startswith("before\n\n| mechanism |")
    with pytest.raises(KeyError):
        fill("```{generated} nothing\n```")


def test_sentences_over_several_lines_are_joined_in_lists_alone(generate):
    lines = [
        "Cure.", "", "Parameters", "----------", "skin : that is open, or", "    was so.", "days : int", "    Of rest.",
        "", "Returns", "-------", "How it went, and", "how it ended.", "", "A text of", "two lines.",
    ]  # fmt: skip
    generate("interface").with_whole_sentences("app", "function", lines)
    assert lines[4:] == [
        "skin : that is open, or was so.", "days : int", "    Of rest.", "", "Returns", "-------",
        "How it went, and how it ended.", "", "A text of two lines.",
    ]  # fmt: skip


def test_notebooks_are_shown_whole_and_lead_to_each_other(generate):
    text = generate("notebooks").notebooks()
    for path in (DOCS.parent / "notebooks").glob("*.py"):
        assert f"(notebook-{path.stem})=" in text
        code = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
        assert code
        assert all(line in text for line in code)
    assert ".py)" not in text


def test_every_reason_for_a_miss_is_told(generate):
    text = generate("targets").misses()
    reasons = [each.missed_because or each.absent_because for each in questions().values()]
    assert text.count("\n| T") == sum(map(bool, reasons)) > 30
    assert "| T55 |" in text
    assert "a run is one wound, and the risk is that of many" in text
