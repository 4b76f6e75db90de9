"""The reference of a package: every name that it shows, from the docstrings."""

from __future__ import annotations

import inspect
from importlib import import_module

_STANZA = "```{{eval-rst}}\n.. {kind}:: {name}\n{options}\n```"


def interface(package: str, *names: str) -> str:
    """Describe all public names of a package, or those that are given."""
    home = import_module(package)
    return "\n\n".join(_described(f"{package}.{name}", getattr(home, name)) for name in names or sorted(home.__all__))


def _described(name: str, value: object) -> str:
    if inspect.ismodule(value):
        return f"## {name}\n\n" + _STANZA.format(kind="automodule", name=name, options="   :members:")
    if inspect.isclass(value):
        return _STANZA.format(kind="autoclass", name=name, options="   :members:")
    if callable(value):
        return _STANZA.format(kind="autofunction", name=name, options="")
    return _STANZA.format(kind="autodata", name=name, options="   :no-value:")
