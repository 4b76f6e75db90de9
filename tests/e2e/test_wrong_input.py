"""Every wrong input ends with one clear line for each problem and exit code 2, and nothing is written."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = """
title = "A small wound"
follow_up = "2 d"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"

[lattice]
width = "1 mm"
depth = "1 mm"

[[events]]
kind = "laser"
at = "1 h"
device = "co2_10600"
pulse_energy = "5 mJ"
pulse_duration = "1 ms"
spot_diameter = "120 um"
pattern = "square"
density = "600 /cm^2"

[save]
snapshots = ["0 h", "2 d"]
"""

WRONG: dict[str, tuple[tuple[str, str], str]] = {
    "unknown key": (
        ("pulse_energy = ", "pulse_enrgy = "),
        "x.toml: *: missing key; *\nx.toml: events.0.pulse_enrgy: unknown key; allowed: pulse_energy *",
    ),
    "unknown table": (("[save]", "[sav]"), "x.toml: save: missing key*\nx.toml: sav: unknown key; allowed: save?"),
    "unknown key far from any": (("[patient]", "zzz = 1\n[patient]"), "x.toml: zzz: unknown key; allowed: change, *"),
    "half a site": (
        ('width = "1 mm"', 'width = "1005 um"'),
        "x.toml: lattice.width: not a whole number of sites (got '1005 um'); allowed: a multiple of spacing = 10 um",
    ),
    "more than the memory holds": (
        ('width = "1 mm"', 'width = "20 mm"\nlength = "20 mm"'),
        "x: lattice: 440,000,000 sites and 2 snapshots need about * GB of memory; allowed: *, which this machine has *",
    ),
    "wrong type": (
        ("phototype = 2", 'phototype = "two"'),
        "x.toml: patient.phototype: wrong type (got 'two'); allowed: a whole number from 1 to 6",
    ),
    "true is no number": (("phototype = 2", "phototype = true"), "x.toml: patient.phototype: wrong type (got True)*"),
    "a number for text": (('"A small wound"', "7"), "x.toml: title: wrong type (got 7); allowed: text"),
    "text for a list": (('["0 h", "2 d"]', '"0 h"'), "x.toml: save.snapshots: wrong type (got '0 h'); allowed: a list"),
    "a list for a table": (("[lattice]", "[[lattice]]"), "x.toml: lattice: wrong type (got [*]); allowed: a table"),
    "out of range": (
        ("phototype = 2", "phototype = 7"),
        "x.toml: patient.phototype: out of range (got 7); allowed: 1 to 6",
    ),
    "quantity out of range": (
        ('"1 mm"\ndepth', '"1 m"\ndepth'),
        "x.toml: lattice.width: out of range (got '1 m'); allowed: 100 to 20000 um",
    ),
    "negative": (
        ('"5 mJ"', '"-5 mJ"'),
        "x.toml: events.0.pulse_energy: out of range (got '-5 mJ'); allowed: 0.001 to 10000 mJ",
    ),
    "not finite": (('"5 mJ"', '"1e999 mJ"'), "x.toml: events.0.pulse_energy: out of range (got '1e999 mJ')*"),
    "missing unit": (
        ('"5 mJ"', "5"),
        "x.toml: events.0.pulse_energy: missing unit (got 5); allowed: an energy such as '40 mJ'",
    ),
    "missing unit in text": (
        ('"120 um"', '"120"'),
        "x.toml: events.0.spot_diameter: missing unit (got '120'); allowed: a length such as '120 um'",
    ),
    "wrong dimension": (
        ('"5 mJ"', '"5 mm"'),
        "x.toml: events.0.pulse_energy: wrong dimension (got '5 mm'); allowed: an energy such as '40 mJ'",
    ),
    "unknown unit": (('"5 mJ"', '"5 mj"'), "x.toml: events.0.pulse_energy: unknown unit (got '5 mj')*"),
    "unknown choice": (
        ('"forearm"', '"forarm"'),
        "x.toml: patient.site: unknown choice (got 'forarm'); allowed: forearm?",
    ),
    "unknown device": (
        ("co2_10600", "co2"),
        "x.toml: events.0.device: unknown choice (got 'co2'); allowed: *co2_10600*",
    ),
    "unknown kind": (
        ('"laser"', '"lazer"'),
        (
            "x.toml: events.0: unknown kind (got 'lazer'); "
            "allowed: 'laser', 'drug', 'injection', 'aftercare', 'punch', 'incision', 'contact_burn'"
        ),
    ),
    "a punch wider than the sample": (
        ("[save]", '[[events]]\nkind = "punch"\nat = "1 h"\ndiameter = "2 mm"\ndepth = "0.5 mm"\n[save]'),
        "x.toml: events.1.diameter: the wound is wider than the sample (got '2000 um'); allowed: below 1000 um",
    ),
    "a cut deeper than the sample": (
        ("[save]", '[[events]]\nkind = "incision"\nat = "1 h"\nwidth = "50 um"\ndepth = "1 mm"\n[save]'),
        "x.toml: events.1.depth: the wound is deeper than the sample (got '1000 um'); allowed: below 1000 um",
    ),
    "a disc that boils skin": (
        (
            "[save]",
            (
                '[[events]]\nkind = "contact_burn"\nat = "1 h"\ntemperature = "120 degC"\n'
                'contact = "1 s"\ndiameter = "99 um"\n[save]'
            ),
        ),
        "x.toml: events.1.temperature: the disc must be hotter than skin and below * (got '120 degC'); *",
    ),
    "event after follow-up": (
        ('"1 h"', '"3 d"'),
        "x.toml: events.0.at: event at or after the end of follow-up (got '3 d'); allowed: before 2 d",
    ),
    "event between steps": (
        ('"1 h"', '"10 min"'),
        "x.toml: events.0.at: not a whole number of steps (got '0.166667 h'); allowed: a multiple of step = 0.5 h",
    ),
    "snapshot outside": (
        ('"2 d"]', '"3 d"]'),
        "x.toml: save.snapshots.1: snapshot after the end of follow-up (got '3 d'); allowed: 0 d to 2 d",
    ),
    "snapshots out of order": (
        ('["0 h", "2 d"]', '["2 d", "0 h"]'),
        "x.toml: save.snapshots.1: snapshots are not in order of time (got '0 d'); allowed: after 2 d",
    ),
    "scar in healthy skin": (
        ("[lattice]", 'scar_depth = "300 um"\n[lattice]'),
        "x.toml: patient.scar_depth: there is no scar in healthy skin (got '300 um'); allowed: only with *",
    ),
    "scar larger than the sample": (
        ('"healthy"', '"boxcar_scar"\nscar_width = "2 mm"'),
        "x.toml: patient.scar_width: the scar is larger than the sample (got '2000 um'); allowed: below 1000 um",
    ),
    "spot wider than the pitch": (
        ('"600 /cm^2"', '"20000 /cm^2"'),
        "x.toml: events.0.spot_diameter: the spot is wider than the pitch of 71 um*",
    ),
    "alopecia off the scalp": (
        ('"healthy"', '"alopecia_areata"'),
        "x.toml: patient.site: alopecia areata is simulated on the scalp (got 'forearm'); allowed: scalp",
    ),
    "a lattice that does not fit a cell": (
        ("[lattice]", '[lattice]\nspacing = "20 um"'),
        "x.toml: lattice.spacing: a lattice site holds one keratinocyte (got '20 um'); allowed: 8 to 12 um",
    ),
    "unknown parameter": (
        ("[save]", "[parameters]\nabm.fibroblast.sped = 1\n[save]"),
        "x.toml: parameters.abm.fibroblast.sped: unknown parameter (got 1); allowed: *fibroblast.speed_um_per_h*",
    ),
    "parameter out of range": (
        ("[save]", "[parameters]\nabm.fibroblast.speed_um_per_h = 1\n[save]"),
        "x.toml: parameters.abm.fibroblast.speed_um_per_h: parameter out of range (got 1.0)*",
    ),
    "parameter of no stage": (
        ("[save]", "[parameters]\nx.y = 1\n[save]"),
        "x.toml: parameters.x.y: unknown stage (got 'x')*",
    ),
    "several errors": (
        ("phototype = 2\n", 'phototype = 9\ncolour = "green"\n'),
        "x.toml: patient.phototype: out of range (got 9); allowed: 1 to 6\nx.toml: patient.colour: unknown key*",
    ),
    "not TOML": (("[patient]", "[patient"), "x.toml: not TOML: *line 5*"),
    "nested without end": (("[save]", "a = " + "[" * 9999 + "\n[save]"), "x.toml: *nested too deeply*"),
    "a number without end": (("phototype = 2", "phototype = " + "9" * 5000), "x.toml: not TOML: *"),
    "extends nothing known": (
        ("title", 'extends = "acne_skar"\ntitle'),
        "x.toml: extends: unknown scenario (got 'acne_skar'); allowed: acne_scar*",
    ),
    "extends a missing file": (("title", 'extends = "y.toml"\ntitle'), "y.toml: file not found"),
    "extends itself": (("title", 'extends = "x.toml"\ntitle'), "x.toml: extends: extends goes in a circle: x -> x"),
    "extends out of the folder": (
        ("title", 'extends = "../y.toml"\ntitle'),
        "x.toml: extends: outside the folder of this file (got '../y.toml')*",
    ),
    "unknown control": (("title", 'control = "no_such"\ntitle'), "x.toml: control: unknown scenario (got 'no_such')*"),
    "a key with a line break": (
        ("[patient]", '"a\\nb\\u001b[2J" = 1\n[patient]'),
        "x.toml: 'a\\nb\\x1b[2J': unknown key*",
    ),
}


def check(result: subprocess.CompletedProcess[str], expected: str, folder: Path, *left: str) -> None:
    assert result.returncode == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    wanted = expected.split("\n")
    assert len(lines) == len(wanted), result.stderr
    for line, pattern in zip(lines, wanted, strict=True):
        pieces = f"mendsim: {pattern}".split("*")
        assert line.startswith(pieces[0])
        assert line.endswith(pieces[-1])
        assert all(piece in line for piece in pieces)
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(left)


@pytest.mark.parametrize("case", WRONG)
def test_wrong_scenario(
    mendsim_here: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, case: str
) -> None:
    (old, new), expected = WRONG[case]
    assert GOOD.count(old) == 1
    (tmp_path / "x.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    check(mendsim_here("run", "x.toml"), expected, tmp_path, "x.toml")


@pytest.mark.parametrize("case", ["unknown key", "more than the memory holds"])
def test_the_installed_command_says_the_same(
    mendsim: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, case: str
) -> None:
    (old, new), expected = WRONG[case]
    (tmp_path / "x.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    check(mendsim("run", "x.toml"), expected, tmp_path, "x.toml")


COMMANDS: dict[str, tuple[list[str], str]] = {
    "unknown name": (["run", "acne_skar"], "unknown scenario (got 'acne_skar'); allowed: acne_scar*"),
    "no such file": (["run", "no/such.toml"], "no/such.toml: file not found"),
    "a directory": (["show", "folder"], "folder: this is a directory; allowed: a TOML file"),
    "a device": (["show", "/dev/null"], "/dev/null: this is not a plain file; allowed: a TOML file"),
    "not UTF-8": (["run", "latin.toml"], "latin.toml: not UTF-8 text at byte 9; allowed: a TOML file in UTF-8"),
    "too large": (["run", "large.toml"], "large.toml: file too large (got 1000001); allowed: up to 1000000 bytes"),
    "empty": (["run", "empty.toml"], "*\n*\n*\n*\nempty.toml: save: missing key; allowed: this key is required"),
    "set an unknown key": (["run", "acne_scar", "--set", "patient.colour=3"], "--set: patient.colour: unknown key*"),
    "set without a value": (
        ["run", "acne_scar", "--set", "patient.site"],
        "--set: not key=value (got 'patient.site')*",
    ),
    "set an event that is not there": (
        ["show", "acne_scar", "--set", "events.9.at=1 d"],
        "--set: events.9.at: there is no item 9*",
    ),
    "set inside a number": (
        ["show", "acne_scar", "--set", "step.x=1"],
        "--set: step.x: unknown key (got 1); allowed: step is not a table",
    ),
    "set a bad value": (
        ["show", "ladd", "--set", "events.1.drug=snake_oil"],
        "--set: events.1.drug: unknown choice (got 'snake_oil')*",
    ),
    "set what contradicts": (
        ["show", "acne_scar", "--set", "follow_up=20 d"],
        "acne_scar.toml: events.1.at: event at*\n*\n*\n*\n*",
    ),
    "not a seed": (["run", "acne_scar", "--seed", "-1"], "argument --seed: not a whole number (got '-1')*"),
    "no threads": (["run", "acne_scar", "--threads", "0"], "argument --threads: not a whole number (got '0')*"),
    "unknown command": (["rum", "acne_scar"], "argument COMMAND: invalid choice: 'rum'*"),
    "unknown option": (["run", "acne_scar", "--sed", "1"], "unrecognized arguments: --sed 1*"),
    "output that is no run": (
        ["run", "acne_scar", "--out", "folder", "--overwrite"],
        "folder: this is not a run, so it is not replaced*",
    ),
    "output that exists": (
        ["run", "acne_scar", "--out", "folder"],
        "folder: the output exists already; allowed: *--overwrite*",
    ),
    "output inside a file": (["run", "acne_scar", "--out", "empty.toml/run"], "empty.toml/run: cannot be written: *"),
    "a zone of no laser": (["zone", "--laser", "ruby", "--energy", "5"], "--laser: unknown device (got 'ruby')*"),
    "a zone of no energy": (["zone", "--laser", "co2", "--energy", ","], "argument --energy: not numbers (got ',')*"),
    "treat without a laser": (["treat", "ladd_untreated"], "ladd_untreated: events: no laser session*"),
    "plot nothing": (["plot", "nowhere"], "nowhere: *"),
    "plot a folder": (["plot", "folder"], "folder: *"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_wrong_command(
    mendsim_here: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, case: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.toml").write_bytes('title = "\xe9"'.encode("latin-1"))
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    (tmp_path / "empty.toml").touch()
    arguments, expected = COMMANDS[case]
    check(mendsim_here(*arguments), expected, tmp_path, "empty.toml", "folder", "large.toml", "latin.toml")
