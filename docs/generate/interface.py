"""The reference of a package: every name that it shows, from the docstrings."""

from __future__ import annotations

import inspect
import re
import sys
from importlib import import_module

from sphinx.pycode import ModuleAnalyzer

_STANZA = "```{{eval-rst}}\n.. {kind}:: {name}\n{options}\n```"
_LISTS = {"Parameters", "Attributes", "Returns", "Raises"}
_ITEM = re.compile(r"[*\w]+(, [*\w]+)* :")
_SHORT = 200
"""Letters of a constant up to which it is printed."""
_FULL_LINE = 90
"""Letters of a line after which another one that is indented goes on with the sentence."""


def interface(package: str, *names: str) -> str:
    """Describe all public names of a package, or those that are given."""
    home = import_module(package)
    return "\n\n".join(_described(package, name, getattr(home, name)) for name in names or sorted(home.__all__))


def _described(package: str, name: str, value: object) -> str:
    full = f"{package}.{name}"
    if inspect.ismodule(value):
        return f"## {full}\n\n" + _STANZA.format(kind="automodule", name=full, options="   :members:")
    if inspect.isclass(value):
        return _STANZA.format(kind="autoclass", name=full, options="   :members:")
    if callable(value):
        return _STANZA.format(kind="autofunction", name=full, options="")
    options = f"   :module: {package}\n"
    if isinstance(value, int | float | str | tuple) and len(repr(value)) < _SHORT:
        options += f"   :value: {value!r}\n"
    return _STANZA.format(kind="py:data", name=name, options=f"{options}\n   {_said_of(package, name, value)}")


def _said_of(package: str, name: str, value: object) -> str:
    """Find what stands below a constant in the module of a package that defines it."""
    for home, module in sorted(sys.modules.items()):
        if home.startswith(package) and vars(module).get(name) is value:
            found = ModuleAnalyzer.for_module(home).find_attr_docs().get(("", name))
            if found:
                return " ".join(line.strip() for line in found).strip()
    raise LookupError(f"{package}.{name} says nothing of itself")


def with_whole_sentences(*event: object) -> None:
    """Join sentences of docstrings that run over several lines where a list has its items in one.

    Our lists have the meaning beside the name, where numpydoc looks for a type that fits in a line.
    """
    lines: list[str] = event[-1]  # type: ignore[assignment]  # what Sphinx hands on
    out: list[str] = []
    section = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        section = line if set(following) == {"-"} else section
        if section in _LISTS and out and _goes_on(out[-1], line, section):
            out[-1] = f"{out[-1]} {line.strip()}"
        else:
            out.append(line)
    lines[:] = out


def _goes_on(before: str, line: str, section: str) -> bool:
    if not before.strip() or not line.strip() or before.startswith((" ", "-")) or line.startswith("-"):
        return False
    if line.startswith(" "):
        return line.lstrip()[0].islower() or len(before) >= _FULL_LINE
    return section == "Returns" and not _ITEM.match(line)
