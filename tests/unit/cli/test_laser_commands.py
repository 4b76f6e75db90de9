"""``mendsim zone`` and ``mendsim treat``, called in this process."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim import thermal
from mendsim.cli.main import main
from mendsim.cli.tables import aligned

ZONE = ["zone", "--laser", "co2", "--energy", "2", "--spot", "120", "--pulse", "1", "--spacing", "10"]
TREAT = ["treat", "ladd", "--set", "events.0.pulse_energy=2 mJ", "--set", "lattice.depth=0.8 mm"]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command in an empty folder; exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


def changed(arguments: list[str], **options: str) -> list[str]:
    """Replace values of options."""
    out = list(arguments)
    for name, value in options.items():
        out[out.index(f"--{name}") + 1] = value
    return out


def test_a_zone_is_told_and_drawn(call: Call, tmp_path: Path) -> None:
    code, out, err = call(*ZONE, "--laws", "--csv", "sizes.csv")
    assert (code, err) == (0, "")
    assert out.startswith("co2_10600: 2 mJ in 1 ms, spot 120 um\n")
    lines = out.splitlines()
    table = thermal.zones("co2", energy_mj=2, spot_um=120, pulse_ms=1, spacing_um=10, laws="all").squeeze()
    channel = next(line for line in lines if line.startswith("channel")).split()[1:]
    assert channel == [f"{float(table[f'channel_{size}_um']):.0f}" for size in ("depth", "width")]
    shells = lines[lines.index(next(line for line in lines if line.startswith("damage to"))) + 1 :][:7]
    depths = [int(line.split()[-2]) for line in shells]
    assert depths == sorted(depths)
    assert shells[0].split()[:3] == ["collagen", "denaturation", "dermal_collagen_pearce"]
    assert any(line.startswith("240 min at 43 degC") for line in shells)
    assert {line.split()[0] for line in lines[-12:-1]} == set(thermal.law_names())
    assert lines[-1] == "zone-co2_10600-2mJ.png"
    assert (tmp_path / lines[-1]).read_bytes().startswith(b"\x89PNG")
    (row,) = csv.DictReader((tmp_path / "sizes.csv").open(encoding="utf-8"))
    assert float(row["rim_um"]) == pytest.approx(float(table["rim_um"]), rel=1e-5)
    depth = table["law_depth_um"].sel(law="arterial_wall_agah")
    assert float(row["arterial_wall_agah_depth_um"]) == pytest.approx(float(depth), rel=1e-5)


def test_several_zones_make_a_table(call: Call, tmp_path: Path) -> None:
    code, out, _ = call(*changed(ZONE, energy="1,2", pulse="0.5,1"))
    assert code == 0
    rows = [line.split() for line in out.splitlines()[2:]]
    assert [row[:3] for row in rows] == [[e, "120", p] for e in ("1", "2") for p in ("0.5", "1")]
    depths = [int(row[3]) for row in rows]
    assert depths[2] > depths[0] > 0
    assert depths[3] > depths[1] > 0
    assert list(tmp_path.iterdir()) == []


def test_csv_alone_goes_to_standard_output(call: Call, tmp_path: Path) -> None:
    code, out, err = call(*changed(ZONE, energy="1,2"), "--csv", "-")
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["energy_mj"] for row in rows] == ["1", "2"]
    code, out, err = call(*ZONE, "--csv", "-", "--out", "one.svg")
    assert len(out.splitlines()) == 2
    assert err == "one.svg\n"
    assert [path.name for path in tmp_path.iterdir()] == ["one.svg"]


def test_another_law_and_another_skin_are_used(call: Call) -> None:
    _, out, _ = call(*ZONE, "--no-picture", "--law", "vessel_coagulation=arterial_wall_agah", "--site", "forearm")
    assert "vessel coagulation     arterial_wall_agah" in out
    assert "18.3 um stratum corneum" in out


def test_lasers_and_laws_are_listed(call: Call) -> None:
    code, out, _ = call("zone", "--list")
    assert code == 0
    assert "thulium_1927" in out
    assert set(thermal.law_names()) <= set(out.split())


def test_a_treatment_is_told_and_drawn(call: Call, tmp_path: Path) -> None:
    code, out, err = call(*TREAT, "--csv", "numbers.csv")
    assert (code, err) == (0, "")
    assert out.startswith("ladd, event 0, day 0: co2_10600, 2 mJ in 0.1 ms")
    (row,) = csv.DictReader((tmp_path / "numbers.csv").open(encoding="utf-8"))
    assert f"{100 * float(row['living_epidermis']):.1f} %" in out
    assert float(row["pass_1_hottest_c"]) > float(row["pass_1_between_c"]) > 34
    assert (tmp_path / "treat-ladd" / "event-0.png").read_bytes().startswith(b"\x89PNG")
    code, out, err = call(*TREAT, "--csv", "-", "--no-picture")
    assert out == (tmp_path / "numbers.csv").read_text(encoding="utf-8")


WRONG = {
    "negative energy": (changed(ZONE, energy="-5"), "--energy: out of range (got -5.0); allowed: 0.001 to 10000 mJ"),
    "no number": (changed(ZONE, energy=""), "argument --energy: not numbers (got ''); allowed: 20, or 5,10,20; *"),
    "half a list": (changed(ZONE, pulse="1,"), "argument --pulse: not numbers (got '1,')*"),
    "zero spot": (changed(ZONE, spot="0"), "--spot: out of range (got 0.0); allowed: 10 to 3000 um"),
    "unknown laser": (changed(ZONE, laser="ruby"), "--laser: unknown device (got 'ruby'); allowed: *co2_10600*"),
    "which laser": (changed(ZONE, laser="er_g"), "--laser: several devices begin so (got 'er_g'); allowed: *"),
    "no laser": (["zone", "--energy", "2"], "--laser: missing option; allowed: see mendsim zone --help"),
    "no energy": (["zone", "--laser", "co2"], "--energy: missing option; *"),
    "unknown law": ([*ZONE, "--law", "heat_shock=x"], "--law: heat_shock: unknown law of damage (got 'x'); *"),
    "unknown process": ([*ZONE, "--law", "x=burn_diller"], "--law: x: unknown damage process *"),
    "no law": ([*ZONE, "--law", "heat_shock"], "--law: not process=law (got 'heat_shock'); *"),
    "unknown site": ([*ZONE, "--site", "moon"], "--site: unknown skin site (got 'moon'); allowed: *cheek*"),
    "too fine": (changed(ZONE, spacing="0.1"), "--spacing: out of range (got 0.1); allowed: 1 to 20 um"),
    "pulses that overlap": ([*ZONE, "--stack", "2", "--interval", "0.5"], "--interval: stacked pulses overlap *"),
    "one picture of many": ([*changed(ZONE, energy="1,2"), "--out", "x.png"], "--out: a picture shows one zone; *"),
    "no picture to be drawn there": ([*ZONE, "--out", "x.png", "--no-picture"], "argument --no-picture: not allowed *"),
    "unknown picture": ([*ZONE, "--out", "x.jpg"], "--out: unknown kind of file (got 'x.jpg'); allowed: .png *"),
    "picture inside a file": ([*ZONE, "--out", "file/x.png"], "--out: cannot be written: *file is not a folder *"),
    "table that is a folder": ([*ZONE, "--csv", "folder"], "--csv: not the name of a file (got 'folder')*"),
    "table inside a file": ([*ZONE, "--csv", "file/x.csv"], "--csv: cannot be written: *"),
    "treat without a laser": (["treat", "ladd_untreated"], "ladd_untreated: events: no laser session *"),
    "treat with a drug": ([*TREAT, "--event", "1"], "ladd: events.1: not a laser session; allowed: 0"),
    "treat into a file": ([*TREAT, "--out", "file"], "--out: not the name of a folder (got 'file'); *"),
    "treat inside a file": ([*TREAT, "--out", "file/x"], "--out: cannot be written: *file is not a folder *"),
    "treat to a folder": ([*TREAT, "--csv", "folder"], "--csv: not the name of a file *"),
    "treat what is not there": (["treat", "lad"], "unknown scenario (got 'lad'); *"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_one_line(call: Call, tmp_path: Path, case: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    arguments, expected = WRONG[case]
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    place = 0
    for piece in f"mendsim: {expected}".split("*"):
        assert piece in line[place:]
        place = line.index(piece, place) + len(piece)
    assert line.startswith(f"mendsim: {expected}".split("*")[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_table_is_flush() -> None:
    assert aligned(("name", "n"), [("a", "10"), ("long", "1")], texts=1) == "name   n\na     10\nlong   1"
