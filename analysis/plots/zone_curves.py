"""Sizes of single zones over pulse energy (R02), from the table of `mendsim.thermal.zones`."""

from __future__ import annotations

from typing import Any, Literal

import xarray as xr
from matplotlib.axes import Axes

from mendsim.analysis import style
from mendsim.common.errors import InputError

Size = Literal["depth", "width"]
SIZES: tuple[Size, ...] = ("depth", "width")
_HEIGHT_IN, _ROW_IN = 2.3, 0.09
_PARTS = {"channel": "channel", "coagulation": "coagulation", "cem43_240": "240 min at 43 °C"}
"""What is drawn of a zone, and how it is called."""


@style.styled
def zone_sizes(table: xr.Dataset, size: Size = "depth", ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Draw depth or full width of channel, coagulation and lethal dose over pulse energy.

    Several spots or pulse durations get marks and dashes of their own. Parts that no zone of the table has are left
    out: a non-ablative laser makes no channel.

    Parameters
    ----------
    table : from `mendsim.thermal.zones`.
    size : ``"depth"`` or ``"width"``.
    ax : axes to draw on; those of a new figure of one column if not given.
    legend : whether to name the lines.

    Raises
    ------
    InputError : an unknown size, fewer than two energies, or more settings than can be told apart.
    """
    if size not in SIZES:
        raise InputError("unknown size", key="size", value=size, allowed=" or ".join(SIZES))
    if table.sizes.get("energy_mj", 1) < 2:
        raise InputError("one energy makes no curve", key="energy_mj", allowed="two energies or more")
    settings = _settings(table)
    style.check_count(len(settings), "spots and pulse durations")
    several = legend and len(settings) > 1
    ax = style.axes_or_new(ax, style.ONE_COLUMN_IN, _HEIGHT_IN + _ROW_IN * len(_PARTS) * len(settings) * several)
    for colour, (part, name) in zip(style.SERIES_COLOURS, _PARTS.items(), strict=False):
        values = table[f"{part}_{size}_um"]
        if not bool((values > 0).any()):
            continue
        for number, (where, about) in enumerate(settings):
            ax.plot(
                table["energy_mj"],
                values.isel(where),
                color=colour,
                linestyle=style.SERIES_LINES[number],
                marker=style.SERIES_MARKERS[number],
                markeredgecolor="white",
                markeredgewidth=0.4,
                label=f"{name}, {about}" if about else name,
                zorder=3,
            )
    ax.set(xlabel="pulse energy [mJ]", ylabel=f"{size} [µm]")
    ax.set_xlim(left=0.0)
    ax.set_ylim(bottom=0.0)
    ax.set_title(str(table.attrs.get("device", "")))
    ax.grid()
    if legend and not several:
        ax.legend(handlelength=2.4)
    elif legend:  # too many names for the room between the lines
        style.legend_below(ax, gap=0.2, columns=2)
    return ax


def _settings(table: xr.Dataset) -> list[tuple[dict[str, int], str]]:
    """Every combination of spot and pulse duration: its place in the table, and a name where there are several."""
    found: list[tuple[dict[str, int], str]] = [({}, "")]
    axes: dict[str, Any] = {"spot_um": "spot {:g} µm", "pulse_ms": "{:g} ms"}
    for axis, text in axes.items():
        if axis not in table.dims:
            continue
        several = table.sizes[axis] > 1
        found = [
            ({**where, axis: place}, ", ".join(filter(None, [about, text.format(value) if several else ""])))
            for where, about in found
            for place, value in enumerate(table[axis].to_numpy())
        ]
    return found
