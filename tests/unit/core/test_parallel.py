"""The pool returns results in order, runs at most as many calls at once as it has threads, and passes errors on."""

from __future__ import annotations

import copy
import pickle
import threading

import pytest

from mendsim.abm.core import WorkPool, row_chunks


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_results_are_in_the_order_of_the_tasks(threads, n):
    with WorkPool(threads) as pool:
        for _ in range(2):
            assert pool.run([(pow, (i, 2)) for i in range(n)]) == [i * i for i in range(n)]


def test_as_many_calls_run_at_once_as_there_are_threads():
    barrier = threading.Barrier(3, timeout=10)
    with WorkPool(3) as pool:
        pool.run([(barrier.wait, ())] * 3)  # would time out with fewer threads
    names = set()
    with WorkPool(3) as pool:
        pool.run([(lambda: names.add(threading.get_ident()), ())] * 200)
    assert 1 <= len(names) <= 3


@pytest.mark.parametrize(("threads", "n"), [(1, 5), (4, 1)])
def test_one_thread_or_one_task_runs_in_the_callers_thread(threads, n):
    with WorkPool(threads) as pool:
        assert pool.run([(threading.get_ident, ())] * n) == [threading.get_ident()] * n
        assert pool._executor is None


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_is_raised_when_all_calls_have_ended_and_the_pool_goes_on(threads):
    ended = []

    def fail_at(i):
        if i == 3:
            raise ZeroDivisionError("three")
        ended.append(i)

    with WorkPool(threads) as pool:
        with pytest.raises(ZeroDivisionError, match="three"):
            pool.run([(fail_at, (i,)) for i in range(100)])
        assert len(ended) < 100
        assert pool.run([(abs, (-1,)), (abs, (-2,))]) == [1, 2]


def test_a_task_may_use_the_pool_itself():
    with WorkPool(2) as pool:
        inner = [(abs, (-1,)), (abs, (-2,))]
        assert pool.run([(pool.run, (inner,))] * 4) == [[1, 2]] * 4


def test_a_closed_or_copied_pool_starts_afresh():
    pool = WorkPool(2)
    tasks = [(abs, (-1,)), (abs, (-2,))]
    pool.run(tasks)
    pool.close()
    pool.close()
    for twin in (pool, copy.deepcopy(pool), pickle.loads(pickle.dumps(pool))):  # noqa: S301 - our own bytes
        with twin:
            assert twin.threads == 2
            assert twin.run(tasks) == [1, 2]


def test_a_pool_needs_a_thread():
    with pytest.raises(ValueError, match="at least one thread"):
        WorkPool(0)


@pytest.mark.parametrize(("n", "chunk", "chunks"), [(0, 4, []), (3, 4, [(0, 3)]), (9, 4, [(0, 4), (4, 8), (8, 9)])])
def test_chunks_cover_every_row_once(n, chunk, chunks):
    assert row_chunks(n, chunk) == chunks
