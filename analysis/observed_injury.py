"""What a session did to the skin before anything heals: zones, shells of damage, heat, what survives (R01-R04)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mendsim.analysis import profiles, store
from mendsim.analysis.observed import (
    array,
    columns,
    injury,
    nothing,
    observed,
    records,
)
from mendsim.analysis.outcome import BY_COLUMN
from mendsim.thermal.injury import DAMAGE_PROCESSES, ZONE_COLUMNS

_HALF = 0.5
"""Share of a target above which it counts as lost, as in the shells that are drawn."""
_DAMAGE = [f"damage_{process}" for process in DAMAGE_PROCESSES]
_CELLS = {"keratinocyte": "keratinocyte_necrosis", "fibroblast": "fibroblast_necrosis", "T cell": "t_cell_apoptosis"}


@observed("size of each zone", BY_COLUMN, "table")
def zone_sizes(run: xr.DataTree) -> xr.Dataset:
    """Channel and coagulation of each zone: depth from the surface, greatest width, place, day and pulse energy.

    Coagulation includes the channel. The energy is that of one pulse, and not a number for a wound or burn.
    """
    zones, made = profiles.zone_axes(run), records(run)
    number = zones["session"].to_numpy() - 1
    energy = [float(record.get("session", {}).get("pulse_energy_mj", np.nan)) for record in made]
    along = {"zone": zones["zone"].to_numpy()}
    sizes = {
        name: (array(zones[name].to_numpy(), **along), "um", name.removesuffix("_um").replace("_", " "))
        for name in ZONE_COLUMNS
    }
    return columns(
        session=(array(number + 1, **along), "1", "number of the session, from 1"),
        day=(array(store.session_days(run)[number], **along), "d", "day of the session"),
        pulse_energy_mj=(array(np.array(energy)[number], **along), "mJ", "energy of one pulse"),
        **sizes,
    )


@observed("how zones cover the skin", BY_COLUMN, "table")
def coverage(run: xr.DataTree) -> xr.Dataset:
    """Zones of each session, on the sample and for each cm2 of skin, and the share of the surface that they hit.

    Treated is a column in which at some depth more than half of the keratinocytes are lost, opened one of which more
    than half of some site was removed. Zones for each cm2 are those of all passes as set; in a section, which holds one
    row at its true pitch, the shares are those of the row and well above those of the skin.
    """
    made, days = records(run), store.session_days(run)
    maps = injury(run, ["ablated", "damage_keratinocyte_necrosis"])
    lost = (maps > _HALF).any("depth_um").mean(("y_um", "x_um"))
    zones = np.zeros(len(days), int)
    if "zones" in run.children and run["zones"].sizes.get("zone", 0):
        zones += np.bincount(run["zones"]["session_index"].to_numpy(), minlength=len(days))
    lasers = [record.get("session", {}) for record in made]
    dense = [float(laser["density_per_cm2"] * laser["passes"]) if laser else np.nan for laser in lasers]
    along = {"session": np.arange(len(days)) + 1}
    return columns(
        day=(array(days, **along), "d", "day of the session"),
        zones=(array(zones, **along), "1", "zones on the sample"),
        zones_per_cm2=(array(dense, **along), "1/cm2", "zones for each cm2 of skin, all passes"),
        treated_fraction=(lost["damage_keratinocyte_necrosis"], "1", "share of the surface above dead keratinocytes"),
        opened_fraction=(lost["ablated"], "1", "share of the surface from which something was removed"),
    )


@observed("damage by each process", "1", "map")
def damage(run: xr.DataTree) -> xr.DataArray:
    """Share of each target that is lost at each site: cells of three kinds, vessels, collagen; and the sublethal dose.

    ``1 - exp(-Omega)`` of the damage integral; what was removed counts as lost to every process.
    """
    maps = injury(run, _DAMAGE)
    found = xr.concat([maps[name] for name in _DAMAGE], "process", combine_attrs="drop")
    return found.assign_coords(process=list(DAMAGE_PROCESSES)).transpose("session", "process", ...)


@observed("tissue removed", "1", "map")
def ablated(run: xr.DataTree) -> xr.DataArray:
    """Share of each site that was vaporised or cut out."""
    return injury(run, ["ablated"])["ablated"]


@observed("highest temperature", "degC", "map")
def peak_temperature(run: xr.DataTree) -> xr.DataArray:
    """Highest temperature of each site during each session; not a number where nothing was heated."""
    return injury(run, ["peak_temperature"])["peak_temperature"]


@observed("thermal dose", "min", "map")
def thermal_dose(run: xr.DataTree) -> xr.DataArray:
    """Thermal dose of each site in each session, as minutes at 43 degC (CEM43).

    References
    ----------
    Sapareto, Dewey (1984) Int J Radiat Oncol 10:787, doi:10.1016/0360-3016(84)90379-1
    """
    return injury(run, ["thermal_dose"])["thermal_dose"]


@observed("nested shells of damage", "1", "profile")
def damage_by_distance(run: xr.DataTree) -> xr.DataArray:
    """Mean share lost to each process by distance from the nearest zone, from the surface down to the coagulation."""
    everything = damage(run)
    depth = everything["depth_um"].to_numpy()
    deep = (depth > 0.0) & (depth <= profiles.zone_depth_um(run))
    where = np.broadcast_to(deep[:, None, None], everything.shape[2:])
    away = profiles.column_distance_um(run, store.session_days(run))
    each = [profiles.by_distance(everything.sel(process=name), where, away) for name in DAMAGE_PROCESSES]
    return xr.concat(each, "process").assign_coords(process=list(DAMAGE_PROCESSES)).transpose("session", ...)


@observed("what survives, by depth", "1", "profile")
def survival_by_depth(run: xr.DataTree) -> xr.DataArray:
    """Share of the sites at each depth of the skin in which a session kills at most half of the cells of a kind."""
    lost = damage(run).sel(process=list(_CELLS.values()))
    skin = lost.sel(depth_um=lost["depth_um"] > 0.0)
    alive = (skin <= _HALF).mean(("y_um", "x_um"))
    return alive.rename(process="cell").assign_coords(cell=list(_CELLS))


@observed("what survives", BY_COLUMN, "table")
def survival(run: xr.DataTree) -> xr.Dataset:
    """Share of the epidermis in which a session kills at most half of the keratinocytes, and of dermis, fibroblasts.

    The dermis is counted down to the mean depth of coagulation of the first session.
    """
    lost, dermis = damage(run), profiles.intact_dermis(run)
    epidermis = (dermis["depth_um"] > 0.0) & (dermis.cumsum("depth_um") == 0)
    reached = dermis & (dermis["depth_um"] <= profiles.zone_depth_um(run))
    sites = ("depth_um", "y_um", "x_um")
    alive = {cell: lost.sel(process=process, drop=True) <= _HALF for cell, process in _CELLS.items()}
    keratinocytes, fibroblasts = alive["keratinocyte"], alive["fibroblast"]
    return columns(
        epidermis=(profiles.averaged(keratinocytes, epidermis, sites), "1", "share of the epidermis left alive"),
        dermis=(profiles.averaged(fibroblasts, reached, sites), "1", "share of that dermis left alive"),
    )


@observed("temperature between zones", BY_COLUMN, "table")
def temperature_between_zones(run: xr.DataTree) -> xr.Dataset:
    """Temperature of the skin between zones, and of the hottest skin, at the end of each pass of each laser session."""
    made = [record.get("passes", []) for record in records(run)]
    most = max(map(len, made))
    if not most:
        raise nothing(run, "no laser was fired in this run", "a run with a laser session")
    found = {}
    for name, unit, meaning in (
        ("end_s", "s", "end of the pass, from the start of the session"),
        ("between_c", "degC", "temperature between zones"),
        ("hottest_c", "degC", "highest temperature in the skin"),
    ):
        values = np.full((len(made), most), np.nan)
        for number, passes in enumerate(made):
            values[number, : len(passes)] = [float(one[name]) for one in passes]
        along = {"session": np.arange(len(made)) + 1, "pass": np.arange(most) + 1}
        found[name] = (array(values, **along), unit, meaning)
    return columns(**found)


@observed("heat by depth", BY_COLUMN, "profile")
def heat_by_depth(run: xr.DataTree) -> xr.Dataset:
    """Highest temperature and thermal dose of any site at each depth of the skin, and the mean share of T cells killed.

    Where tissue was removed, the dose is the largest that is kept, and the temperature that at which it left.
    """
    maps = injury(run, ["peak_temperature", "thermal_dose", "damage_t_cell_apoptosis"])
    maps = maps.sel(depth_um=maps["depth_um"] > 0.0)
    over = ("y_um", "x_um")
    return columns(
        hottest_c=(maps["peak_temperature"].max(over), "degC", "highest temperature at this depth"),
        dose_min=(maps["thermal_dose"].max(over), "min", "highest thermal dose at this depth (CEM43)"),
        t_cells_killed=(maps["damage_t_cell_apoptosis"].mean(over), "1", "mean share of T cells killed"),
    )


@observed("heat at each hair bulb", BY_COLUMN, "table")
def heat_at_bulbs(run: xr.DataTree) -> xr.Dataset:
    """Highest temperature, thermal dose and share of T cells killed at the bulb of each follicle in each session."""
    maps = injury(run, ["peak_temperature", "thermal_dose", "damage_t_cell_apoptosis"])
    hair = profiles.cells(run, "follicle")
    first = hair["snapshot_index"].to_numpy() == 0
    places = np.column_stack([hair[name].to_numpy()[first] for name in ("x_um", "y_um", "bulb_depth_um")])
    if not len(places):
        raise nothing(run, "there is no follicle in this run", "a run on the scalp")
    places = np.unique(places, axis=0)
    along = {"follicle": np.arange(len(places)) + 1}
    x, y, depth = (array(each, **along) for each in places.T)
    here = maps.sel(x_um=x, y_um=y, depth_um=depth, method="nearest").drop_vars(["x_um", "y_um", "depth_um"])
    return columns(
        x_um=(x, "um", "position along the section"),
        bulb_depth_um=(depth, "um", "depth of the bulb"),
        hottest_c=(here["peak_temperature"], "degC", "highest temperature"),
        dose_min=(here["thermal_dose"], "min", "thermal dose (CEM43)"),
        t_cells_killed=(here["damage_t_cell_apoptosis"], "1", "share of T cells killed"),
    )
