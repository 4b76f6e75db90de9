"""The state of a tree of objects as named arrays, and back into a tree that was built the same way.

What is loaded is data alone: numbers, texts and arrays are put into objects that the program has made, and no name in
the data leads to code but those of a given list of classes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from mendsim.common.errors import InputError

Arrays = dict[str, NDArray[Any]]

_STRUCTURE, _ROOT = ".structure", "."
"""No attribute has such a name."""
_MATRICES = {"csr_array": csr_array, "csc_array": csc_array}
_MANY = 8
"""Lists of this many numbers or more are kept as arrays."""


class StateError(InputError):
    """A saved state that is damaged or does not fit."""


def flatten(root: object, *, constant: tuple[type, ...] = (), leave: frozenset[str] = frozenset()) -> Arrays:
    """Return the state of an object and of all that its attributes hold, as named arrays.

    An object may name attributes in ``REBUILT``, which are not kept, and has a method ``rebuild`` that makes them anew.

    Parameters
    ----------
    root : the object.
    constant : classes whose objects follow from how the tree was built.
    leave : attributes of the root that are not kept.

    Raises
    ------
    TypeError : something that can neither be kept nor is constant, with its path: nothing is left out unnoticed.
    """
    writer = _Writer(root, constant)
    structure = {name: writer.code(value, name) for name, value in vars(root).items() if name not in leave}
    writer.arrays[_STRUCTURE] = np.frombuffer(json.dumps(structure).encode(), np.uint8)
    return writer.arrays


def refill(root: object, arrays: Mapping[str, NDArray[Any]], *, kinds: tuple[type, ...] = ()) -> None:
    """Put back what :func:`flatten` returned.

    Parameters
    ----------
    root : an object built the same way as the one that was saved.
    arrays : its state.
    kinds : classes of which objects may be made where the root has none.

    Raises
    ------
    StateError : a state that is damaged or of an object that was built otherwise.
    """
    try:
        structure = json.loads(arrays[_STRUCTURE].tobytes())
        reader = _Reader(root, arrays, {kind.__name__: kind for kind in kinds})
        for name, code in structure.items():
            setattr(root, name, reader.value(getattr(root, name, None), code, name))
    except StateError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as error:
        raise StateError(f"the saved state does not fit: {error}") from error


class _Writer:
    def __init__(self, root: object, constant: tuple[type, ...]) -> None:
        self.arrays: Arrays = {}
        self._constant = constant
        self._paths = {id(root): _ROOT}
        self._open: set[int] = set()
        """Lists, tuples and dicts whose parts are being written."""

    def code(self, value: Any, path: str) -> Any:
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, (*self._constant, slice)):
            return {"constant": type(value).__name__, "like": _likeness(value)}
        if isinstance(value, np.generic):
            return {"number": self._keep(np.asarray(value), path)}
        if id(value) in self._open:
            raise TypeError(f"{path}: a {type(value).__name__} that holds itself cannot be saved")
        if id(value) in self._paths:
            return {"same": self._paths[id(value)]}
        self._paths[id(value)] = path
        if type(value) is np.ndarray:
            return {"array": self._keep(value, path)}
        if type(value) in (list, tuple, dict):
            self._open.add(id(value))
            code = self._dict(value, path) if type(value) is dict else self._sequence(value, path)
            self._open.remove(id(value))
            return code
        if type(value) in _MATRICES.values():
            parts = {name: self._keep(getattr(value, name), f"{path}.{name}") for name in ("data", "indices", "indptr")}
            return {"matrix": type(value).__name__, "shape": list(value.shape), **parts}
        if not _is_plain(type(value)):
            raise TypeError(f"{path}: {type(value).__name__} cannot be saved")
        rebuilt = getattr(value, "REBUILT", ())
        attributes = {n: self.code(v, f"{path}.{n}") for n, v in vars(value).items() if n not in rebuilt}
        return {"object": type(value).__name__, "attributes": attributes}

    def _dict(self, value: dict[Any, Any], path: str) -> Any:
        return {"dict": [[self._key(key, path), self.code(item, _at(path, key))] for key, item in value.items()]}

    def _sequence(self, value: list[Any] | tuple[Any, ...], path: str) -> Any:
        kinds = {type(item) for item in value}
        if isinstance(value, list) and len(value) >= _MANY and kinds in ({float}, {int}):
            with suppress(OverflowError):  # larger numbers are kept one by one
                return {"numbers": self._keep(np.array(value, np.float64 if kinds == {float} else np.int64), path)}
        items = [self.code(item, f"{path}.{number}") for number, item in enumerate(value)]
        return {"list" if isinstance(value, list) else "tuple": items}

    def _keep(self, array: NDArray[Any], path: str) -> str:
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{path}: an array of {array.dtype} cannot be saved")
        if array.dtype.kind == "f" and not array.flags.c_contiguous:
            # a sum runs in the order of memory, so another order would change its last bit
            raise TypeError(f"{path}: only contiguous arrays can be saved")
        self.arrays[path] = array.copy()
        return path

    @staticmethod
    def _key(key: object, path: str) -> str | int:
        if type(key) not in (str, int):
            raise TypeError(f"{path}: a key of type {type(key).__name__} cannot be saved")
        return key  # type: ignore[return-value]


def _is_plain(kind: type) -> bool:
    """Whether it is a class of mendsim all of whose content is in the attributes of its objects."""
    return kind is not object and all(
        base is object or (base.__module__.startswith("mendsim.") and not vars(base).get("__slots__"))
        for base in kind.__mro__
    )


def _likeness(value: object) -> dict[str, Any] | None:
    """Numbers and texts of what is not kept, by which another one of its kind is told."""
    if not is_dataclass(value):
        return None
    return {name: part for name, part in vars(value).items() if type(part) in (bool, int, float, str)}


def _at(path: str, key: str | int) -> str:
    """Path of an item of a dict: no two parts of a tree have the same."""
    return f"{path}[{key!r}]"


class _Reader:
    def __init__(self, root: object, arrays: Mapping[str, NDArray[Any]], kinds: Mapping[str, type]) -> None:
        self._arrays, self._kinds = arrays, kinds
        self._made: dict[str, Any] = {_ROOT: root}
        self._taken = {id(root)}

    def value(self, existing: Any, code: Any, path: str) -> Any:
        if not isinstance(code, dict):
            return code
        if "constant" in code:
            if type(existing).__name__ != code["constant"]:
                raise StateError(f"the saved state does not fit: {path} is no {code['constant']}")
            if _likeness(existing) != code["like"]:
                raise StateError(f"the saved state does not fit: {path} is another {code['constant']}")
            return existing
        if "number" in code:
            return self._arrays[code["number"]].reshape(())[()]
        if "same" in code:
            return self._made[code["same"]]
        made = self._made[path] = self._new(existing, code, path)
        return made

    def _new(self, existing: Any, code: dict[str, Any], path: str) -> Any:
        if "array" in code:
            return self._array(existing, self._arrays[code["array"]])
        if "numbers" in code:
            return self._into(existing, self._arrays[code["numbers"]].tolist())
        if "list" in code:
            return self._into(existing, self._items(existing, code["list"], path))
        if "tuple" in code:
            return tuple(self._items(existing, code["tuple"], path))
        if "dict" in code:
            old = existing if type(existing) is dict and self._is_free(existing) else {}
            new = {key: self.value(old.get(key), item, _at(path, key)) for key, item in code["dict"]}
            old.clear()
            old.update(new)
            return old
        if "matrix" in code:
            parts = tuple(self._arrays[code[name]].copy() for name in ("data", "indices", "indptr"))
            matrix = _MATRICES[code["matrix"]](parts, shape=tuple(code["shape"]))
            matrix.check_format(full_check=True)  # an index beyond the end would be followed
            return matrix
        return self._object(existing, code, path)

    def _items(self, existing: Any, codes: list[Any], path: str) -> list[Any]:
        old = existing if isinstance(existing, (list, tuple)) else ()
        return [
            self.value(old[number] if number < len(old) else None, code, f"{path}.{number}")
            for number, code in enumerate(codes)
        ]

    def _is_free(self, existing: Any) -> bool:
        """Take something that was built, unless another part of the state has taken it: parts may have come apart."""
        free = id(existing) not in self._taken
        self._taken.add(id(existing))
        return free

    def _into(self, existing: Any, items: list[Any]) -> list[Any]:
        """Keep the list that others may hold."""
        if type(existing) is not list or not self._is_free(existing):
            return items
        existing[:] = items
        return existing

    def _array(self, existing: Any, saved: NDArray[Any]) -> NDArray[Any]:
        """Keep the array that others may hold, if it has the same form and nothing was put into it yet."""
        fits = isinstance(existing, np.ndarray) and existing.flags.writeable and existing.flags.c_contiguous
        same = fits and existing.shape == saved.shape and existing.dtype == saved.dtype
        if not same or not self._is_free(existing):
            return saved.copy()
        existing[...] = saved
        return existing

    def _object(self, existing: Any, code: dict[str, Any], path: str) -> Any:
        name, attributes = code["object"], code["attributes"]
        fits = type(existing).__name__ == name and _is_plain(type(existing))
        if not fits and name not in self._kinds:
            raise StateError(f"the saved state does not fit: {path} is no {name}")
        if not fits or not self._is_free(existing):
            existing = object.__new__(type(existing) if fits else self._kinds[name])
        self._made[path] = existing
        for key in vars(existing).keys() - attributes.keys() - set(getattr(existing, "REBUILT", ())):
            object.__delattr__(existing, key)
        for key, item in attributes.items():
            object.__setattr__(existing, key, self.value(vars(existing).get(key), item, f"{path}.{key}"))
        if hasattr(existing, "REBUILT"):
            existing.rebuild()
        return existing
