"""Bad input to Monte Carlo transport gets one clear line."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.common.errors import InputError
from mendsim.thermal.grid import ZoneGrid
from mendsim.thermal.monte_carlo import Beam, OpticalLayer, send_photons

SKIN = {"absorption": 1000.0, "scattering": 10_000.0, "anisotropy": 0.9, "refractive_index": 1.4}
GRID = ZoneGrid(np.linspace(0.0, 1e-3, 5), np.linspace(0.0, 1e-3, 9))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("absorption", -1.0),
        ("scattering", float("nan")),
        ("anisotropy", 1.0),
        ("refractive_index", 0.9),
        ("thickness", 0.0),
    ],
)
def test_layer_out_of_range(key, value):
    with pytest.raises(InputError, match=key):
        OpticalLayer(**SKIN | {key: value})


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("shape", {"shape": "square"}),
        ("diameter", {"shape": "gaussian"}),
        ("divergence", {"shape": "pencil", "divergence": -0.1}),
        ("waist_depth", {"shape": "pencil", "waist_depth": float("inf")}),
    ],
)
def test_beam_out_of_range(key, values):
    with pytest.raises(InputError, match=key):
        Beam(**values)


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("photons", {"photons": 0}),
        ("threads", {"threads": 0}),
        ("seed", {"seed": -1}),
        ("first_photon", {"first_photon": -1}),
        ("index_below", {"index_below": 0.0}),
        ("layers", {"layers": []}),
        (r"layers\[0\].thickness", {"layers": [OpticalLayer(**SKIN), OpticalLayer(**SKIN)]}),
        (r"layers\[0\].absorption", {"layers": [OpticalLayer(**SKIN | {"absorption": 0.0})]}),
        ("z_edges", {"grid": ZoneGrid(GRID.r_edges, GRID.z_edges + 1e-4)}),
        ("absorption.shape", {"absorption": np.zeros((4, 8))}),
        ("absorption", {"absorption": np.full((8, 4), -1.0)}),
    ],
)
def test_call_out_of_range(key, changed):
    arguments = {"layers": [OpticalLayer(**SKIN)], "beam": Beam(shape="pencil"), "grid": GRID, "photons": 1, "seed": 1}
    with pytest.raises(InputError, match=key) as caught:
        send_photons(**arguments | changed)
    assert "\n" not in str(caught.value)
    assert caught.value.allowed
