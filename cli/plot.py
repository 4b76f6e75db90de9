"""``mendsim plot``: pictures of a run, a comparison or a sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mendsim import analysis
from mendsim.analysis import plots, store, style
from mendsim.analysis.asked_days import checked_days
from mendsim.analysis.comparison_document import ABOUT
from mendsim.analysis.plots.settings import is_factor
from mendsim.analysis.vessel_table import BY, By
from mendsim.cli.tables import check_file, check_folder
from mendsim.common.errors import InputError, choices
from mendsim.scenarios.problems import close_names
from mendsim.scenarios.sweeping.folder import is_sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 40
"""End points of a forest plot that fit on a page."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options ask for; empty where they do not say."""

    of: str = ""
    days: tuple[float, ...] = ()
    x: str = ""
    y: str = ""
    hue: str = ""
    lowest: bool = False

    def given(self) -> list[str]:
        """Names of the options that were given."""
        return [field.name for field in fields(self) if getattr(self, field.name)]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of plot: how it is drawn, the options it needs, and those it can do without."""

    draw: Callable[[Any, Asked], Axes]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _day(run: Any, asked: Asked) -> float:
    """One day: that which was asked for, or the last snapshot."""
    if len(asked.days) > 1:
        raise InputError("this plot shows one day", key="--days", value=list(asked.days), allowed="one number")
    days = _days(run, asked)
    return float(store.snapshot_days(run)[-1]) if days is None else days[0]


def _days(run: Any, asked: Asked) -> list[float] | None:
    """Days of the snapshots that were asked for, or None."""
    return checked_days(run, asked.days) if asked.days else None


def _by(asked: Asked) -> By:
    """Read what gives vessels their colour."""
    if asked.of and asked.of not in BY:
        raise InputError("vessels have no such colours", key="--of", value=asked.of, allowed=choices(BY))
    return asked.of or "flow"


def _sensitivity(plot: Callable[..., Axes]) -> Callable[[Any, Asked], Axes]:
    def draw(table: Any, asked: Asked) -> Axes:
        indices = analysis.sensitivity(table, table.attrs["design"], asked.of)
        return plot(indices, outcome=asked.of, unit=table.attrs["units"].get(asked.of, ""))

    return draw


def _of_sweep(table: Any, asked: Asked) -> Axes:
    """Draw an outcome over a factor, or over another outcome."""
    x, y, hue = asked.x, asked.y, asked.hue or None
    if is_factor(table, x):
        if asked.lowest:
            raise InputError("only for one outcome against another", key="--lowest", allowed="an outcome as --x")
        return plots.dose_response(table, x, y, hue=hue)
    return plots.trade_off(table, y, cost=x, hue=hue, best="lowest" if asked.lowest else "highest")


OF_RUN = {
    "time_course": Kind(draw=lambda run, asked: plots.time_course(run, asked.of), needs=("of",)),
    "depth_profile": Kind(
        draw=lambda run, asked: plots.depth_profile(run, asked.of, _days(run, asked)), needs=("of",), takes=("days",)
    ),
    "depth_change": Kind(
        draw=lambda run, asked: plots.depth_profile(
            run, asked.of or "collagen", _days(run, asked), since=float(store.snapshot_days(run)[0])
        ),
        takes=("of", "days"),
    ),
    "kymograph": Kind(draw=lambda run, asked: plots.kymograph(run, asked.of), needs=("of",)),
    "depth_kymograph": Kind(draw=lambda run, asked: plots.kymograph(run, asked.of, along="depth"), needs=("of",)),
    "vessels": Kind(
        draw=lambda run, asked: plots.vessel_network(run, _day(run, asked), by=_by(asked)),
        takes=("of", "days"),
    ),
    "block": Kind(
        draw=lambda run, asked: plots.block(run, _day(run, asked), asked.of or "tissue"), takes=("of", "days")
    ),
}
"""Plots of a run, beside the pictures that are drawn without a kind."""
OF_COMPARISON = {
    "forest": Kind(
        draw=lambda saved, asked: plots.forest(saved, of=[asked.of] if asked.of else None, most=_MOST_ROWS),
        takes=("of",),
    ),
    "time_course": Kind(draw=lambda saved, asked: plots.time_course(saved, asked.of), needs=("of",)),
}
OF_SWEEP = {
    "curve": Kind(draw=_of_sweep, needs=("x", "y"), takes=("hue", "lowest")),
    "sensitivity": Kind(draw=_sensitivity(plots.sensitivity_bars), needs=("of",)),
    "morris": Kind(draw=_sensitivity(plots.morris_plane), needs=("of",)),
}
KINDS = tuple(dict.fromkeys([*OF_RUN, *OF_COMPARISON, *OF_SWEEP]))


def run_plot(path: Path, asked: Asked, *, kind: str | None, out: str | None) -> list[Path]:
    """Draw what was asked for, and return the files.

    Parameters
    ----------
    path : a run store, the folder of a comparison, or that of a sweep.
    asked : what to draw.
    kind : the kind of plot; of a run or a comparison all that are usual if not given.
    out : a file for one plot, a folder for several; beside `path` if not given.

    Raises
    ------
    InputError : nothing to draw there, an unknown kind, or options that do not go with it.
    """
    source, kinds, usual = _source(path)
    if kind is None and not asked.given() and usual is not None:
        if out is not None:
            check_folder(out, "--out")
        return usual(source, path, None if out is None else Path(out))
    name = _kind("curve" if kind is None and kinds is OF_SWEEP else kind, kinds, asked)
    target = path.with_name(f"{path.stem}_pictures") / f"{_file(name, asked)}.png" if out is None else Path(out)
    check_file(str(target), "--out", style.KINDS_OF_FILE)
    return [plots.save(kinds[name].draw(source, asked), target)]


def _source(path: Path) -> tuple[Any, Mapping[str, Kind], Callable[[Any, Path, Path | None], list[Path]] | None]:
    """Open what lies there: with its kinds of plots, and what is drawn without a kind."""
    if (path / ABOUT).is_file():
        return analysis.open_comparison(path), OF_COMPARISON, _comparison
    if is_sweep(path):
        return analysis.open_sweep(path), OF_SWEEP, None
    return analysis.open_run(path), OF_RUN, lambda _, store_path, out: analysis.plot_run(store_path, out)


def _comparison(saved: Any, path: Path, out: Path | None) -> list[Path]:
    """Draw the forest of differences and the time courses of a comparison."""
    folder = path.with_name(f"{path.name}_pictures") if out is None else out
    courses = next(iter(plots.course_sheet(saved).values()))
    return [
        plots.save(plots.forest(saved, most=_MOST_ROWS), folder / "forest.png"),
        plots.save(courses, folder / "time_courses.png"),
    ]


def _kind(name: str | None, kinds: Mapping[str, Kind], asked: Asked) -> str:
    """Check that a kind of plot is known here and goes with the options."""
    taken = {option for each in kinds.values() for option in (*each.needs, *each.takes)}
    for option in asked.given():
        if option not in taken:
            names = choices(f"--{known}" for known in sorted(taken))
            raise InputError("no plot of this takes it", key=f"--{option}", allowed=names)
    if name is None:
        raise InputError(f"--{asked.given()[0]} needs a kind of plot", key="--kind", allowed=choices(kinds))
    if name not in kinds:
        raise InputError("no such plot of this", key="--kind", value=name, allowed=close_names(name, kinds))
    for option in kinds[name].needs:
        if not getattr(asked, option):
            raise InputError(f"a {name} needs it", key=f"--{option}", allowed=_example(option))
    for option in asked.given():
        if option not in (*kinds[name].needs, *kinds[name].takes):
            names = choices(f"--{known}" for known in (*kinds[name].needs, *kinds[name].takes))
            raise InputError(f"does not go with a {name}", key=f"--{option}", allowed=names)
    return name


def _example(option: str) -> str:
    return {
        "of": "a name, for example scar_depth_um, collagen or covered",
        "x": "a factor or an outcome of the sweep",
        "y": "an outcome of the sweep",
    }[option]


def _file(kind: str, asked: Asked) -> str:
    """Name a file after what it shows."""
    names = [asked.y, "over", asked.x] if asked.x else [kind, asked.of]
    return "-".join(str(name).replace("/", "_") for name in names if name)
