"""Plots for print: each takes and returns matplotlib Axes, in one style, and can be read without colours.

A plot without axes makes a figure of its own, as wide as a column of a journal (85 mm) or two (174 mm)::

    from mendsim import analysis

    ax = analysis.plots.time_course([analysis.open_run(path) for path in paths], "scar_depth_um")
    analysis.plots.save(ax, "scar.pdf")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendsim.analysis.plots.block_view import block
    from mendsim.analysis.plots.course_sheets import course_sheet
    from mendsim.analysis.plots.courses import time_course
    from mendsim.analysis.plots.depth_profiles import depth_profile
    from mendsim.analysis.plots.dose_responses import dose_response
    from mendsim.analysis.plots.files import save
    from mendsim.analysis.plots.forest_plot import forest
    from mendsim.analysis.plots.groups import INTERVAL
    from mendsim.analysis.plots.kymographs import kymograph
    from mendsim.analysis.plots.sensitivity_plots import morris_plane, sensitivity_bars
    from mendsim.analysis.plots.trade_offs import pareto_front, trade_off
    from mendsim.analysis.plots.vessel_networks import vessel_network
    from mendsim.analysis.plots.zone_curves import zone_sizes

__all__ = [
    "INTERVAL",
    "block",
    "course_sheet",
    "depth_profile",
    "dose_response",
    "forest",
    "kymograph",
    "morris_plane",
    "pareto_front",
    "save",
    "sensitivity_bars",
    "time_course",
    "trade_off",
    "vessel_network",
    "zone_sizes",
]

_HOME = {
    "INTERVAL": "groups",
    "block": "block_view",
    "course_sheet": "course_sheets",
    "depth_profile": "depth_profiles",
    "dose_response": "dose_responses",
    "forest": "forest_plot",
    "kymograph": "kymographs",
    "morris_plane": "sensitivity_plots",
    "pareto_front": "trade_offs",
    "save": "files",
    "sensitivity_bars": "sensitivity_plots",
    "time_course": "courses",
    "trade_off": "trade_offs",
    "vessel_network": "vessel_networks",
    "zone_sizes": "zone_curves",
}


def __getattr__(name: str) -> object:
    """Import a plot when it is first asked for."""
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(f"mendsim.analysis.plots.{_HOME[name]}"), name)
    raise AttributeError(f"module 'mendsim.analysis.plots' has no attribute {name!r}")
