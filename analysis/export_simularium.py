"""A run for the Simularium viewer (simularium.allencell.org): every agent as a ball, vessels and hairs as threads.

x runs along the section, y across it, and z upwards; the middle of the skin sample is the origin. The camera looks
along y, so that the section is seen upright.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mendsim.abm.tissue import CELL_KIND
from mendsim.analysis import store
from mendsim.analysis.drawn_anatomy import FIBROBLAST_STATES, drawn, fibroblast_ball_um, hair_radius_um
from mendsim.analysis.export import kinds, needed, rows
from mendsim.analysis.style import CELL_COLOURS, TISSUE_COLOURS

if TYPE_CHECKING:
    import xarray as xr
    from simulariumio import AgentData

NAME = "run"
"""Of the file, before its ending."""
_BALL, _THREAD = 1000.0, 1001.0
"""How Simularium calls them."""
_THREADS = ("follicle", "vessel")
"""With what the names of types begin that are drawn as threads."""

_TYPES: Mapping[str, tuple[str, Mapping[int, tuple[str, str]]]] = {
    "keratinocyte": (
        "kind",
        {
            CELL_KIND["basal"]: ("keratinocyte#basal", TISSUE_COLOURS["basal layer"]),
            CELL_KIND["spinous"]: ("keratinocyte#spinous", TISSUE_COLOURS["spinous layer"]),
            CELL_KIND["granular"]: ("keratinocyte#granular", TISSUE_COLOURS["granular layer"]),
            CELL_KIND["corneocyte"]: ("keratinocyte#corneocyte", TISSUE_COLOURS["stratum corneum"]),
            CELL_KIND["debris"]: ("keratinocyte#debris", TISSUE_COLOURS["dead cells (debris)"]),
        },
    ),
    "fibroblast": (
        "state",
        {
            0: ("fibroblast#quiescent", CELL_COLOURS["fibroblast"]),
            1: ("fibroblast#activated", CELL_COLOURS["activated fibroblast"]),
            2: ("fibroblast#myofibroblast", CELL_COLOURS["myofibroblast"]),
            3: ("fibroblast#apoptotic", "#9a9a9a"),
        },
    ),
    "t_cell": ("cd8", {0: ("T cell#CD4", CELL_COLOURS["T cell"]), 1: ("T cell#CD8", "#ff9d00")}),
    "follicle": (
        "stage",
        {
            0: ("follicle#anagen", CELL_COLOURS["follicle in anagen"]),
            1: ("follicle#catagen", "#9c7a56"),
            2: ("follicle#telogen", "#c9b79c"),
            3: ("follicle#empty", CELL_COLOURS["empty follicle"]),
        },
    ),
    "vessels": (
        "perfused",
        {
            0: ("vessel#no flow", CELL_COLOURS["vessel without flow"]),
            1: ("vessel#flow", CELL_COLOURS["vessel with flow"]),
        },
    ),
}
"""Column that tells the kinds apart, and for each of its values the name of the type and its colour."""
_OTHERS = {"melanocyte": ("melanocyte", "#a0522d"), "tip_cell": ("tip cell of a sprout", "#e31a8c")}
_PLAIN = "#888888"
_MOST_UNITS, _UNITS_UM = 64.0, (10.0, 100.0, 1000.0)
"""The viewer shows scenes up to 64 units across; of these lengths the shortest that will do is its unit."""


def write(run: xr.DataTree, folder: Path, snapshots: Sequence[int]) -> None:
    """Write agents and vessels of a run as a ``.simularium`` file in JSON.

    Parameters
    ----------
    run : the run.
    folder : an empty folder.
    snapshots : numbers of the snapshots, the frames.

    Raises
    ------
    InputError : simulariumio is not installed.
    """
    needed("simulariumio")
    from simulariumio import CameraData, JsonWriter, MetaData, ModelMetaData, TrajectoryData, UnitData

    frames = [_frame(run, snapshot) for snapshot in snapshots]
    low, high = _box(run, frames)
    size = high - low
    unit_um = next((unit for unit in _UNITS_UM if size.max() <= _MOST_UNITS * unit), _UNITS_UM[-1])
    title = store.title(run)
    camera = CameraData(
        position=np.array([0.0, -size[[0, 2]].max() / unit_um, 0.0]),
        look_at_position=np.zeros(3),
        up_vector=np.array([0.0, 0.0, 1.0]),
    )
    about = ModelMetaData(title=title, version=str(run.attrs["mendsim_version"]))
    data = TrajectoryData(
        meta_data=MetaData(
            box_size=size / unit_um, camera_defaults=camera, trajectory_title=title, model_meta_data=about
        ),
        agent_data=_agent_data(frames, store.snapshot_days(run)[list(snapshots)], 0.5 * (low + high), unit_um),
        time_units=UnitData("day"),
        spatial_units=UnitData("um", unit_um),
    )
    JsonWriter.save(data, str(folder / NAME), validate_ids=True)


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """What is drawn at one snapshot, agent by agent: type, id, radius, and where from and where to [um].

    ``ends`` is ``(n, 2, 3)``; both are the same where a ball is drawn.
    """

    types: NDArray[np.str_]
    ids: NDArray[np.int64]
    radii: NDArray[np.float64]
    ends: NDArray[np.float64]

    @property
    def threads(self) -> NDArray[np.bool_]:
        """Whether an agent is a thread, ``(n,)``."""
        return np.char.startswith(self.types, _THREADS[0]) | np.char.startswith(self.types, _THREADS[1])


def _frame(run: xr.DataTree, snapshot: int) -> _Frame:
    """Gather every agent and vessel of a snapshot."""
    parts: list[_Frame] = []
    for kind in kinds(run):
        columns = {str(name): values.to_numpy() for name, values in rows(run, f"agents/{kind}", snapshot).items()}
        depth = columns["bulb_depth_um"] if kind == "follicle" else columns["z_um"]
        place = np.column_stack([columns["x_um"], columns["y_um"], -depth])
        top = place * (1.0, 1.0, 0.0) if kind == "follicle" else place
        radius = _radius_um(run, kind, columns)
        parts.append(_part(kind, columns, np.stack([place, top], axis=1), np.broadcast_to(radius, len(place))))
        parts[-1].ids[:] = columns["unique_id"]
    if "vessels" in run.children:
        columns = {str(name): values.to_numpy() for name, values in rows(run, "vessels", snapshot).items()}
        ends = np.stack([columns[f"{axis}{end}_um"] for end in (0, 1) for axis in "xyz"], axis=1).reshape(-1, 2, 3)
        parts.append(_part("vessels", columns, ends * (1.0, 1.0, -1.0), columns["radius_um"]))
        taken = max((int(part.ids.max(initial=0)) for part in parts), default=0)
        parts[-1].ids[:] = taken + 1 + np.arange(len(ends))
    return _Frame(
        types=np.concatenate([part.types for part in parts]),
        ids=np.concatenate([part.ids for part in parts]),
        radii=np.concatenate([part.radii for part in parts]),
        ends=np.concatenate([part.ends for part in parts]),
    )


def _radius_um(run: xr.DataTree, kind: str, columns: Mapping[str, NDArray]) -> NDArray[np.float64]:
    """Radius at which agents are drawn: keratinocytes fill their site, a follicle is as wide as its hair."""
    if kind == "keratinocyte":
        return np.array(0.5 * np.diff(store.grid(run)["x_um"].to_numpy()[:2])[0])
    if kind == "follicle":
        return np.array(hair_radius_um(terminal=store.has_hair(run)))
    if kind == "fibroblast":
        return np.array([fibroblast_ball_um(state) for state in FIBROBLAST_STATES])[columns["state"].astype(int)]
    return np.array(drawn().get(f"radius.{kind}", drawn()["radius.other"]))


def _part(kind: str, columns: Mapping[str, NDArray], ends: NDArray[np.float64], radii: NDArray[np.float64]) -> _Frame:
    """One kind of agent, told apart by its state; ids are still to be given."""
    if kind in _TYPES:
        column, looks = _TYPES[kind]
        types = np.array([looks.get(int(state), (kind, _PLAIN))[0] for state in columns[column]], dtype=np.str_)
    else:
        types = np.full(len(ends), _OTHERS.get(kind, (kind, _PLAIN))[0])
    return _Frame(types=types, ids=np.zeros(len(ends), np.int64), radii=radii, ends=ends)


def _box(run: xr.DataTree, frames: Sequence[_Frame]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner [um] of the sample with its air, and with vessels that lie beside a section."""
    grid = store.grid(run)
    x, depth = grid["x_um"].to_numpy(), grid["depth_um"].to_numpy()
    spacing = float(x[1] - x[0])
    across = max([grid.sizes["y"] * spacing, *(float(frame.ends[..., 1].max(initial=0.0)) for frame in frames)])
    low, high = [0.0, 0.0, -depth[-1] - 0.5 * spacing], [x[-1] + 0.5 * spacing, across, -depth[0] + 0.5 * spacing]
    return np.array(low), np.array(high)


