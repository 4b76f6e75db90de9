"""The dermis of an acne scar from before the first of three sessions to six months after the last.

Runs acne_scar for 240 days and its controls (untreated, sham) for 90 days. Prints, and writes to
``docs/dermis_course.csv``:

peaks     days from each session to the highest value of signals, cells, heat-shock proteins and synthesis before the
          next session, and that value; after the last session also of the content of collagen.
state     ratio of collagen I to III, order of the fibres, denatured collagen and elasticity before the first session,
          and a week to six months after the last.
drift     of each control, the dermal series that changes most from its start, and those that begin at nothing and
          do not stay there.

Draws ``docs/dermis_course.png``. Run ``python benchmarks/dermis_course.py [FOLDER]``; with a folder, the run stores are
kept there. Times are right to the three hours between rows of the series.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from PIL import Image

from mendsim import analysis, scenarios
from mendsim.analysis import curves, store
from mendsim.analysis.dermis_strip import dermis_figure
from mendsim.analysis.endpoints_dermis import drifts

DOCS = Path(__file__).parents[1] / "docs"
SEED, BOTTOM_UM, DPI = 1, 1200.0, 165
DRAWN_D = (0, 7, 29, 90, 240)
MOMENTS = {"before": None, "1 week": 7, "1 month": 30, "3 months": 90, "6 months": 180}
"""Days after the last session at which the state of the dermis is read."""
RUNS = {
    "acne_scar": {"follow_up": "240 d", "save.snapshots": [f"{day} d" for day in DRAWN_D]},
    "acne_scar_untreated": {"save.snapshots": ["0 d"]},
    "acne_scar_sham": {"save.snapshots": ["0 d"]},
}
PEAKS = {
    "cytokine_ng_per_ml": "cytokine",
    "neutrophils_per_mm3": "neutrophils",
    "macrophages_per_mm3": "macrophages",
    "tgf_beta1_ng_per_ml": "active TGF-beta1",
    "mmp9_ng_per_ml": "MMP9 that is free",
    "hsp70_epidermis_ratio": "HSP70 of the epidermis",
    "hsp70_dermis_ratio": "HSP70 of fibroblasts",
    "hsp47_ratio": "HSP47",
    "procollagen_3_ratio": "synthesis of collagen III",
    "procollagen_1_ratio": "synthesis of collagen I",
}
CONTENT = {"collagen_3_mg_per_ml": "content of collagen III", "collagen_1_mg_per_ml": "content of collagen I"}


def heal(folder: Path) -> dict[str, xr.DataTree]:
    """Run the scar and its controls and open what they wrote."""
    runs = {}
    for name, values in RUNS.items():
        began = time.perf_counter()
        path = folder / f"{name}.zarr"
        scenario = scenarios.load(name).with_values({"save.series_every": "3 h"} | values)
        scenarios.run(scenario, path, seed=SEED, overwrite=True)
        runs[name] = analysis.open_run(path)
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
    return runs


def peaks(run: xr.DataTree) -> pd.DataFrame:
    """Days from each session to the highest value before the next, and that value."""
    days, sessions = store.days(run), store.session_days(run)
    rows = []
    for number, (start, end) in enumerate(zip(sessions, [*sessions[1:], np.inf], strict=True), 1):
        course = (days >= start) & (days <= end)
        asked = PEAKS | CONTENT if np.isinf(end) else PEAKS
        for name, label in asked.items():
            value, day = curves.peak(days[course] - start, run["series"][name].to_numpy()[course])
            unit, moment = _unit(run, name) or "times rest", f"session {number}"
            rows.append((f"{label}, days to the peak", "d", moment, day))
            rows.append((f"{label}, peak", unit, moment, value))
    return _table(rows)


def state(run: xr.DataTree) -> pd.DataFrame:
    """Quality of the matrix before the first session and at times after the last."""
    series = run["series"].to_dataset()
    denatured = series["denatured_collagen_mg_per_ml"]
    asked = {
        ("collagen I to III", "to 1"): series["collagen_1_mg_per_ml"] / series["collagen_3_mg_per_ml"],
        ("order of the fibres", "0 to 1"): series["orientation_order"],
        ("denatured collagen", "% of highest"): 100.0 * denatured / denatured.max(),
        ("elasticity", "times intact skin"): series["elasticity_index"],
    }
    last = store.session_days(run)[-1]
    rows = [
        (label, unit, moment, float(np.interp(0.0 if after is None else last + after, store.days(run), values)))
        for (label, unit), values in asked.items()
        for moment, after in MOMENTS.items()
    ]
    return _table(rows)


def drift(runs: dict[str, xr.DataTree]) -> pd.DataFrame:
    """Largest change of any dermal series of each control, and what begins at nothing and does not stay there."""
    rows = []
    for run_name, run in runs.items():
        changes = drifts(run)
        most = max(changes, key=lambda name: changes[name])
        rows.append((f"largest drift, {most}", "%", run_name, changes[most]))
        for name, series in run["series"].data_vars.items():
            if series.attrs.get("dermal") and not series[0] and (highest := float(np.abs(series).max())):
                rows.append((f"begins at nothing, {name}", _unit(run, str(name)), run_name, highest))
    return _table(rows)


def _unit(run: xr.DataTree, name: str) -> str:
    """Return the unit of a series as the store has it, empty for a pure number."""
    unit = str(run["series"][name].attrs["units"])
    return "" if unit == "1" else unit


def _table(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["quantity", "unit", "moment", "value"])


def report(part: pd.DataFrame) -> None:
    """Print one row for each quantity and one column for each moment."""
    wide = part.pivot_table(
        index=["quantity", "unit"], columns="moment", values="value", sort=False, dropna=False, observed=True
    )
    print(f"\n{wide.dropna(how='all')[list(dict.fromkeys(part.moment))].to_string(float_format='{:.4g}'.format)}")


def draw(treated: xr.DataTree, untreated: xr.DataTree) -> None:
    """Draw the dermis, with few colours to keep the picture small."""
    buffer, path = io.BytesIO(), DOCS / "dermis_course.png"
    dermis_figure(treated, DRAWN_D, before=untreated, bottom_um=BOTTOM_UM).savefig(buffer, format="png", dpi=DPI)
    picture = Image.open(buffer).convert("RGB")
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=4).save(path, optimize=True)
    print(f"{path.name}: {picture.width} x {picture.height}, {path.stat().st_size / 1e3:.0f} kB")


def main() -> None:
    """Heal, print and keep the table, draw the picture."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        runs = heal(folder)
        treated, *controls = runs
        parts = [peaks(runs[treated]), state(runs[treated]), drift({name: runs[name] for name in controls})]
        for part in parts:
            report(part)
        pd.concat(parts).to_csv(DOCS / "dermis_course.csv", index=False, lineterminator="\n", float_format="%.4g")
        draw(runs[treated], runs[controls[0]])


if __name__ == "__main__":
    main()
