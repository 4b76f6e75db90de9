"""Plots for print: each takes and returns matplotlib Axes, in one style, and can be read without colours.

A plot without axes makes a figure of its own, as wide as a column of a journal (85 mm) or two (174 mm)::

    from mendsim import analysis

    ax = analysis.plots.time_course([analysis.open_run(path) for path in paths], "scar_depth_um")
    analysis.plots.save(ax, "scar.pdf")
"""

from __future__ import annotations

from mendsim.analysis.plots.block import block
from mendsim.analysis.plots.course_sheet import course_sheet
from mendsim.analysis.plots.depth_profile import depth_profile
from mendsim.analysis.plots.dose_response import dose_response
from mendsim.analysis.plots.files import save
from mendsim.analysis.plots.forest import forest
from mendsim.analysis.plots.groups import INTERVAL
from mendsim.analysis.plots.kymograph import kymograph
from mendsim.analysis.plots.sensitivity_bars import morris_plane, sensitivity_bars
from mendsim.analysis.plots.time_course import time_course
from mendsim.analysis.plots.trade_off import pareto_front, trade_off
from mendsim.analysis.plots.vessel_network import vessel_network
from mendsim.analysis.plots.zone_sizes import zone_sizes

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