def _agent_data(
    frames: Sequence[_Frame], days: NDArray[np.float64], middle: NDArray[np.float64], unit_um: float
) -> AgentData:
    """Lay the frames side by side, ``(frames, agents)``, with the middle of the sample as origin."""
    from simulariumio import DISPLAY_TYPE, AgentData, DisplayData

    most = max(len(frame.ids) for frame in frames)
    shape = (len(frames), most)
    ids, radii, threads = np.zeros(shape, np.int64), np.ones(shape), np.zeros(shape, bool)
    balls, ends = np.zeros((*shape, 3)), np.zeros((*shape, 6))
    for number, frame in enumerate(frames):
        filled = slice(len(frame.ids))
        ids[number, filled], radii[number, filled], threads[number, filled] = frame.ids, frame.radii, frame.threads
        at = (frame.ends - middle) / unit_um
        balls[number, filled] = np.where(frame.threads[:, None], 0.0, at[:, 0])
        ends[number, filled] = np.where(frame.threads[:, None], at.reshape(-1, 6), 0.0)
    colours = dict(look for _, looks in _TYPES.values() for look in looks.values()) | dict(_OTHERS.values())
    used = {str(name) for frame in frames for name in np.unique(frame.types)}
    display = {
        name: DisplayData(
            name=name,
            display_type=DISPLAY_TYPE.FIBER if name.startswith(_THREADS) else DISPLAY_TYPE.SPHERE,
            color=colours.get(name, _PLAIN),
        )
        for name in sorted(used)
    }
    return AgentData(
        times=days,
        n_agents=np.array([len(frame.ids) for frame in frames]),
        viz_types=np.where(threads, _THREAD, _BALL),
        unique_ids=ids,
        types=[frame.types.tolist() for frame in frames],
        positions=balls,
        radii=radii / unit_um,
        n_subpoints=np.where(threads, 6, 0),
        subpoints=ends,
        display_data=display,
    )
