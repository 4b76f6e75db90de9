"""Reads run stores: outcomes, sections, time courses, comparison. Never runs a model.

Everything is imported when first asked for, so that ``from mendsim import analysis`` costs next to nothing::

    run = analysis.open_run("acne_scar.zarr")
    analysis.outcomes(run)
    analysis.sections.cells(run, day=7)
    analysis.plot_run("acne_scar.zarr")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendsim.analysis import plots, sections, timecourses
    from mendsim.analysis.animation import animate_histology, animate_surface
    from mendsim.analysis.catalogue import list_outcomes, observe
    from mendsim.analysis.citations import bibtex, cited
    from mendsim.analysis.combined_arms import combination
    from mendsim.analysis.comparison import compare_runs
    from mendsim.analysis.comparison_files import open_comparison, write_comparison
    from mendsim.analysis.endpoints import outcomes
    from mendsim.analysis.export import export_run
    from mendsim.analysis.histology import histology_figure, stained_section
    from mendsim.analysis.pictures import plot_run
    from mendsim.analysis.replicate_comparison import compare_replicates
    from mendsim.analysis.replicates import read_replicate
    from mendsim.analysis.reporting.writing import write_report
    from mendsim.analysis.scoreboard import read_scoreboard, score, score_markdown
    from mendsim.analysis.scoreboard_picture import scoreboard_figure
    from mendsim.analysis.sensitivity_indices import sensitivity
    from mendsim.analysis.store import open_run
    from mendsim.analysis.surface import surface_course, surface_figure, surface_view
    from mendsim.analysis.sweep_table import open_sweep
    from mendsim.analysis.treatment_picture import treatment_figure
    from mendsim.analysis.uptake import uptake_table
    from mendsim.analysis.uptake_picture import uptake_figure
    from mendsim.analysis.vessel_picture import vessel_figure
    from mendsim.analysis.zone_picture import zone_figure, zone_section
    from mendsim.analysis.zone_strip import strip_figure

__all__ = [
    "animate_histology",
    "animate_surface",
    "bibtex",
    "cited",
    "combination",
    "compare_replicates",
    "compare_runs",
    "export_run",
    "histology_figure",
    "list_outcomes",
    "observe",
    "open_comparison",
    "open_run",
    "open_sweep",
    "outcomes",
    "plot_run",
    "plots",
    "read_replicate",
    "read_scoreboard",
    "score",
    "score_markdown",
    "scoreboard_figure",
    "sections",
    "sensitivity",
    "stained_section",
    "strip_figure",
    "surface_course",
    "surface_figure",
    "surface_view",
    "timecourses",
    "treatment_figure",
    "uptake_figure",
    "uptake_table",
    "vessel_figure",
    "write_comparison",
    "write_report",
    "zone_figure",
    "zone_section",
]

_HOME = {
    "animate_histology": "animation",
    "animate_surface": "animation",
    "bibtex": "citations",
    "cited": "citations",
    "combination": "combined_arms",
    "compare_replicates": "replicate_comparison",
    "compare_runs": "comparison",
    "export_run": "export",
    "histology_figure": "histology",
    "list_outcomes": "catalogue",
    "observe": "catalogue",
    "open_comparison": "comparison_files",
    "open_run": "store",
    "open_sweep": "sweep_table",
    "outcomes": "endpoints",
    "plot_run": "pictures",
    "read_replicate": "replicates",
    "read_scoreboard": "scoreboard",
    "score": "scoreboard",
    "score_markdown": "scoreboard",
    "scoreboard_figure": "scoreboard_picture",
    "sensitivity": "sensitivity_indices",
    "stained_section": "histology",
    "strip_figure": "zone_strip",
    "surface_course": "surface",
    "surface_figure": "surface",
    "surface_view": "surface",
    "treatment_figure": "treatment_picture",
    "uptake_figure": "uptake_picture",
    "uptake_table": "uptake",
    "vessel_figure": "vessel_picture",
    "write_comparison": "comparison_files",
    "write_report": "reporting.writing",
    "zone_figure": "zone_picture",
    "zone_section": "zone_picture",
}


def __getattr__(name: str) -> object:
    """Import a function or module of the analysis when it is first asked for."""
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(f"mendsim.analysis.{_HOME[name]}"), name)
    if name in __all__:
        return import_module(f"mendsim.analysis.{name}")
    raise AttributeError(f"module 'mendsim.analysis' has no attribute {name!r}")
