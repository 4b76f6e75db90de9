"""Numbers that cannot be stop a run, with step, name and place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from mendsim.abm import guard, load_parameters
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.agents.vessel import Vessel
from mendsim.abm.core import ColumnAgent
from mendsim.abm.drugs.drug import drug_by_name
from mendsim.abm.drugs.excised import ExcisedSkin
from mendsim.abm.model import HealingModel
from mendsim.common.errors import NumbersError
from mendsim.common.lattice import Lattice

from .conftest import zone

SKIN = Lattice.from_size(width_um=400, depth_um=600, spacing_um=10, air_um=100)
CELL = Lattice(nz=30, ny=4, nx=12, spacing_um=20.0, air_sites=5)
PROTEINS = ["tgf_beta1", "latent_tgf_beta1", "mmp9", "timp1", "cytokine", "pdgf", "vegf"]


@pytest.fixture(scope="module")
def skin() -> Iterator[HealingModel]:
    """Living skin with a wound and a drug, as it is after some steps."""
    model = HealingModel(lattice=SKIN, seed=4)
    model.injure(zone(SKIN, width_um=140.0, depth_um=250.0, ablated_um=80.0))
    model.apply_drug(drug_by_name("triamcinolone", model.parameters), 2000.0, 24.0, 20.0)
    for _ in range(3):
        model.step()
    guard.check(model)
    yield model
    model.close()


@pytest.fixture(scope="module")
def excised() -> ExcisedSkin:
    model = ExcisedSkin(lattice=CELL, site="forearm", phototype=2, parameters=load_parameters(), seed=1, step_h=0.25)
    model.apply_drug(drug_by_name("methotrexate", model.parameters), 2000.0, 24.0, 20.0)
    model.step()
    guard.check(model)
    return model


WATCHED: dict[str, Callable[[Any], np.ndarray]] = {
    **{name: lambda model, name=name: getattr(model, name).concentration for name in (*PROTEINS, "oxygen")},
    **{
        name: lambda model, name=name: getattr(model.matrix, name)
        for name in ("collagen_1", "collagen_3", "denatured_collagen", "fragments", "elastin", "fibrin")
    },
    **{
        name: lambda model, name=name: getattr(model.leukocytes, name).concentration
        for name in ("neutrophils", "inflammatory", "repairing")
    },
    "order_cos": lambda model: model.matrix.order_cos,
    "order_sin": lambda model: model.matrix.order_sin,
    "interstitial pressure": lambda model: model.drainage.pressure.concentration,
    "swelling": lambda model: model.swelling.excess,
    "alarmin": lambda model: model.alarmin_ng,
    "microbes": lambda model: model.microbes.load,
    "free drug": lambda model: model.delivery.transport.field.concentration,
    "crystals of drug": lambda model: model.delivery.transport.crystals,
    "particles of drug": lambda model: model.delivery.particles.content,
}


def with_number(model: Any, values: np.ndarray, place: tuple[int, ...], number: float) -> str | None:
    """What the guard says of one number put into an array; None if it lets it pass."""
    before = values[place]
    values[place] = number
    try:
        guard.check(model)
    except NumbersError as error:
        return str(error)
    finally:
        values[place] = before
    return None


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name in WATCHED for number in (math.nan, math.inf, -math.inf, -1e30)]
    + [(name, 1e30) for name in WATCHED if name not in ("swelling", "alarmin", "microbes")],  # have no maximum
)
def test_a_wrong_number_in_a_field_is_named(skin: HealingModel, name: str, number: float) -> None:
    values = WATCHED[name](skin)
    said = with_number(skin, values, tuple(size - 1 for size in values.shape), number)
    assert said is not None
    assert said.startswith(f"step 3 (1.5 h): {name} ")
    assert f" is {number:.6g}, outside " in said
    assert "\n" not in said
    guard.check(skin)


def test_the_place_is_told_below_the_surface_also_of_coarse_fields(skin: HealingModel) -> None:
    collagen, tgf = skin.matrix.collagen_1, skin.tgf_beta1.concentration
    assert tgf.shape == (35, 1, 20)
    assert str(with_number(skin, collagen, (30, 0, 7), math.nan)).endswith("at depth 205 um, y 5 um, x 75 um")
    assert str(with_number(skin, tgf, (15, 0, 3), math.nan)).endswith("at depth 210 um, y 5 um, x 70 um")


def test_limits_are_those_of_the_parameters(skin: HealingModel) -> None:
    limit = skin.parameters["limit.protein_ng_per_ml"]
    tgf = skin.tgf_beta1.concentration
    assert with_number(skin, tgf, (5, 0, 3), 0.99 * limit) is None
    said = with_number(skin, tgf, (5, 0, 3), 1.01 * limit)
    assert said is not None
    assert f"tgf_beta1 [ng/mL] is {1.01 * limit:.6g}, outside 0 to {limit:g}" in said


def test_what_solvers_leave_below_zero_passes_and_no_more(skin: HealingModel) -> None:
    most = float(skin.oxygen.concentration.max())
    assert with_number(skin, skin.oxygen.concentration, (9, 0, 3), -0.5e-3 * most) is None
    assert with_number(skin, skin.oxygen.concentration, (9, 0, 3), -2e-3 * most) is not None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [Keratinocyte, TCell, Vessel])
def test_a_wrong_number_of_an_agent_is_named(skin: HealingModel, kind: type[ColumnAgent], number: float) -> None:
    population = skin.population(kind)
    watched = [name for name, column in population.columns.items() if column.dtype.kind == "f" and name != "born_h"]
    row = population.n_rows - 1
    for name in [name for name in watched if not math.isnan(population.columns[name].default)]:
        said = with_number(skin, population[name], (row,), number)
        unit = population.columns[name].unit
        assert said == f"step 3 (1.5 h): {kind.__name__} {population.uid[row]}: {name} [{unit}] is {number}"
    assert watched


def test_wrong_numbers_of_excised_skin_are_named(excised: ExcisedSkin) -> None:
    for name, values, number in (
        ("free drug [ug/mL]", excised.transport.field.concentration, math.nan),
        ("crystals of drug [ug/mL]", excised.transport.crystals, -1e9),
        ("denatured collagen [1]", excised.denatured, 1.5),
    ):
        said = with_number(excised, values, (12, 1, 2), number)
        assert said is not None
        assert said.startswith(f"step 1 (0.25 h): {name} is {number:.6g}, outside 0 to ")
        assert said.endswith("at depth 150 um, y 30 um, x 50 um")


def test_every_field_of_the_model_is_watched(skin: HealingModel) -> None:
    """Also one that is new."""
    watched = {id(values(skin)) for values in WATCHED.values()}
    state = {
        f"{owner}.{name}": value
        for owner, part in {"model": skin, "matrix": skin.matrix, "leukocytes": skin.leukocytes}.items()
        for name, value in vars(part).items()
        if getattr(value, "concentration", None) is not None
        or (isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.shape == SKIN.shape)
    }
    fields = {path: getattr(value, "concentration", value) for path, value in state.items()}
    assert len(fields) > 15
    assert {path for path, values in fields.items() if id(values) not in watched} == set()


def test_a_residual_where_there_is_nothing_is_no_fault(skin: HealingModel) -> None:
    before = skin.swelling.excess.copy()
    try:
        skin.swelling.excess[...] = 0.0
        skin.swelling.excess[0, 0, 0] = -5e-16
        guard.check(skin)
        skin.swelling.excess[0, 0, 0] = -1e-4
        with pytest.raises(NumbersError, match="swelling"):
            guard.check(skin)
    finally:
        skin.swelling.excess[...] = before
