"""A laser session as it lands: seen from above, and in a section through a zone."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from mendsim.analysis import relief, sections, style
from mendsim.analysis.section_axes import Window, colour_bar, dress
from mendsim.analysis.section_heat import HEAT_MAP, SCALE_C, SHELLS, shell_legend

_HALF = 0.5
_ROW_COLOURS = {"coagulation": "#f5b7a5", "channel": "#8c2d19"}
_LEAST_DEPTH_UM, _BELOW_UM, _ABOVE_UM = 200.0, 60.0, 40.0
_PANEL_IN, _WIDE_IN, _TALLEST_IN, _ROW_IN, _LEGEND_IN = 4.6, 7.5, 8.0, 0.35, 2.6


def treatment_figure(tree: xr.DataTree, session: int, title: str) -> Figure:
    """Draw one session as a whole figure: plan and section, and what the lines mean.

    Parameters
    ----------
    tree : from `mendsim.scenarios.treat`.
    session : which one of the tree, from 0.
    title : heading of the figure.
    """
    window = _window(tree, session)
    width, depth = window[1] - window[0], window[3] - window[2]
    sizes = tree["injury"].sizes
    across = min(_PANEL_IN if sizes["y"] > 1 else _WIDE_IN, _TALLEST_IN * width / depth)
    height = across * depth / width
    if sizes["y"] > 1:
        figure = style.figure(2 * across + _LEGEND_IN + 1.2, max(across * sizes["y"] / sizes["x"], height, 3.0) + 0.9)
        above, below = figure.subplots(1, 2)
        section(tree, session, below, window=window, bar=False)
        colour_bar([above, below], HEAT_MAP, SCALE_C, "peak temperature [°C]", open_end=True)
    else:
        figure = style.figure(across + _LEGEND_IN + 1.2, max(height, 2.2) + _ROW_IN + 1.4)
        below = section(tree, session, figure.add_subplot(), window=window)
        below.set_title("")
        # Inside the axes of the section, so that zones stand above what they did whatever size it is given.
        above = below.inset_axes((0.0, 1.0 + 0.15 / height, 1.0, _ROW_IN / height), sharex=below)
    plan(tree, session, above)
    if below.get_legend_handles_labels()[1]:
        shell_legend([below], loc="outside right center")
    figure.suptitle(title, fontsize=12, fontweight="bold")
    return figure


def plan(tree: xr.DataTree, session: int = 0, ax: Axes | None = None) -> Axes:
    """Draw a session from above: in a block the highest temperature at any depth, in a section the row of zones.

    In a block a contour shows where at some depth half of the target of a process is lost, and what was vaporised at
    the surface is blank. In a section each zone is drawn as wide as its coagulation and its channel.

    Parameters
    ----------
    tree : from `mendsim.scenarios.treat`.
    session : which one of the tree, from 0.
    ax : axes to draw on; those of a new figure if not given.
    """
    ax = style.axes_or_new(ax)
    injury = tree["injury"].to_dataset().isel(session=session)
    if injury.sizes["y"] == 1:
        return _row(tree, session, ax)
    x, y = injury["x_um"].to_numpy(), injury["y_um"].to_numpy()
    half = 0.5 * float(x[1] - x[0])
    window = (float(x[0]) - half, float(x[-1]) + half, float(y[0]) - half, float(y[-1]) + half)
    surface = int(np.flatnonzero(injury["depth_um"].to_numpy() > 0)[0])
    gone = injury["ablated"].isel(z=surface).to_numpy() > _HALF
    heat = np.where(gone, np.nan, injury["peak_temperature"].max("z").to_numpy())
    ax.imshow(heat, extent=(*window[:2], window[3], window[2]), cmap=HEAT_MAP, norm=SCALE_C, zorder=1)
    for process, _, line in SHELLS:
        lost = injury[f"damage_{process}"].max("z").to_numpy()
        if lost.max() > _HALF > lost.min():
            drawn: dict[str, Any] = {"colors": line["color"], "linestyles": [line["linestyle"]]}
            ax.contour(x, y, lost, levels=[_HALF], linewidths=0.9, **drawn)
    dress(ax, window, "from above")
    ax.set_ylabel("y [µm]")
    return ax


def section(
    tree: xr.DataTree, session: int = 0, ax: Axes | None = None, *, window: Window | None = None, bar: bool = True
) -> Axes:
    """Draw the section through the zone nearest to the middle: peak temperature and shells of damage.

    Parameters
    ----------
    tree, session, ax : as in `plan`.
    window : left, right, top and bottom [um] of what is shown; all that was damaged if not given.
    bar : whether to draw a colour bar.
    """
    window = _window(tree, session) if window is None else window
    y = tree["injury"]["y_um"].to_numpy()
    row = _row_of_zone(tree, session)
    ax = sections.temperature(tree, session, ax, row=row, window=window, bar=bar)
    ax.set_title(f"section at y = {y[row]:.0f} µm" if y.size > 1 else "section")
    return ax


def _row(tree: xr.DataTree, session: int, ax: Axes) -> Axes:
    """Draw each zone of a section as a bar for its coagulation and one for its channel."""
    zones = _zones(tree, session)
    left, right, _, _ = relief.flat(tree).extent_um
    for name, colour in _ROW_COLOURS.items():
        for x, width in zip(zones["x_um"], zones[f"{name}_width_um"], strict=True):
            if width > 0:
                ax.add_patch(Rectangle((x - 0.5 * width, 0.0), width, 1.0, facecolor=colour))
        if zones[f"{name}_width_um"].max() > 0:
            ax.plot([], [], label=name, linestyle="", marker="s", color=colour)
    ax.plot(zones["x_um"], np.full(zones["x_um"].size, 0.5), linestyle="", marker="+", color=style.INK, label="axis")
    ax.set_xlim(left, right)
    ax.set_ylim(0.0, 1.0)
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.set_title("zones along the row, x [µm]")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.2)
    return ax


def _zones(tree: xr.DataTree, session: int) -> dict[str, NDArray[np.float64]]:
    zones = tree["zones"].to_dataset()
    mine = zones["session_index"].to_numpy() == session
    return {str(name): values.to_numpy()[mine] for name, values in zones.data_vars.items()}


def _row_of_zone(tree: xr.DataTree, session: int) -> int:
    """Index along y of the section through the zone nearest to the middle."""
    zones, y = _zones(tree, session), tree["injury"]["y_um"].to_numpy()
    x = tree["injury"]["x_um"].to_numpy()
    away = np.hypot(zones["x_um"] - x.mean(), zones["y_um"] - y.mean())
    return int(np.argmin(np.abs(y - zones["y_um"][np.argmin(away)])))


def _window(tree: xr.DataTree, session: int) -> Window:
    """Whole width of the skin, down to where cells go into heat shock."""
    left, right, bottom, _ = relief.flat(tree).extent_um
    injury = tree["injury"].to_dataset().isel(session=session)
    hit = (injury["damage_heat_shock"] > _HALF).any(("y", "x")).to_numpy()
    deepest = float(injury["depth_um"].to_numpy()[hit].max(initial=0.0))
    return left, right, -_ABOVE_UM, min(bottom, max(deepest + _BELOW_UM, _LEAST_DEPTH_UM))
