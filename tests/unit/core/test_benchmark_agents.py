"""The rule of benchmarks/agents.py: the same bits on any number of threads and in any order of rows."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def benchmark_agents():
    path = Path(__file__).parents[3] / "benchmarks" / "agents.py"
    spec = importlib.util.spec_from_file_location("benchmark_agents", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_threads_and_row_order_change_no_bit(benchmark_agents):
    rule = benchmark_agents.Rule(sites=30)
    benchmark_agents.check_bits(20_000, steps=3, rule=rule)  # three pieces of work


def test_mesa_agents_given_the_same_draws_go_the_same_way(benchmark_agents):
    rule = benchmark_agents.Rule(sites=30)
    benchmark_agents.check_same_rule(200, steps=5, rule=rule)


def test_the_check_notices_a_draw_that_depends_on_the_row(benchmark_agents, monkeypatch):
    crawl = benchmark_agents.crawl
    by_row = lambda rows, uid, *rest: crawl(rows, uid * 0 + range(len(uid)), *rest)  # noqa: E731
    monkeypatch.setattr(benchmark_agents, "crawl", by_row)
    with pytest.raises(AssertionError, match="depends on threads or row order"):
        benchmark_agents.check_bits(500, steps=1, rule=benchmark_agents.Rule(sites=10))
