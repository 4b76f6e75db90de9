from __future__ import annotations

import json
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.analysis.endpoints import registered
from mendsim.cli.demo import PROTOCOLS, Protocol, run_demo


def test_it_shows_every_protocol_beside_its_own_control() -> None:
    assert [protocol.treated for protocol in PROTOCOLS] == ["acne_scar", "alopecia", "ladd"]
    for protocol in PROTOCOLS:
        assert scenarios.load(protocol.treated).control == protocol.control


def test_it_prints_end_points_that_exist() -> None:
    assert {name for protocol in PROTOCOLS for name in protocol.outcomes} <= registered().keys()


def test_a_short_demonstration_ends_with_a_table_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = """
extends = "{}"
follow_up = "2 d"
lattice.width = "1 mm"
lattice.depth = "1 mm"
patient.scar_width = "0.5 mm"
events = {}
save.snapshots = ["0 d", "1 d", "2 d"]
"""
    laser = scenarios.load("ladd").to_dict()["events"][0]
    inline = "{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in laser.items()) + "}"
    (tmp_path / "treated.toml").write_text(short.format("ladd", f"[{inline}]"), encoding="utf-8")
    (tmp_path / "untreated.toml").write_text(short.format("ladd", "[]"), encoding="utf-8")
    protocol = Protocol(
        label="a zone",
        treated=str(tmp_path / "treated.toml"),
        control=str(tmp_path / "untreated.toml"),
        outcomes=("collagen_minimum",),
    )
    run_demo(tmp_path / "demo", workers=2, protocols=[protocol])
    printed = capsys.readouterr().out.splitlines()
    row = next(line for line in printed if line.strip().startswith("collagen"))
    treated, untreated = (float(word) for word in row.replace(",", "").split() if word.replace(".", "").isdigit())
    assert treated < untreated == pytest.approx(100, abs=1)
    page = next(line.removeprefix("page: ") for line in printed if line.startswith("page: "))
    assert Path(page).stat().st_size > 1000
    assert (tmp_path / "demo" / "treated.zarr" / "zarr.json").exists()
