"""Designs of sweeps: which runs a study needs, from a TOML file.

>>> from mendsim.scenarios import sweeping
>>> design = sweeping.load_design("energy.toml")  # doctest: +SKIP
>>> design.runs, design.units  # doctest: +SKIP
(12, {'events.0.pulse_energy': 'mJ'})
>>> next(design.jobs()).scenario()  # doctest: +SKIP
"""

from mendsim.scenarios.sweeping.design import Design, Job
from mendsim.scenarios.sweeping.loading import design_from_dict, load_design
from mendsim.scenarios.sweeping.tables import design_schema

__all__ = ["Design", "Job", "design_from_dict", "design_schema", "load_design"]
