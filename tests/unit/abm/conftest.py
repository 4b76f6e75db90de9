from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.model import HealingModel
from mendsim.common.lattice import Lattice
from mendsim.thermal import DAMAGE_PROCESSES, Injury

SECTION = Lattice.from_size(width_um=600, depth_um=600, spacing_um=10, air_um=100)


def zone(lattice, *, width_um=120.0, depth_um=300.0, ablated_um=0.0):
    """One zone in the middle: everything dies within ``width_um``, everything is gone within ``ablated_um``."""
    z, x = lattice.depth_um[:, None, None], lattice.x_um[None, None, :]
    r = np.abs(x - 0.5 * lattice.nx * lattice.spacing_um)
    inside = np.broadcast_to((r < 0.5 * width_um) & (z < depth_um), lattice.shape)
    gone = np.broadcast_to((r < 0.5 * ablated_um) & (z < depth_um), lattice.shape)
    return Injury(
        lattice=lattice,
        ablated=gone.astype(np.float32),
        damage={process: inside.astype(np.float32) for process in DAMAGE_PROCESSES},
        dose_min=np.where(inside, 1e6, 0.0).astype(np.float32),
        peak_temperature_c=np.where(inside, 90.0, 34.0).astype(np.float32),
        zones=Injury.none(lattice).zones,
        record={},
    )


@pytest.fixture
def make():
    """Make a small model; everything may be given, and all models are closed at the end."""
    made = []

    def build(**options):
        made.append(HealingModel(**{"lattice": SECTION, "site": "cheek", "seed": 4, **options}))
        return made[-1]

    yield build
    for model in made:
        model.close()


@pytest.fixture
def injury():
    return zone


@pytest.fixture
def assert_whole():
    """Give a check of stacks."""

    def check(model):
        """Every column is one gapless stack on its bed, and cells and sites agree."""
        occupant, bed = model.tissue.occupant, model.tissue.bed_z
        for y, x in np.ndindex(bed.shape):
            filled = occupant[: bed[y, x], y, x] > 0
            assert not occupant[bed[y, x] :, y, x].any()
            assert np.all(np.diff(filled.astype(int)) >= 0)
        cells = model.population(Keratinocyte)
        rows = np.arange(cells.n_rows)[cells.rows()]
        assert np.count_nonzero(occupant) == len(rows)
        assert np.array_equal(occupant[cells["iz"][rows], cells["iy"][rows], cells["ix"][rows]], cells.uid[rows])

    return check
