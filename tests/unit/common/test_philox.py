"""Philox4x32-10 against Random123's known answers, and the draws built on it."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from scipy import stats

from mendsim.common import purposes
from mendsim.common.philox import bits64, bits128, normal_pair, philox4x32, uniform, uniform_pair

ONES = 0xFFFFFFFF


@njit
def _fill(seed, uids, step, purpose, uniforms, normals):
    for i in range(len(uids)):
        uniforms[i] = uniform(seed, uids[i], step, purpose)
        normals[i, 0], normals[i, 1] = normal_pair(seed, uids[i], step, purpose)


def _draw(uids, seed=7, step=3, purpose=purposes.DIVISION):
    uniforms, normals = np.empty(len(uids)), np.empty((len(uids), 2))
    _fill(seed, uids, step, purpose, uniforms, normals)
    return uniforms, normals


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zero", "all ones", "digits of pi"],
)
def test_known_answers_of_random123(counter, key, answer):
    assert tuple(map(int, philox4x32(*counter, *key))) == answer


def test_arguments_land_in_the_words_the_documentation_names():
    seed, uid, step, purpose = 0x0123456789ABCDEF, 0x1122334455667788, 0xCAFEBABE, 42
    a, b, c, d = map(int, philox4x32(0x55667788, 0x11223344, step, purpose, 0x89ABCDEF, 0x01234567))
    assert tuple(map(int, bits128(seed, uid, step, purpose))) == (a << 32 | b, c << 32 | d)
    assert int(bits64(seed, uid, step, purpose)) == a << 32 | b
    assert uniform(seed, uid, step, purpose) == ((a << 32 | b) >> 11) / 2**53
    assert uniform_pair(seed, uid, step, purpose)[1] == ((c << 32 | d) >> 11) / 2**53


def test_draws_do_not_depend_on_order_or_on_who_calls():
    uids = np.arange(1, 1001)
    order = np.random.default_rng(0).permutation(1000)
    uniforms, normals = _draw(uids)
    shuffled_uniforms, shuffled_normals = _draw(uids[order])
    np.testing.assert_array_equal(shuffled_uniforms, uniforms[order])
    np.testing.assert_array_equal(shuffled_normals, normals[order])
    assert uniform(7, 500, 3, purposes.DIVISION) == uniforms[499]


@pytest.mark.parametrize("changed", [{"seed": 8}, {"seed": 7 + 2**32}, {"step": 4}, {"purpose": purposes.WEAR}])
def test_each_argument_gives_an_unrelated_stream(changed):
    uids = np.arange(1, 20_001)
    correlation = np.corrcoef(_draw(uids)[0], _draw(uids, **changed)[0])[0, 1]
    assert abs(correlation) < 5 / np.sqrt(len(uids))  # five standard errors


def test_distributions():
    uniforms, normals = _draw(np.arange(1, 100_001))
    assert 0 <= uniforms.min() < 1e-3
    assert 1 - 1e-3 < uniforms.max() < 1
    assert stats.kstest(uniforms, "uniform").pvalue > 1e-4
    for column in normals.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(normals.T)[0, 1]) < 5 / np.sqrt(len(normals))


def test_purposes_are_unique_32_bit_codes():
    codes = list(purposes.all_purposes().values())
    assert len(codes) >= 16
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 2**32 for code in codes)
