"""How Sphinx builds these pages: ``make docs``. A warning is an error, and nothing is fetched from the net."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # finds the folder generate

about = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
project = about["name"]
author = about["authors"][0]["name"]
copyright = author  # noqa: A001 - the name that Sphinx wants
version = release = about["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "generate"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True
highlight_language = "text"
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_block"]
smartquotes = False  # quotes are typed into a shell

autodoc_default_options = {"exclude-members": "model_config, model_post_init"}  # of pydantic
autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False
autosummary_generate = False  # numpydoc brings it along

html_theme = "furo"
html_title = f"{project} {version}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_js_files = ["sort.js"]
html_copy_source = False
