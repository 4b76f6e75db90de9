"""Trees of objects as named arrays, and back."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array, csr_array

from mendsim.common.saving import Arrays, StateError, flatten, refill


def of_mendsim(kind: type) -> type:
    """Let a class of this file pass for one of mendsim: only objects of its own classes are saved."""
    kind.__module__ = "mendsim.example"
    return kind


@of_mendsim
class Tree:
    """Holds what it is given as attributes."""

    def __init__(self, **parts: Any) -> None:
        vars(self).update(parts)


@of_mendsim
class Leaf(Tree):
    pass


@of_mendsim
class Scale:
    """Follows from the program alone."""

    def __init__(self, factor: float) -> None:
        self.factor = factor


@of_mendsim
@dataclass(frozen=True)
class Size:
    nx: int
    name: str


@of_mendsim
class Doubled:
    """Holds a number that is made anew."""

    REBUILT = ("twice",)

    def __init__(self, once: float) -> None:
        self.once = once
        self.rebuild()

    def rebuild(self) -> None:
        self.twice = 2.0 * self.once


def sent(arrays: Arrays) -> Arrays:
    """Write to a file and read, as a run does."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    stream.seek(0)
    with np.load(stream, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def equal(a: Any, b: Any) -> bool:
    """Whether two trees are the same, bit for bit, in types too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (csr_array, csc_array)):
        return a.shape == b.shape and all(equal(getattr(a, n), getattr(b, n)) for n in ("data", "indices", "indptr"))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return np.float64(a).tobytes() == np.float64(b).tobytes()
    if isinstance(a, Tree):
        return vars(a).keys() == vars(b).keys() and all(equal(vars(a)[name], vars(b)[name]) for name in vars(a))
    return bool(a == b)


def back(tree: Tree, built: Tree | None = None, **options: Any) -> Tree:
    """Save a tree, and put its state into another."""
    built = Tree() if built is None else built
    refill(built, sent(flatten(tree)), kinds=(Leaf,), **options)
    return built


_ARRAYS = st.builds(
    lambda kind, shape, seed: np.random.default_rng(seed).integers(0, 256, (*shape, 8), np.uint8).view(kind)[..., 0],
    st.sampled_from(["f8", "i8", "u8"]),
    st.lists(st.integers(0, 3), max_size=3).map(tuple),
    st.integers(0, 2**32),
).map(np.ascontiguousarray) | st.builds(np.array, st.lists(st.booleans(), max_size=9), st.just(bool))
_NUMBERS = st.integers(-(2**80), 2**80) | st.floats() | st.booleans() | st.none()
_SCALARS = st.floats(width=32).map(np.float32) | st.integers(0, 255).map(np.uint8) | st.booleans().map(np.bool_)
_KEYS = st.text(max_size=4) | st.integers(-3, 3) | st.sampled_from(["a.b", "a", "0", ".structure", "a['b']"])
_MATRICES = st.builds(
    lambda kind, seed: kind(np.random.default_rng(seed).integers(0, 2, (3, 4)).astype(float)),
    st.sampled_from([csr_array, csc_array]),
    st.integers(0, 99),
)
_LONG = st.lists(st.floats(), min_size=8, max_size=12) | st.lists(st.integers(-(2**65), 2**65), min_size=8, max_size=12)
_PARTS = st.recursive(
    _ARRAYS | _NUMBERS | _SCALARS | _MATRICES | _LONG | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.lists(parts, max_size=3).map(tuple)
        | st.dictionaries(_KEYS, parts, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "structure"]), parts, max_size=3).map(lambda d: Leaf(**d))
    ),
    max_leaves=12,
)
_NAMES = st.sampled_from(["a", "b", "c", "structure"])
_TREES = st.dictionaries(_NAMES, _PARTS, max_size=4)
_quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@_quick
@given(_TREES, _TREES)
def test_any_tree_comes_back_bit_for_bit_into_any_other(saved: dict[str, Any], built: dict[str, Any]) -> None:
    for name in built.keys() - saved.keys():
        del built[name]
    tree = Tree(**saved)
    arrays = flatten(tree)
    restored = back(tree, Tree(**built))
    assert equal({name: getattr(restored, name) for name in saved}, saved)
    again = flatten(tree)
    assert equal({k: again[k] for k in arrays}, arrays)  # saving changes nothing


@_quick
@given(st.data())
def test_arrays_that_were_one_stay_one_and_others_stay_apart(data: st.DataObject) -> None:
    """Whatever was built: the same arrays in other places, of other shapes."""
    names = ["a", "b", "c", "d", "e"]

    def parts(label: str) -> dict[str, Any]:
        pool = [[np.zeros(data.draw(st.integers(1, 2))) for _ in range(4)], [[0] for _ in range(4)]]
        pool += [[{"k": 0} for _ in range(4)], [Leaf(k=0) for _ in range(4)]]
        kind = data.draw(st.integers(0, 3), label=label)
        return {name: pool[kind][data.draw(st.integers(0, 3))] for name in names}

    saved, built = parts("saved"), parts("built")
    restored = vars(back(Tree(**saved), Tree(**built)))
    for one in names:
        for other in names:
            assert (restored[one] is restored[other]) == (saved[one] is saved[other])


def test_who_holds_an_array_or_a_list_that_was_built_sees_what_was_restored() -> None:
    built = Tree(field=np.zeros(3), rows=[1, 2], table={"a": 1}, leaf=Leaf(x=1))
    held = vars(built).copy()
    back(Tree(field=np.arange(3.0), rows=[7], table={"b": 2}, leaf=Leaf(y=3)), built)
    assert vars(built) == held
    assert held["field"].tolist() == [0, 1, 2]
    assert (held["rows"], held["table"], vars(held["leaf"])) == ([7], {"b": 2}, {"y": 3})


def test_objects_that_hold_each_other_and_the_root_are_tied_again() -> None:
    tree = Tree(leaf=Leaf(), shared=np.arange(2.0))
    tree.leaf.root, tree.leaf.own, tree.leaf.shared = tree, tree.leaf, tree.shared
    restored = back(tree)
    assert restored.leaf.root is restored
    assert restored.leaf.own is restored.leaf
    restored.shared[0] = 9.0
    assert restored.leaf.shared[0] == 9.0


def test_what_follows_from_the_scenario_is_not_kept_and_must_be_there() -> None:
    arrays = flatten(Tree(scale=Scale(2.0), cells=slice(3, 5), model=1), constant=(Scale,), leave=frozenset({"model"}))
    scale = Scale(3.0)
    built = Tree(scale=scale, cells=slice(1, 2))
    refill(built, arrays)
    assert (built.scale, built.scale.factor, built.cells) == (scale, 3.0, slice(1, 2))
    assert not hasattr(built, "model")
    with pytest.raises(StateError, match="scale is no Scale"):
        refill(Tree(cells=slice(1, 2)), arrays)


def test_what_follows_from_another_scenario_is_refused() -> None:
    arrays = flatten(Tree(size=Size(nx=3, name="x")), constant=(Size,))
    refill(Tree(size=Size(nx=3, name="x")), arrays)
    with pytest.raises(StateError, match="size is another Size"):
        refill(Tree(size=Size(nx=4, name="x")), arrays)


def test_what_cannot_be_saved_is_made_anew() -> None:
    tree, built = Tree(number=Doubled(4.0)), Tree(number=Doubled(1.0))
    tree.number.twice = object()
    back(tree, built)
    assert vars(built.number) == {"once": 4.0, "twice": 8.0}


def test_attributes_that_the_saved_object_had_not_are_gone() -> None:
    built = Tree(leaf=Leaf(late=1, x=1))
    back(Tree(leaf=Leaf(x=2)), built)
    assert vars(built.leaf) == {"x": 2}


class Foreign:
    """A class that is none of mendsim."""


@of_mendsim
class Slotted:
    __slots__ = ("x",)


@of_mendsim
class Table(dict):  # type: ignore[type-arg]
    pass


_ITSELF: list[Any] = []
_ITSELF.append(_ITSELF)


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        b"bytes",
        1j,
        len,
        Tree,
        np.random.default_rng(1),
        np.array([None]),
        np.array(["text"]),
        np.array([1j]),
        np.datetime64(1, "s"),
        np.zeros((2, 3)).T,
        np.zeros(6)[::2],
        np.broadcast_to(1.0, 4),
        np.ma.masked_array([1.0], [True]),
        {(1, 2): 3},
        {None: 3},
        {True: 3},
        {1.5: 3},
        object(),
        Foreign(),
        Slotted(),
        Table(a=1),
        _ITSELF,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_not_be_kept_is_refused_with_its_path(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^leaf\.rows\.1"):
        flatten(Tree(leaf=Leaf(rows=[0, value])))


def test_whole_numbers_may_lie_in_any_order_in_memory() -> None:
    assert back(Tree(a=np.arange(6).reshape(2, 3).T)).a.tolist() == [[0, 3], [1, 4], [2, 5]]


def example() -> Tree:
    leaf = Leaf(field=np.arange(4.0), rows=[1.0] * 9, number=np.float32(2), name="x")
    parts = {"matrix": csc_array(np.eye(3)), "pair": (1, 2), "table": {"a": np.arange(2), 3: leaf}}
    return Tree(leaf=leaf, same=leaf.field, **parts, number=Doubled(1.0))


def mutations(code: Any) -> list[Any]:
    """Give every structure that differs from one in a single place."""
    others: list[Any] = [None, 5, math.inf, "leaf", [], {}, [[]], {"object": "Popen", "attributes": {}}, {"same": "."}]
    others += [
        {"array": "none"},
        {"array": "matrix.indices"},
        {"number": "leaf.field"},
        {"constant": "Popen"},
        {"same": []},
    ]
    made = list(others)
    if isinstance(code, dict):
        for key, value in code.items():
            made += [
                {k: v for k, v in code.items() if k != key},
                {("x" if k == key else k): v for k, v in code.items()},
            ]
            made += [code | {key: other} for other in mutations(value)]
        made += [code | {name: 1} for name in ("__class__", "__dict__", "rebuild", "")]
    if isinstance(code, list):
        made += [code[:i] + code[i + 1 :] for i in range(len(code))] + [[*code, *code]]
        made += [[*code[:i], other, *code[i + 1 :]] for i, item in enumerate(code) for other in mutations(item)]
    return made


def classes(value: Any, seen: set[int]) -> set[str]:
    if id(value) in seen or not isinstance(value, (list, tuple, dict, Tree, Doubled)):
        return set()
    seen.add(id(value))
    parts = value if isinstance(value, (list, tuple)) else (value if isinstance(value, dict) else vars(value)).values()
    return {type(value).__name__}.union(*(classes(part, seen) for part in parts))


def test_damaged_structures_are_refused_or_hold_data_alone() -> None:
    arrays = flatten(example())
    structure = json.loads(arrays[".structure"].tobytes())
    refused = 0
    for other in mutations(structure):
        damaged = arrays | {".structure": np.frombuffer(json.dumps(other).encode(), np.uint8)}
        built = example()
        try:
            refill(built, damaged, kinds=(Leaf,))
        except StateError:
            refused += 1
        assert classes(built, set()) <= {"Tree", "Leaf", "Doubled", "list", "tuple", "dict"}
    assert refused > 200


@pytest.mark.parametrize("text", [b"", b"\xff", b"nonsense", b"[" * 100_000, b"5", b"null", b'{"a": {"dict": 3}}'])
def test_what_is_no_structure_is_refused(text: bytes) -> None:
    with pytest.raises(StateError, match="does not fit"):
        refill(example(), {".structure": np.frombuffer(text, np.uint8)})


def test_missing_arrays_are_refused() -> None:
    arrays = flatten(example())
    for name in arrays:
        with pytest.raises(StateError, match="does not fit"):
            refill(example(), {key: array for key, array in arrays.items() if key != name}, kinds=(Leaf,))


def test_a_matrix_with_an_index_beyond_its_end_is_refused() -> None:
    arrays = flatten(Tree(m=csr_array(np.eye(3))))
    arrays["m.indices"][1] = 4_000_000
    with pytest.raises(StateError, match="does not fit"):
        refill(Tree(), arrays)


def test_classes_that_were_not_named_are_not_made() -> None:
    arrays = flatten(Tree(leaf=Leaf(x=1)))
    with pytest.raises(StateError, match="leaf is no Leaf"):
        refill(Tree(), arrays)
    with pytest.raises(StateError, match="leaf is no Leaf"):
        refill(Tree(leaf=Doubled(1.0)), arrays, kinds=(Scale,))
