"""The order of one step, read from the model's own schedule and from what each of its parts calls."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache

from generate.markdown import code, summary, table
from mendsim.abm import model as home
from mendsim.abm.model import SCHEDULE, HealingModel


def schedule() -> str:
    """List every rule of a step in its order, by part of the schedule."""
    rows = []
    for number, (part, meaning) in enumerate(SCHEDULE, start=1):
        rows.append([f"**{number}**", f"**{part.replace('_', ' ')}**", f"**{meaning}**"])
        rows += [["", code(name), summary(rule.__doc__)] for name, rule in rules_of(part)]
    return table(["", "part, rule", "what happens"], rows)


def rules_of(part: str) -> Iterator[tuple[str, Callable[..., object]]]:
    """Follow the rules that a part of the schedule calls, in order: name as the model has it, and the function.

    Raises
    ------
    LookupError : a call that cannot be followed, so that a page never leaves one out unnoticed.
    """
    for call in _calls(getattr(HealingModel, f"_{part}")):
        owner, _, rule = ast.unparse(call.func).removeprefix("self.").rpartition(".")
        made = _made_in_init().get(owner) or getattr(home, owner, None)
        if made is None:
            raise LookupError(f"the part {part} of a step calls {ast.unparse(call)}")
        yield f"{owner}.{rule}", getattr(made, rule)


def _calls(method: Callable[..., object]) -> Iterator[ast.Call]:
    """Find calls that stand as statements of a method, or whose result it keeps."""
    body = ast.parse(textwrap.dedent(inspect.getsource(method)))
    statements = [node for node in ast.walk(body) if isinstance(node, ast.Expr | ast.Assign)]
    for statement in sorted(statements, key=lambda node: node.lineno):
        if isinstance(statement.value, ast.Call):
            yield statement.value


@cache
def _made_in_init() -> dict[str, type]:
    """Find the class of each part that the constructor of the model makes, by attribute."""
    body = ast.parse(textwrap.dedent(inspect.getsource(HealingModel.__init__)))
    found = {}
    for node in ast.walk(body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made, targets = ast.unparse(node.value.func), node.targets
        elif isinstance(node, ast.AnnAssign):
            made, targets = ast.unparse(node.annotation).partition(" | ")[0], [node.target]
        else:
            continue
        kind = getattr(home, made, None)
        for target in targets:
            if isinstance(kind, type) and isinstance(target, ast.Attribute):
                found[target.attr] = kind
    return found
