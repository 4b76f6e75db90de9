"""What each command takes and does, by theme. Libraries are imported when a command needs them."""

from __future__ import annotations

from mendsim.cli.commands import laser, pictures, runs, scenario_files, slides, studies

GROUPS = (scenario_files, runs, studies, pictures, slides, laser)
"""The themes, in the order of ``mendsim --help``; each describes its commands."""
