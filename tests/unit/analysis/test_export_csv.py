"""Tables that say what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mendsim import analysis
from mendsim.analysis import store
from mendsim.analysis.export_csv import _save


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, make_store: Callable[..., Path]) -> tuple[Path, Path]:
    path = make_store()
    return path, analysis.export_run(path, "csv", tmp_path_factory.mktemp("csv") / "out", days=[7.0, 90.0])


def test_every_table_is_described_column_by_column(exported: tuple[Path, Path]) -> None:
    _, out = exported
    about = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in about["resources"]}
    assert set(resources) == {"series", "outcomes", "mends", "fibroblast", "t_cell", "follicle", "vessels"}
    assert {f"{name}.csv" for name in resources} == {path.name for path in out.glob("*.csv")}
    for resource in resources.values():
        table = pd.read_csv(out / resource["path"])
        assert [field["name"] for field in resource["schema"]["fields"]] == list(table)
        for field in resource["schema"]["fields"]:
            if field["type"] == "integer":
                assert np.issubdtype(table[field["name"]].dtype, np.integer)
    scar = next(field for field in resources["series"]["schema"]["fields"] if field["name"] == "scar_depth_um")
    assert scar == {"name": "scar_depth_um", "type": "number", "unit": "um", "description": "scar depth um"}


def test_series_and_agents_hold_what_the_run_holds(exported: tuple[Path, Path]) -> None:
    path, out = exported
    run = store.open_run(path)
    series = pd.read_csv(out / "series.csv")
    np.testing.assert_allclose(series["day"], store.days(run), rtol=1e-8)
    for name in ("scar_depth_um", "debris_depth_um"):  # the second has gaps
        np.testing.assert_allclose(series[name], run["series"][name], rtol=1e-8)
    cells, stored = pd.read_csv(out / "fibroblast.csv"), run["agents/fibroblast"].to_dataset()
    assert cells["day"].value_counts().to_dict() == {7.0: 60, 90.0: 60}
    own = stored["snapshot_index"].to_numpy() == 8
    np.testing.assert_allclose(cells.loc[cells["day"] == 90.0, "z_um"], stored["z_um"][own], rtol=1e-8)
    assert "snapshot_index" not in cells


def test_outcomes_have_their_units(exported: tuple[Path, Path]) -> None:
    path, out = exported
    table = pd.read_csv(out / "outcomes.csv", na_values=[""], keep_default_na=False).set_index("name")
    ends = analysis.outcomes(store.open_run(path))
    assert list(table.index) == list(ends.index)
    known = np.isfinite(ends["value"])
    np.testing.assert_allclose(table.loc[known, "value"].astype(float), ends.loc[known, "value"], rtol=1e-8)
    assert table.loc["reepithelialisation_days", "unit"] == "days"


def test_infinity_is_written_as_data_packages_write_it(tmp_path: Path) -> None:
    values = [0.1 + 0.2, np.inf, -np.inf, np.nan]
    _save(tmp_path, "a", pd.DataFrame({"x": values, "y": [1.0, np.nan, 3.0, 4.0]}), [])
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").split() == ["x,y", "0.3,1", "INF,", "-INF,3", ",4"]
