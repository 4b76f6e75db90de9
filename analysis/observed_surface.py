"""The surface over a scar: where it lies, how steep its edge is, what each session gains (R05, R19)."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.ndimage import median_filter

from mendsim.analysis import profiles, relief, store
from mendsim.analysis.observed import array, check_injured, columns, fields, nothing, observed, parameter
from mendsim.analysis.outcome import BY_COLUMN

_EDGE_UM = 200.0
"""Width over which a fall of the surface is seen as a step, not as a slope."""


@observed("depression of the surface", "um", "map")
def surface_depression(run: xr.DataTree) -> xr.DataArray:
    """Depth of the surface under that of intact skin over each column, from the matrix missing beneath.

    Negative where it is raised. Its mean over the core of a scar is ``scar_depth_um``; open channels count as missing
    matrix too.
    """
    if "site" not in store.scenario(run).get("patient", {}):
        raise nothing(run, "the run store does not name the skin", "a run that mendsim made")
    site = f"site.{store.scenario(run)['patient']['site']}"
    full = sum(parameter(run, f"{site}.collagen_{kind}_mg_per_ml") for kind in (1, 3))
    thickness = profiles.spacing_um(run) * parameter(run, "abm.matrix.surface_per_missing_matrix")
    saved = fields(run, ["collagen_1", "collagen_3", "denatured_collagen"])
    held = saved["collagen_1"].astype(float) + saved["collagen_3"] + saved["denatured_collagen"]
    return thickness * (1.0 - held / full).where(profiles.intact_dermis(run), 0.0).sum("depth_um")


@observed("step at the edge of a scar", "um", "time series")
def scar_edge_step(run: xr.DataTree) -> xr.DataArray:
    """Largest fall of the surface within 0.2 mm along the section; channels narrower than 0.15 mm do not count.

    In a block, of the section through its middle.
    """
    if not store.has_scar(run):
        raise nothing(run, "there is no scar in this run", "a run of a scar")
    depth = surface_depression(run)
    middle = depth.isel(y_um=depth.sizes["y_um"] // 2)
    spacing = profiles.spacing_um(run)
    lines = median_filter(middle.to_numpy(), size=(1, relief.odd(relief.BRIDGED_UM / spacing)), mode="nearest")
    apart = max(1, round(_EDGE_UM / spacing))
    return array(np.abs(lines[:, apart:] - lines[:, :-apart]).max(axis=1), day=middle["day"].to_numpy())


@observed("scar depth, session by session", BY_COLUMN, "table")
def scar_depth_by_session(run: xr.DataTree) -> xr.Dataset:
    """Depth of the scar just before each session and just before the next (or at the end), and what that gained.

    The gain is the fall against the depth before the first session.
    """
    check_injured(run)
    depth = store.values(run, "scar_depth_um")
    if depth is None or not store.has_scar(run):
        raise nothing(run, "there is no scar in this run", "a run of a scar")
    days, sessions = store.days(run), store.session_days(run)
    edges = np.interp([*sessions, days[-1]], days, depth)
    along = {"session": np.arange(len(sessions)) + 1}
    before, after = (array(each, **along) for each in (edges[:-1], edges[1:]))
    return columns(
        day=(array(sessions, **along), "d", "day of the session"),
        before_um=(before, "um", "depth just before the session"),
        after_um=(after, "um", "depth just before the next session, or at the end"),
        gain_percent=(100.0 * (before - after) / edges[0], "%", "fall against the depth before the first session"),
    )
