"""Wounds are named for what they are, and a blade heats nothing."""

from __future__ import annotations

import json

from mendsim.analysis import store, timecourses
from mendsim.analysis.style import figure


def test_each_injury_is_named_after_its_cause(make_run):
    run = make_run([0, 1], sessions_h=(0.0, 12.0, 24.0), reepithelialised_fraction=[1, 0.9])
    assert store.causes(run) == ["laser session"] * 3  # stores without a record are of lasers
    run["injury"].attrs["record"] = json.dumps([{"kind": kind} for kind in ("laser", "punch", "contact_burn")])
    assert store.causes(run) == ["laser session", "punch", "contact burn"]
    assert store.heated(run) == [0, 2]


def test_an_untreated_run_has_no_cause(make_run):
    run = make_run([0, 1], reepithelialised_fraction=[1, 0.9])
    assert store.causes(run) == store.heated(run) == []


def test_the_legend_names_the_wound(make_run):
    run = make_run([0, 1], sessions_h=(0.0,), reepithelialised_fraction=[1, 0.9])
    run["injury"].attrs["record"] = json.dumps([{"kind": "punch"}])
    shown = figure(3, 2)
    timecourses.panels(run, [shown.add_subplot()], ["closure"])
    assert [text.get_text() for text in shown.legends[0].get_texts()] == ["this run", "punch"]
