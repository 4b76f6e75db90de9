"""Section of heat: peak temperature and the nested shells of damage."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.legend import Legend

from mendsim.analysis import relief as surface
from mendsim.analysis import store, style
from mendsim.analysis.section_axes import Window, colour_bar, frame

HEAT_MAP = "inferno"
SCALE_C = Normalize(37.0, 120.0)
"""Ends of the colour scale: the body, and somewhat above boiling. Vapour and char are hotter, which matters no more."""
SHELLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("collagen_denaturation", "collagen denatured", {"color": "#ffffff", "linestyle": "-"}),
    ("vessel_coagulation", "vessels coagulated", {"color": "#ffe066", "linestyle": "-"}),
    ("keratinocyte_necrosis", "keratinocytes killed", {"color": "#56b4e9", "linestyle": "-"}),
    ("fibroblast_necrosis", "fibroblasts killed", {"color": "#5ef0b0", "linestyle": "--"}),
    ("t_cell_apoptosis", "T cells killed", {"color": "#ffb3e6", "linestyle": "-."}),
    ("heat_shock", "cells in heat shock", {"color": "#c0c0c0", "linestyle": ":"}),
)
"""Damage process, what its contour says, how it is drawn; inner shells first."""
_HALF = 0.5


def temperature(
    run: xr.DataTree,
    session: int = 0,
    ax: Axes | None = None,
    *,
    row: int | None = None,
    window: Window | None = None,
    bar: bool = True,
) -> Axes:
    """Draw the highest temperature that each site reached, with a contour where half of each target was damaged.

    The contours are the nested shells around each zone: collagen, vessels and cells give way at different doses
    (`shell_legend` names them). Vaporised sites are blank. Drawn without the dip over a scar.

    Parameters
    ----------
    run, ax, window : as in `cells`.
    session : which injury, from 0.
    row : which section of a block, as an index along y; the middle one if not given.
    bar : whether to draw a colour bar.
    """
    ax = style.axes_or_new(ax)
    injury = run["injury"].to_dataset()
    injury = injury.isel(session=session, y=injury.sizes["y"] // 2 if row is None else row).load()
    relief = surface.flat(run)
    gone = injury["ablated"].to_numpy() > _HALF
    heat = injury["peak_temperature"].to_numpy()
    in_air = relief.depth_um[:, None] < 0
    top = int(np.count_nonzero(in_air))
    shown = np.where(gone | in_air, np.nan, heat)
    ax.imshow(shown, extent=relief.extent_um, cmap=HEAT_MAP, norm=SCALE_C, zorder=1)
    if gone.any():
        ax.plot([], [], label="vaporised", linestyle="", marker="s", color=style.BACKGROUND)
    for process, label, line in SHELLS:
        damage = injury[f"damage_{process}"].to_numpy()
        if damage.max() > _HALF:
            ax.contour(
                relief.x_um,
                relief.depth_um[top:],
                damage[top:],
                levels=[_HALF],
                linewidths=1.1,
                colors=line["color"],
                linestyles=[line["linestyle"]],
            )
            ax.plot([], [], label=label, linewidth=1.6, **line)
    frame(ax, relief, window, f"{store.causes(run)[session]} {session + 1}")
    if bar:
        colour_bar([ax], HEAT_MAP, SCALE_C, "peak temperature [°C]", open_end=True)
    return ax


def shell_legend(axes: list[Axes], title: str = "inside each line, at least half of:", **placement: Any) -> Legend:
    """Add one legend for the contours of all sections of temperature in a figure.

    Parameters
    ----------
    axes : axes from `temperature`, all in one figure.
    title : what a contour says.
    placement : arguments of matplotlib's ``Figure.legend``.
    """
    shown = {label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    dark: dict[str, Any] = {"frameon": True, "facecolor": "#22222e", "edgecolor": "none", "labelcolor": "white"}
    dark |= {"framealpha": 1.0, "title": title}
    legend = style.figure_of(axes[0]).legend(list(shown.values()), list(shown), **dark, **placement)
    legend.get_title().set_color("white")
    return legend
