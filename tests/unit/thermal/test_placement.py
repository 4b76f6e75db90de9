from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendsim.common.lattice import Lattice
from mendsim.thermal.placement import depth_weights, slit_weights, square_weights

R_EDGES = np.array([0.0, 5.0, 12.0, 40.0, 95.0])


@given(offset=st.floats(-3, 3), spacing=st.floats(3, 60))
@settings(max_examples=50, deadline=None)
def test_every_ring_keeps_its_width_in_a_section(offset, spacing):
    x = np.arange(-40, 41) * spacing + offset
    weights = slit_weights(x[:-1], x[1:], R_EDGES)
    np.testing.assert_allclose(weights.sum(axis=0) * spacing, 2 * np.diff(R_EDGES), rtol=1e-12)
    assert weights.min() >= 0
    assert weights.sum(axis=1).max() <= 1 + 1e-12


@given(dx=st.floats(-3, 3), dy=st.floats(-3, 3), spacing=st.floats(5, 60))
@settings(max_examples=30, deadline=None)
def test_every_ring_keeps_its_area_in_a_block(dx, dy, spacing):
    edges = np.arange(-22, 23) * spacing
    weights = square_weights(edges + dx, edges + dy, R_EDGES)
    np.testing.assert_allclose(weights.sum(axis=(0, 1)) * spacing**2, np.pi * np.diff(R_EDGES**2), rtol=1e-9)
    assert weights.min() > -1e-9
    assert weights.sum(axis=2).max() <= 1 + 1e-9


def test_disc_over_a_square_agrees_with_counting_points():
    weights = square_weights(np.array([10.0, 30.0]), np.array([-5.0, 15.0]), np.array([0.0, 22.0]))
    side = (np.arange(1000) + 0.5) / 1000 * 20
    inside = (side[None, :] + 10) ** 2 + (side[:, None] - 5) ** 2 < 22**2
    assert weights[0, 0, 0] == pytest.approx(inside.mean(), abs=1e-4)


@pytest.mark.parametrize("surface_um", [0.0, 3.0, 47.0])
def test_layers_of_the_zone_keep_their_thickness_below_the_surface(surface_um):
    lattice = Lattice(nz=30, ny=1, nx=1, spacing_um=10, air_sites=5)
    edges = np.array([0.0, 5.0, 10.0, 37.0, 90.0])
    weights = depth_weights(lattice, edges, surface_um)
    np.testing.assert_allclose(weights.sum(axis=0) * 10, np.diff(edges))
    above = lattice.depth_um + 5 <= surface_um
    assert (weights[above] == 0).all()
