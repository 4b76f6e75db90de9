"""The Simularium file, read back as JSON by its published layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mendsim import analysis
from mendsim.analysis import store
from mendsim.analysis.style import CELL_COLOURS

_BALL, _THREAD = 1000.0, 1001.0


def agents(frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Agents of a frame: visual type, id, type, place, rotation, radius, then points of a thread."""
    data = frame["data"]
    while data:
        count = int(data[10])
        places = {"at": np.array(data[3:6]), "points": np.array(data[11 : 11 + count]).reshape(-1, 3)}
        yield {"visual": data[0], "id": int(data[1]), "type": str(int(data[2])), "radius": data[9], **places}
        data = data[11 + count :]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, make_store: Callable[..., Path]) -> tuple[Path, dict[str, Any]]:
    path = make_store(nx=40, ny=3)
    out = analysis.export_run(path, "simularium", tmp_path_factory.mktemp("s") / "out", days=[1.0, 90.0])
    return path, json.loads((out / "run.simularium").read_text(encoding="utf-8"))


def test_units_box_and_types(exported: tuple[Path, dict[str, Any]]) -> None:
    _, written = exported
    about = written["trajectoryInfo"]
    assert about["timeUnits"] == {"magnitude": 1.0, "name": "d"}
    assert about["spatialUnits"] == {"magnitude": 100.0, "name": "µm"}  # 800 um would be 80 units of 10 um
    assert (about["size"]["x"], about["size"]["z"]) == (8.0, 6.8)
    assert about["size"]["y"] == pytest.approx(2.4)  # vessels lie farther across than the three rows of sites
    assert about["cameraDefault"]["upVector"] == {"x": 0.0, "y": 0.0, "z": 1.0}
    looks = {entry["name"]: entry["geometry"] for entry in about["typeMapping"].values()}
    assert {name.partition("#")[0] for name in looks} == {"fibroblast", "T cell", "follicle", "vessel"}
    assert looks["fibroblast#myofibroblast"]["color"] == CELL_COLOURS["myofibroblast"]
    assert looks["vessel#flow"]["displayType"] == "FIBER"
    assert looks["T cell#CD8"]["displayType"] == "SPHERE"


def test_each_agent_lies_where_it_is_in_the_run(exported: tuple[Path, dict[str, Any]]) -> None:
    path, written = exported
    run = store.open_run(path)
    frames = written["spatialData"]["bundleData"]
    assert [frame["time"] for frame in frames] == [1.0, 90.0]
    names = {key: entry["name"] for key, entry in written["trajectoryInfo"]["typeMapping"].items()}
    middle = np.array([400.0, 120.0, -(34 * 20 / 2 - 40)])
    found = list(agents(frames[1]))
    assert len({agent["id"] for agent in found}) == len(found) == 60 + 60 + 1 + 4
    cells = run["agents/fibroblast"].to_dataset()
    balls = {agent["id"]: agent for agent in found if names[agent["type"]].startswith("fibroblast")}
    assert len(balls) == 60
    for row in np.flatnonzero(cells["snapshot_index"].to_numpy() == 8):
        agent, state = balls[int(cells["unique_id"][row])], int(cells["state"][row])
        place = np.array([cells["x_um"][row], cells["y_um"][row], -cells["z_um"][row]])
        np.testing.assert_allclose(100.0 * agent["at"] + middle, place, atol=1e-6)
        assert names[agent["type"]] == f"fibroblast#{('quiescent', 'activated', 'myofibroblast')[state]}"
        ball_um = ((9.0 * 2.0**2) ** (1 / 3), (11.0 * 3.2**2) ** (1 / 3), (15.0 * 4.2**2) ** (1 / 3))[state]
        assert agent["visual"] == _BALL
        assert 100.0 * agent["radius"] == pytest.approx(ball_um), "as large as the spindle of a slide"


def test_vessels_and_hairs_are_threads(exported: tuple[Path, dict[str, Any]]) -> None:
    path, written = exported
    run = store.open_run(path)
    middle = np.array([400.0, 120.0, -300.0])
    names = {key: entry["name"] for key, entry in written["trajectoryInfo"]["typeMapping"].items()}
    threads = [agent for agent in agents(written["spatialData"]["bundleData"][1]) if agent["visual"] == _THREAD]
    vessels = [agent for agent in threads if names[agent["type"]].startswith("vessel")]
    table = run["vessels"].to_dataset()
    own = table.isel(row=table["snapshot_index"].to_numpy() == 8)
    for number, agent in enumerate(vessels):
        for end, point in enumerate(100.0 * agent["points"] + middle):
            sought = [own[f"x{end}_um"][number], own[f"y{end}_um"][number], -own[f"z{end}_um"][number]]
            np.testing.assert_allclose(point, [float(value) for value in sought], atol=1e-6)
        assert 100.0 * agent["radius"] == pytest.approx(float(own["radius_um"][number]))
    [hair] = [agent for agent in threads if names[agent["type"]].startswith("follicle")]
    terminal = store.has_hair(run)
    assert 100.0 * hair["radius"] == pytest.approx(27.0 if terminal else 0.36 * 27.0), "a thread as wide as the hair"
    depth = float(run["agents/follicle"]["bulb_depth_um"][8])
    np.testing.assert_allclose((100.0 * hair["points"] + middle)[:, 2], [-depth, 0.0], atol=1e-6)
