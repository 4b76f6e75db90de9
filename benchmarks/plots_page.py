"""Pictures of ``docs/plots.md``, from runs and a comparison that are there.

The page says by which commands these are made. Run ``python benchmarks/plots_page.py ACNE_SCAR BLOCK COMPARISON``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mendsim import analysis
from mendsim.analysis import plots

DOCS = Path(__file__).parents[1] / "docs"
DPI = 140
"""Small enough for a page."""


def main() -> None:
    scar, block = (analysis.open_run(path) for path in sys.argv[1:3])
    compared = analysis.open_comparison(sys.argv[3])
    pictures = {
        "courses": plots.time_course(compared, "epidermal_thickness_um"),
        "profile": plots.depth_profile(scar, "new_collagen", [7, 30, 60, 90], bottom_um=800),
        "kymograph": plots.kymograph(scar, "tgf_beta1", along="depth"),
        "forest": plots.forest(compared, scenarios=[compared.comparison.scenarios[-1]], most=12),
        "vessels": plots.vessel_network(scar, 30, by="kind"),
        "block": plots.block(block, 1, inside="vessels"),
    }
    for name, ax in pictures.items():
        print(plots.save(ax, DOCS / f"plots_{name}.png", dpi=DPI))


if __name__ == "__main__":
    main()
