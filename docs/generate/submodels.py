"""The submodels: what every module of the healing model says of itself, its functions, and the numbers it reads."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from importlib import import_module
from pathlib import Path

from generate.markdown import code, summary, table
from generate.parameters import page_of
from mendsim import abm

_FOLDER = Path(str(abm.__file__)).parent

GROUPS: dict[str, tuple[str, ...]] = {
    "epidermis": (
        "agents.keratinocyte", "agents.keratinocyte_crawl", "agents.keratinocyte_cycle",
        "agents.keratinocyte_levelling", "agents.keratinocyte_shedding", "agents.keratinocyte_debris", "agents.stacks",
        "mends", "agents.melanocyte", "agents.melanocyte_kernels", "pigment", "barrier", "surface_kernels", "vapour",
        "microbes", "aftercare",
    ),
    "dermis": (
        "agents.fibroblast", "agents.fibroblast_kernels", "matrix", "tension", "agents.heat_shock", "channel",
        "drainage", "drainage_kernels",
    ),
    "immunity": (
        "leukocytes", "agents.t_cell", "agents.t_cell_kernels", "agents.moving_cell", "agents.moving_kernels",
        "swelling", "redness",
    ),
    "signals": ("signals", "fields.field", "fields.multigrid"),
    "vessels": (
        "agents.vessel", "vessels.anatomy", "vessels.network", "vessels.flow", "vessels.tone", "vessels.sprouts",
        "vessels.adaptation", "vessels.raster", "vessels.oxygen", "agents.follicle",
    ),
    "drugs": (
        "drugs.drug", "drugs.laws", "drugs.action", "drugs.delivery", "drugs.donor", "drugs.media", "drugs.transport",
        "drugs.particles", "drugs.injection", "drugs.excised", "drugs.amounts",
    ),
    "skin": ("site", "anatomy", "initial_state", "tissue", "wound", "mechanisms"),
}  # fmt: skip
"""Modules by theme, in the order of reading."""

MACHINERY = (
    "model", "model_state", "report", "dermal_report", "observables", "draws", "guard",
)  # fmt: skip
"""Modules without a rule of their own, and with them all of `core`."""


def submodels(group: str) -> str:
    """Describe every module of a theme."""
    missing = _all_modules() - {name for names in GROUPS.values() for name in names} - set(MACHINERY)
    if missing:
        raise LookupError(f"docs/generate/submodels.py: put these modules into a theme: {', '.join(sorted(missing))}")
    return "\n\n".join(_module(name) for name in GROUPS[group])


def _module(name: str) -> str:
    module = import_module(f"mendsim.abm.{name}")
    said = inspect.cleandoc(module.__doc__ or "").split("\nReferences\n")[0]
    paragraphs = [summary(paragraph) for paragraph in said.split("\n\n")]
    rows = [[code(rule), summary(made.__doc__)] for rule, made in _public(module)]
    parts = [f"### `{name}`", *paragraphs]
    if rows:
        parts.append(table(["function", "what it does"], rows))
    if keys := _keys(name):
        parts.append(f"Reads: {', '.join(f'[`{key}`]({page_of(key)})' for key in keys)}.")
    return "\n\n".join(parts)


def _public(module: object) -> list[tuple[str, object]]:
    """Functions and classes that a module defines itself and shows."""
    home = module.__name__  # type: ignore[attr-defined]
    made = [
        (name, value)
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == home
    ]
    return [(name, value) for name, value in made if getattr(value, "__doc__", None)]


@cache
def _all_modules() -> set[str]:
    paths = (path.relative_to(_FOLDER).with_suffix("") for path in _FOLDER.rglob("*.py"))
    names = {".".join(path.parts) for path in paths if path.name != "__init__"}
    return {name for name in names if not name.startswith("core.")}


def _keys(name: str) -> list[str]:
    """Parameters that a module reads, in the order of its lines; keys that it puts together are left out."""
    known = abm.load_parameters()
    path = _FOLDER.joinpath(*name.split(".")).with_suffix(".py")
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return list(dict.fromkeys(node.value for node in sorted(texts, key=lambda n: n.lineno) if node.value in known))
