"""Collecting columns gives the tables that Mesa's DataCollector gives."""

from __future__ import annotations

import warnings

import mesa
import pandas as pd
import pytest

from mendsim.abm.core import ColumnAgent, ColumnDataCollector


def collected(model, steps=3):
    for _ in range(steps):
        model.step()
    return model.datacollector


@pytest.mark.parametrize("collector", [ColumnDataCollector, mesa.DataCollector])
def test_data_collectors_agree(twins, collector):
    theirs, ours = collected(twins.PlainModel()), collected(twins.Model(collector=collector))
    same = {"check_dtype": False, "check_index_type": False}
    pd.testing.assert_frame_equal(ours.get_model_vars_dataframe(), theirs.get_model_vars_dataframe())
    pd.testing.assert_frame_equal(ours.get_agent_vars_dataframe(), theirs.get_agent_vars_dataframe(), **same)
    for our_type, their_type in ((twins.Cell, twins.PlainCell), (twins.TCell, twins.PlainTCell)):
        pd.testing.assert_frame_equal(
            ours.get_agenttype_vars_dataframe(our_type), theirs.get_agenttype_vars_dataframe(their_type), **same
        )
    pd.testing.assert_frame_equal(ours.get_table_dataframe("deaths"), theirs.get_table_dataframe("deaths"))


def test_collected_values_do_not_change_afterwards(twins):
    model = twins.Model()
    before = collected(model, 1).get_agent_vars_dataframe()
    model.agents.set("size", -5.0)
    pd.testing.assert_frame_equal(model.datacollector.get_agent_vars_dataframe(), before)


def test_collecting_base_types_other_objects_and_missing_columns(twins):
    model = twins.Model()
    collector = ColumnDataCollector(
        agent_reporters={"activation": "activation", "place": lambda a: (a.kind, a.size), "who": "unique_id"},
        agenttype_reporters={ColumnAgent: {"size": "size"}},
    )
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    assert frame.activation.isna().sum() == twins.n_cells
    assert frame.place.iloc[0] == (0, 0.0)
    assert list(frame.who) == model.agents.get("unique_id")
    assert len(collector.get_agenttype_vars_dataframe(ColumnAgent)) == twins.n_cells + twins.n_t_cells
    with pytest.warns(UserWarning, match="No reporters"):
        assert collector.get_agenttype_vars_dataframe(twins.Cell).empty
    with pytest.raises(UserWarning, match="No agent reporters"):
        ColumnDataCollector().get_agent_vars_dataframe()
    with pytest.raises(AttributeError, match="no type of agent has a column 'wings'"):
        ColumnDataCollector(agent_reporters={"w": "wings"}).collect(model)
    with pytest.raises(ValueError, match="no type of agent"):
        ColumnDataCollector(agenttype_reporters={int: {"w": "size"}}).collect(model)


def test_a_collector_that_has_collected_nothing_gives_empty_tables(twins):
    collector = ColumnDataCollector(
        agent_reporters={"size": "size"}, agenttype_reporters={twins.Cell: {"size": "size"}}
    )
    assert collector.get_agent_vars_dataframe().empty
    assert collector.get_agenttype_vars_dataframe(twins.Cell).empty


def test_batch_run_gives_the_same_rows(twins):
    def rows(cls):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mesa.batch_run(cls, {"n": [4, 6]}, max_steps=3, data_collection_period=1, display_progress=False)

    theirs, ours = rows(twins.PlainModel), rows(twins.Model)
    assert ours == theirs
    assert {row["n"] for row in ours} == {4, 6}
