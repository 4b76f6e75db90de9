"""The epidermis renews itself and stays what it is (issue of homeostasis: layers, turnover, mitoses)."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.model import HealingModel
from mendsim.abm.tissue import CELL_KIND
from mendsim.common.lattice import Lattice

DAYS, STEPS_PER_DAY = 90, 48
WIDE = Lattice.from_size(width_um=3000, depth_um=400, spacing_um=10, air_um=100)


@pytest.fixture(scope="module", params=["cheek", "forearm"])
def skin(request):
    """Counts by kind on every third of 90 days without injury, and the series of observables."""
    model = HealingModel(lattice=WIDE, site=request.param, seed=8)
    bed = model.tissue.bed_z.copy()
    counts, series = [], []
    for day in range(DAYS + 1):
        if day % 3 == 0:
            kinds = model.cell_kinds()
            counts.append([np.count_nonzero(kinds == CELL_KIND[name]) for name in LAYERS])
            series.append(model.observe())
        if day < DAYS:
            for _ in range(STEPS_PER_DAY):
                model.step()
    model.close()
    return model, bed, np.array(counts), series


LAYERS = ("basal", "spinous", "granular", "corneocyte")


def test_every_layer_stays_within_five_percent(skin):
    _, _, counts, _ = skin
    quarters = counts[1:].reshape(3, -1, len(LAYERS)).mean(axis=1)
    assert quarters == pytest.approx(np.broadcast_to(counts[0], quarters.shape), rel=0.05)


def test_layers_and_turnover_are_those_of_the_literature(skin):
    model, _, counts, series = skin
    site = model.site
    nucleated, cornified = counts[:, :3].sum(axis=1).mean(), counts[:, 3].mean()
    area_mm2 = model.lattice.surface_area_mm2
    assert nucleated / area_mm2 == pytest.approx(site.nucleated_cells_per_mm2, rel=0.05)
    assert cornified / area_mm2 == pytest.approx(site.corneocytes_per_mm2, rel=0.05)
    turnover_d = np.mean([row["epidermal_turnover_d"] for row in series[1:]])
    assert turnover_d == pytest.approx(47.5, rel=0.2)  # Iizuka 1994; the site is not given
    assert all(row["barrier_open_fraction"] == 0.0 for row in series)


def test_pigment_stays_within_five_percent(skin):
    _, _, _, series = skin
    for name in ("epidermal_melanin_pg", "melanin_index_pg"):
        course = np.array([row[name] for row in series])
        assert course == pytest.approx(np.full(len(course), course[0]), rel=0.05), name


def test_rete_ridges_keep_their_shape(skin):
    model, bed, _, _ = skin
    assert np.array_equal(model.tissue.bed_z, bed)


def test_some_cells_of_the_basal_layer_have_tired_and_are_replaced(skin):
    model, _, _, _ = skin
    cells = model.population(next(kind for kind in model.agents_by_type if kind.__name__ == "Keratinocyte"))
    basal = (cells["kind"] == CELL_KIND["basal"]) & cells.alive
    tired = np.mean(cells["divisions_left"][basal] == 0)
    assert 0.0 < tired < 0.25
