"""How long a surface may stay hot before the epidermis dies through: the time-temperature curve of burns.

Moritz and Henriques 1947 Am J Pathol 23:695 held the surface of human and pig skin at a temperature with running water.
Their points lie on ln t = 116.4 - 28.3 ln T (t in s, T in degC; R2 = 0.98), as Naert 2008 fitted them, cited in
doi:10.1371/journal.pone.0254790. Only the part where the points are close to it is used, 50 to 60 degC.

What the laws of damage give (s):

==== ========= ===================== =========== ============================
T    published epidermis_mehta_wong  burn_diller keratinocyte_dose (default)
==== ========= ===================== =========== ============================
50   296       90                    490         6480
55   20        16                    38          259
60   1.7       5.0                   15          26
==== ========= ===================== =========== ============================

The default law comes from keratinocytes in culture that survived a second at 60 degC: right for a laser, too mild for a
burn of seconds and minutes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from mendsim.thermal import SkinLayers, load_parameters
from mendsim.thermal.burn import solve_burn
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.injury import DAMAGE_PROCESSES

# Running water holds the surface at its temperature: the best contact that the parameter allows.
PARAMETERS = load_parameters().with_overrides({"contact.conductance_w_per_m2_k": 1e4}, origin="test")
SKIN = SkinLayers(stratum_corneum_um=15, epidermis_um=75, dermis_um=2000)
BASE = 90e-6  # where the epidermis ends
LAWS = ("epidermis_mehta_wong", "burn_diller", "keratinocyte_dose")


def published_s(temperature_c: float) -> float:
    return float(np.exp(116.4 - 28.3 * np.log(temperature_c)))


@cache
def threshold_s(temperature_c: float) -> dict[str, float]:
    """Contact after which damage through the epidermis reaches Omega = 1, by each law; all are solved at once."""
    contacts = published_s(temperature_c) * np.geomspace(0.2, 40.0, 8)
    sets = choose_sets(PARAMETERS, dict(zip(DAMAGE_PROCESSES, LAWS, strict=False)))
    omega = []
    for contact_s in contacts:
        zone = solve_burn(
            layers=SKIN,
            parameters=PARAMETERS,
            sets=sets,
            temperature_c=temperature_c,
            contact_s=float(contact_s),
            diameter_um=6e3,
            spacing_um=15.0,
        )
        axis = np.log(np.maximum(zone.omega[:, 0, : len(LAWS)], 1e-300))
        omega.append([np.interp(BASE, zone.grid.z, axis[:, law]) for law in range(len(LAWS))])
    found = np.array(omega)
    return {
        name: float(np.exp(np.interp(0.0, found[:, law], np.log(contacts)))) for law, name in enumerate(LAWS)
    }  # fmt: skip


@pytest.mark.parametrize("temperature_c", [50.0, 55.0, 60.0])
def test_a_law_of_burns_gives_the_order_of_magnitude(temperature_c):
    ratio = threshold_s(temperature_c)["epidermis_mehta_wong"] / published_s(temperature_c)
    assert 0.25 < ratio < 4


@pytest.mark.parametrize("temperature_c", [50.0, 55.0, 60.0])
def test_the_default_law_needs_many_times_as_long(temperature_c):
    ratio = threshold_s(temperature_c)["keratinocyte_dose"] / published_s(temperature_c)
    assert 8 < ratio < 30


def test_five_degrees_more_shorten_the_time_as_published():
    for law in ("epidermis_mehta_wong", "burn_diller"):
        shorter = threshold_s(50.0)[law] / threshold_s(55.0)[law]
        assert shorter == pytest.approx(published_s(50.0) / published_s(55.0), rel=0.7)
