from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="session")
def generate():
    """The package that writes the generated parts of the pages, or one of its modules, by name."""
    sys.path.insert(0, str(DOCS))
    yield lambda name="": import_module(f"generate.{name}".rstrip("."))
    sys.path.remove(str(DOCS))
