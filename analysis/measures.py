"""Every measure of a run that published targets ask for."""

from __future__ import annotations

from mendsim.analysis import measures_dermis, measures_drug, measures_epidermis, measures_vessels
from mendsim.analysis.measure import HOURS, MEASURES, Measure

__all__ = ["HOURS", "MEASURES", "Measure", "measures_dermis", "measures_drug", "measures_epidermis", "measures_vessels"]
