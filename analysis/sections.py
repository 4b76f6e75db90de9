"""Pictures of a vertical section; each takes and returns matplotlib Axes.

All pictures are to scale, with depth counted from the mean skin surface. Over a scar the surface dips by the matrix
that is missing (`mendsim.analysis.relief`). Colours can be told apart by colour-blind readers.
"""

from __future__ import annotations

from mendsim.analysis.section_cells import cell_legend, cells
from mendsim.analysis.section_fields import collagen, drug, tgf_beta1
from mendsim.analysis.section_heat import shell_legend, temperature

__all__ = ["cell_legend", "cells", "collagen", "drug", "shell_legend", "temperature", "tgf_beta1"]
