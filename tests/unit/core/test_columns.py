"""Columns: declared once, described for stores, and strict about what they hold."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mendsim.abm.core import Column, ColumnAgent, ColumnModel


class Cell(ColumnAgent):
    x_um = Column("f4", unit="um", doc="position", default=2.5, ref="doi:10.1000/1")
    kind = Column("u1", unit="1", doc="code")


class Stem(Cell):
    kind = Column("u1", unit="1", doc="code of a stem cell", default=7)
    active = Column("?", unit="1", doc="whether it divides", default=True)


def test_a_type_has_the_columns_of_its_bases_and_lineage():
    assert list(Cell.columns) == ["parent_id", "born_h", "x_um", "kind"]
    assert list(Stem.columns) == ["parent_id", "born_h", "x_um", "kind", "active"]
    assert Cell.x_um.unit == "um"
    stem = Stem(ColumnModel(rng=1))
    assert (stem.kind, stem.active, stem.x_um) == (7, True, 2.5)


def test_the_description_is_json_with_dtype_unit_meaning_default_and_source():
    described = json.loads(json.dumps(Stem.describe()))
    assert described["x_um"] == {
        "dtype": "<f4",
        "unit": "um",
        "doc": "position",
        "default": 2.5,
        "ref": "doi:10.1000/1",
    }
    assert described["active"]["default"] is True
    assert np.dtype(described["parent_id"]["dtype"]) == np.int64
    assert "x_um: float32 [um] position" in repr(Cell.x_um)


def test_an_agent_reads_and_writes_its_row_in_python_numbers():
    model = ColumnModel(rng=1)
    cell = Cell(model, x_um=1.5, kind=3)
    cell.x_um = 7.5
    assert model.population(Cell)["x_um"].tolist() == [7.5]
    assert isinstance(cell.x_um, float)
    assert isinstance(cell.kind, int)


@pytest.mark.parametrize("value", [2.5, np.float32(1.0), "a", None, [0.5]])
def test_a_fraction_or_no_number_is_refused_in_a_column_of_whole_numbers(value):
    model = ColumnModel(rng=1)
    cell = Cell(model)
    with pytest.raises(TypeError, match="column 'kind' holds uint8"):
        cell.kind = value
    with pytest.raises(TypeError, match="column 'kind' holds uint8"):
        Cell(model, kind=value)
    with pytest.raises(TypeError, match="column 'kind' holds uint8"):
        model.agents.set("kind", value)
    assert len(model.agents) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"pos": Column("f8", unit="um", doc="")}, "may not hide"),
        ({"model": Column("f8", unit="1", doc="")}, "may not hide"),
        ({"remove": Column("f8", unit="1", doc="")}, "may not hide"),
        ({"__init__": lambda self, model: None}, "instead of __init__"),
    ],
)
def test_declarations_that_would_break_an_agent_are_refused(body, message):
    with pytest.raises(TypeError, match=message):
        type("Wrong", (ColumnAgent,), body)


def test_a_column_holds_numbers_only_and_its_default_must_fit():
    with pytest.raises(TypeError, match="booleans, integers or floats"):
        Column("U5", unit="1", doc="name")
    with pytest.raises(TypeError, match="holds int32"):
        Column("i4", unit="1", doc="code", default=0.5)
