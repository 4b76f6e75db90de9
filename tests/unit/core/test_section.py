"""Property layers are windows on fields, and a section is a space that Mesa can draw."""

from __future__ import annotations

import numpy as np
import pytest
from mesa.discrete_space import OrthogonalMooreGrid, PropertyLayer

from mendsim.abm.core import Column, ColumnAgent, ColumnModel, FieldLayer, SectionView
from mendsim.common.lattice import Lattice

LATTICE = Lattice(nz=4, ny=2, nx=6, spacing_um=10.0, air_sites=1)


class Fibroblast(ColumnAgent):
    x_um = Column("f8", unit="um", doc="position along x")
    z_um = Column("f8", unit="um", doc="position from the top")


class Keratinocyte(ColumnAgent):
    ix = Column("i4", unit="1", doc="site along x")
    iz = Column("i4", unit="1", doc="site along z")


class Model(ColumnModel):
    def __init__(self):
        super().__init__(rng=1)
        self.enrol([Fibroblast, Keratinocyte])
        self.oxygen = np.arange(48, dtype="f4").reshape(LATTICE.shape)
        self.coarse = np.arange(6.0).reshape(2, 1, 3)
        Fibroblast.create_agents(self, 3, x_um=[5.0, 25.0, 60.0], z_um=[5.0, 40.0, 20.0])
        Keratinocyte.create_agents(self, 1, ix=4, iz=0)
        layers = {"oxygen": lambda: self.oxygen, "coarse": lambda: self.coarse}
        self.grid = SectionView(self, LATTICE, layers=layers, iy=1)


@pytest.fixture
def model():
    return Model()


def test_a_section_is_a_mesa_grid_with_the_surface_on_top(model):
    assert isinstance(model.grid, OrthogonalMooreGrid)
    assert (model.grid.width, model.grid.height) == (6, 4)
    layer = model.grid._mesa_property_layers["oxygen"]
    assert isinstance(layer, PropertyLayer)
    assert layer.dimensions == (6, 4)
    assert layer.data[2, 3] == model.oxygen[0, 1, 2]  # drawn with its origin below
    assert layer.data[5, 0] == model.oxygen[3, 1, 5]


def test_a_layer_reads_and_writes_the_field_itself(model):
    layer = model.grid._mesa_property_layers["oxygen"]
    before = model.oxygen.copy()
    assert np.shares_memory(layer.data, model.oxygen)
    layer.modify_cells(np.add, 1.0)
    np.testing.assert_array_equal(model.oxygen[:, 1], before[:, 1] + 1.0)
    np.testing.assert_array_equal(model.oxygen[:, 0], before[:, 0])
    layer.set_cells(0.25)
    layer.set_cells(5.0, lambda value: value < 0.5)
    assert (model.oxygen[:, 1] == 5.0).all()
    layer.data = np.full((6, 4), 3.0)
    assert (model.oxygen[:, 1] == 3.0).all()
    assert layer.aggregate(np.sum) == 72.0
    assert len(layer.select_cells(lambda data: data > 2.0)) == 24
    model.oxygen = np.zeros_like(model.oxygen)
    assert layer.data.sum() == 0.0  # a field that is replaced is followed


def test_a_coarser_field_is_shown_site_by_site(model):
    data = model.grid._mesa_property_layers["coarse"].data
    assert data.shape == (6, 4)
    assert data[:, 3].tolist() == [0, 0, 1, 1, 2, 2]
    assert data[:, 0].tolist() == [3, 3, 4, 4, 5, 5]
    with pytest.raises(ValueError, match="read-only"):
        model.grid._mesa_property_layers["coarse"].set_cells(1.0)


def test_agents_stand_at_their_place_in_the_section(model):
    assert [agent.pos for agent in model.grid.agents] == [(0.0, 3.0), (2.0, -0.5), (5.5, 1.5), (4.0, 3.0)]
    assert model.agents[0].pos == (5.0, 5.0)  # elsewhere, micrometres
    assert model.agents[3].pos is None
    assert [type(agent) for agent in model.grid.agents][3] is Keratinocyte


def test_no_more_agents_are_drawn_than_wished(model):
    Fibroblast.create_agents(model, 1_000, x_um=1.0)
    few = SectionView(model, LATTICE, layers={}, agents=lambda: model.agents_by_type[Fibroblast], at_most=100)
    assert 90 <= len(few.agents) == len(list(few.agents)) <= 100


def test_an_agent_without_a_place_is_an_error(model):
    class Nowhere(ColumnAgent):
        pass

    Nowhere(model)
    with pytest.raises(TypeError, match="Nowhere has no place"):
        list(model.grid.agents)


def test_a_layer_of_any_array():
    array = np.zeros((2, 3))
    FieldLayer("a", lambda: array).set_cells(4.0)
    assert array.sum() == 24.0


def test_mesas_space_renderer_draws_a_section(model):
    pytest.importorskip("solara")
    pytest.importorskip("altair")
    from mesa.visualization.components import AgentPortrayalStyle, PropertyLayerStyle
    from mesa.visualization.space_renderer import SpaceRenderer

    renderer = SpaceRenderer(model, backend="matplotlib")
    renderer.draw_structure()
    draw_agents = getattr(renderer, "setup_agents", None)
    if draw_agents is None:
        renderer.draw_agents(lambda agent: AgentPortrayalStyle(color="red"))
        renderer.draw_propertylayer(lambda layer: PropertyLayerStyle(colormap="viridis"))
    else:
        renderer.setup_agents(lambda agent: AgentPortrayalStyle(color="red")).draw_agents()
        renderer.setup_propertylayer(lambda layer: PropertyLayerStyle(colormap="viridis")).draw_propertylayer()
    (points,) = renderer.canvas.collections
    np.testing.assert_allclose(points.get_offsets(), [agent.pos for agent in model.grid.agents])
    assert len(renderer.canvas.images) == 2
    np.testing.assert_array_equal(renderer.canvas.images[0].get_array(), model.oxygen[::-1, 1])
