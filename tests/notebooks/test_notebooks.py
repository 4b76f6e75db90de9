"""Every notebook runs from top to bottom, shows what its text says, and leaves nothing but its own folder.

All in one process, so that the program is loaded once; each in a fresh folder and with names of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mendsim.analysis import measures_epidermis

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.py"))
_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


def cells(name: str) -> list[tuple[str, str]]:
    """Kind and text of each cell of a notebook in the percent format, without its header."""
    parts = _CELL.split((FOLDER / f"{name}.py").read_text(encoding="utf-8"))[1:]
    return [
        ("markdown" if "[markdown]" in about else "code", text) for about, text in zip(*[iter(parts)] * 2, strict=True)
    ]


def _executed(text: str, place: str, names: dict[str, Any]) -> object:
    """Execute a cell, and return what it ends with, as a notebook would show it."""
    cell = ast.parse(text)
    last = cell.body.pop() if cell.body and isinstance(cell.body[-1], ast.Expr) else None
    exec(compile(cell, place, "exec"), names)  # noqa: S102  # our own files
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), place, "eval"), names)  # noqa: S307  # our own files


def _label(ax: Axes) -> str:
    return ax.get_xlabel() or ax.get_ylabel() or ax.get_title() or ax.get_title("left")


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Return a function that runs a notebook and gives its names, with the figures that it showed as ``shown``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MENDSIM_CACHE", str(tmp_path / "cache"))
    plt.switch_backend("agg")

    def run(name: str) -> dict[str, Any]:
        shown: list[list[str]] = []

        def look(figure: Figure) -> None:
            figure.canvas.draw()
            shown.append([_label(ax) for ax in figure.axes])

        def show() -> None:
            for number in plt.get_fignums():
                look(plt.figure(number))
            plt.close("all")

        monkeypatch.setattr(plt, "show", show)
        names: dict[str, Any] = {"__name__": "notebook", "shown": shown}
        for number, (kind, text) in enumerate(cells(name)):
            if kind == "code":
                last = _executed(text, f"{name}, cell {number}", names)
                if isinstance(last, Figure):
                    look(last)
        assert plt.get_fignums() == []
        assert all(label for figure in shown for label in figure)
        return names

    return run


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_begins_with_its_title_and_ends_with_what_to_try(name: str) -> None:
    parts = cells(name)
    assert parts[0][0] == parts[-1][0] == "markdown"
    assert parts[0][1].startswith("\n# # ")
    assert "# ## What to try" in parts[-1][1]
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    for link in re.findall(r"\]\((\w+\.py)\)", text):
        assert (FOLDER / link).is_file()
    assert f"({name}.py)" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_a_first_run(notebook: Callable[[str], dict[str, Any]]) -> None:
    names = notebook("01_first_run")
    assert len(names["shown"]) == 2
    closed = names["series"]["reepithelialised_fraction"].to_numpy()
    loss = names["series"]["water_loss_g_per_m2_h"].to_numpy()
    day = names["days"].to_numpy()
    assert closed.min() < 0.9  # channels are open at first, and closed a day later ...
    assert closed[day >= 1.0].min() > 0.99
    assert loss[day == 2.0][0] > 1.2 * loss[0]  # ... when water loss is still raised


def test_reading_a_store(notebook: Callable[[str], dict[str, Any]]) -> None:
    names = notebook("02_reading_a_store")
    assert len(names["shown"]) == 3
    assert (names["count"].sum(axis=1) > 5).all()
    assert 0.0 < names["way"].median() < names["way"].max() < 800.0
    series = names["series"]
    flow, cytokine = series["doppler_ratio"].to_numpy(), series["cytokine_ng_per_ml"].to_numpy()
    assert flow[1] > 1.2  # within hours
    assert 24.0 < float(series["time"][cytokine.argmax()]) <= 60.0
    oxygen = names["oxygen"].to_numpy()  # of the open bed against that of intact skin at the same time
    assert np.nanmax(oxygen[1, :, 40]) > 1.2 * np.nanmax(oxygen[1, 20:, 2])


def test_comparing_protocols(notebook: Callable[[str], dict[str, Any]]) -> None:
    names = notebook("03_comparing_protocols")
    table = names["table"].set_index(["end_point", "scenario"])
    assert table.loc[("reepithelialisation_days", "dense"), "difference"] > 0.0
    assert table.loc[("reepithelialisation_days", "dense"), "more_than_noise"] == "yes"
    assert len(names["runs"]) == 6
    assert len(names["shown"]) == 3


def test_a_sweep_and_what_decides_it(notebook: Callable[[str], dict[str, Any]]) -> None:
    names = notebook("04_sweep_and_sensitivity")
    effects = names["screening"]["mu_star"]
    assert list(effects.sort_values(ascending=False).index) == [
        "drugs.probe.molar_mass",
        "events.0.depth",
        "drugs.probe.log_octanol_water",
    ]
    ranked = names["ranked"]["rank_correlation"]
    assert ranked["drugs.probe.molar_mass"] < -0.9
    assert ranked["events.0.depth"] > 0.7
    assert len(names["sampled"]) == 40
    assert len(names["shown"]) == 2


def test_an_agent_of_ones_own(notebook: Callable[[str], dict[str, Any]]) -> None:
    names = notebook("05_own_agent")
    ended = list(names["ended"].values())
    assert ended[0].shape == (2, 30)
    np.testing.assert_array_equal(*ended)  # one by one, or all at once
    assert names["with_cells"]["pdgf_ng_per_ml"].mean() > 1.5 * names["without"]["pdgf_ng_per_ml"].mean()
    # rooted fibroblasts stay where they are
    start, rooted = names["x_at_start"], names["build"](names["Rooted"], 1, names["day"])
    assert set(start.values()) == set(rooted.agents_by_type[names["Fibroblast"]].get("x_um"))
    assert len(names["moved"]) > 5  # those of the package do not


def test_laubach_2006(notebook: Callable[[str], dict[str, Any]]) -> None:
    names = notebook("06_laubach_2006")
    assert len(names["closed"]) >= 2
    assert names["closed"].max() == measures_epidermis.closing_h(names["run"]) <= 24.0
    assert 3.0 < names["mends"]["shed_h"].min() / 24.0 < 9.0
    assert [len(axes) for axes in names["shown"]] == [5, 3, 2]
