"""Depth of a contact burn against time: an aluminium block at 100 degC on pig skin.

Singh 2016 Burns 42:1507 (abstract read): depth of injury after 72 h. The block loses 0 to 5 degC, so that a disc that
keeps its temperature is a fair model of it. Nothing is fitted. The edge of the injury is taken where Omega = 1 for
fibroblasts; pressed skin is perfused as usual here, and the width of the block is assumed.

========= ===== ===== ===== ===== =====
contact   5 s   10 s  15 s  20 s  30 s
========= ===== ===== ===== ===== =====
published 0.46  0.82  1.21  1.61  1.91  mm
model     0.58  0.98  1.32  1.64  2.38  mm
========= ===== ===== ===== ===== =====
"""

from __future__ import annotations

import numpy as np

from mendsim.thermal import SkinLayers, load_parameters
from mendsim.thermal.burn import solve_burn
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.summary import summarise

PUBLISHED_MM = {5.0: 0.46, 10.0: 0.82, 15.0: 1.21, 20.0: 1.61, 30.0: 1.91}
PIG = SkinLayers(stratum_corneum_um=15, epidermis_um=65, dermis_um=3020)  # full thickness 3.1 mm in the paper


def test_depth_grows_with_contact_as_published():
    parameters = load_parameters()
    model = []
    for contact_s in PUBLISHED_MM:
        zone = solve_burn(
            layers=PIG,
            parameters=parameters,
            sets=choose_sets(parameters),
            temperature_c=100.0,
            contact_s=contact_s,
            diameter_um=2e4,
            spacing_um=20.0,
        )
        model.append(1e-3 * summarise(zone)["fibroblast_necrosis_depth_um"])
    error = np.array(model) / np.array(list(PUBLISHED_MM.values())) - 1
    assert np.abs(error).mean() < 0.2
    assert np.abs(error).max() < 0.3
