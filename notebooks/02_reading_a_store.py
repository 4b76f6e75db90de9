# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Reading a run store
#
# A run store holds everything that was recorded, and where every number came from. It is a Zarr folder: plain xarray
# opens it, also without mendsim. This notebook makes a small one (a punch of 150 um in healthy forearm, three days)
# and takes it apart. With a store of your own, change `path`.

# %%
import json

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from mendsim import analysis, scenarios

path = "runs/punch"
small = {
    "patient.site": "forearm",
    "lattice.width": "0.8 mm",
    "lattice.depth": "0.6 mm",
    "events.0.diameter": "150 um",
    "events.0.depth": "250 um",
    "follow_up": "3 d",
    "save.snapshots": ["0 d", "12 h", "1 d", "3 d"],
}
_ = scenarios.run(scenarios.load("punch_wound").with_values(small), path, overwrite=True)

# %% [markdown]
# ## The groups
#
# `analysis.open_run` opens a store and checks that it is whole. `xarray.open_datatree(path, engine="zarr",
# decode_times=False)` opens the same without the check. Nothing is read from the disk until you use it.

# %%
run = analysis.open_run(path)
for node in run.subtree:
    names = list(node.data_vars)
    some = ", ".join(map(str, names[:4]))
    print(f"{node.path:<22} {len(names):>3} variables   {some}{' ...' if len(names) > 4 else ''}")

# %% [markdown]
# ## Time series
#
# Times are hours since the start. Every variable has `units` and a `long_name` that says what it is.

# %%
series = run["series"].to_dataset()
for name in ("doppler_ratio", "cytokine_ng_per_ml", "neutrophils_per_mm3", "reepithelialised_fraction"):
    print(f"{name:<28} [{series[name].attrs['units']}]  {series[name].attrs['long_name']}")

# %% [markdown]
# **Look at** the order: blood flow answers first, within hours (an axon reflex); the large wave of cytokine comes on
# the second day, and with it more flow and the neutrophils.

# %%
fig, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
for ax, name in zip(axes, ("doppler_ratio", "cytokine_ng_per_ml", "neutrophils_per_mm3"), strict=True):
    series[name].plot(ax=ax)
    ax.set(xlabel="hours", ylabel=series[name].attrs["units"], title=name)
plt.show()

# %% [markdown]
# ## Fields
#
# Snapshots of what every lattice site holds, `(snapshot, z, y, x)`. A section has one row along y. `depth_um` is
# counted downwards from the mean surface of the skin, so plot it upside down.

# %%
fields = run["fields"].to_dataset()
oxygen = fields["oxygen"].isel(y=0).where(fields["tissue"].isel(y=0) > 0)
picture = (
    oxygen.assign_coords(day=fields["snapshot"] / 24)
    .swap_dims(snapshot="day")
    .plot(x="x_um", y="depth_um", col="day", yincrease=False, aspect=1.3, size=2.8, cmap="viridis", robust=True)
)
plt.show()

# %% [markdown]
# The bed of the wound is *rich* in oxygen: it lies open, and air gives more than vessels do. Below the surface of
# intact skin oxygen is low, because epidermis uses up what comes in. That ends as the wound closes. (In the store the
# unit stands behind every number, so here even the colour bar has one.)
#
# Means over the section are one line of xarray: `fields["oxygen"].where(fields["tissue"] == 2).mean(["x", "y"])`. For
# pictures that are printed there is `analysis.plots`: each takes and returns matplotlib Axes, in one style.

# %%
analysis.plots.depth_profile(run, "oxygen", [0, 0.5, 1, 3]).figure

# %% [markdown]
# ## Agents
#
# One table for each kind; `snapshot_index` says to which snapshot a row belongs. `unique_id` is never used again, so
# a cell can be followed from snapshot to snapshot, and `parent_id` tells lineage.

# %%
cells = run["agents/fibroblast"].to_dataset().drop_dims("snapshot").to_dataframe()
states = ["quiescent", "activated", "myofibroblast", "apoptotic"]
count = cells.groupby(["snapshot_index", "state"]).size().unstack(fill_value=0).rename(columns=dict(enumerate(states)))
count.index = [f"{hour:g} h" for hour in fields["snapshot"].to_numpy()]
count

# %% [markdown]
# How far did each fibroblast crawl between the first and the last snapshot?

# %%
places = cells.set_index(["snapshot_index", "unique_id"])[["x_um", "z_um"]]
moved = places.loc[len(fields["snapshot"]) - 1] - places.loc[0]  # pandas pairs rows by unique_id
way = np.hypot(moved["x_um"], moved["z_um"]).dropna()
print(f"{len(way)} fibroblasts were there all the time")
print(f"half of them moved less than {way.median():.0f} um, the farthest {way.max():.0f} um")

# %% [markdown]
# ## Where the numbers come from
#
# The attributes at the root hold the complete scenario, and every parameter with value, unit, range, source and
# evidence.

# %%
about = run.attrs
print(about["title"], "| seed", about["seed"], "| mendsim", about["mendsim_version"], "|", about["created"])
numbers = json.loads(about["parameters"])
numbers["abm.keratinocyte.migration_speed_um_per_h"]

# %% [markdown]
# How much of a run rests on measurement? `evidence` tells:

# %%
kinds = [entry["evidence"] for entry in numbers.values()]
print({kind: kinds.count(kind) for kind in sorted(set(kinds))})

# %% [markdown]
# That is of everything in the file. `cited` leaves out what this run did not use (here lasers, drugs) and gives the
# papers; `bibtex` writes them for your reference manager.

# %%
papers = analysis.cited(run)
print(len(papers), "references, for example:")
for citation in papers[1:4]:
    print(f"  {citation.key:<14} {', '.join(citation.evidence):<20} {', '.join(citation.used_for[:2])}")

# %% [markdown]
# ## Without mendsim
#
# The reader of your thesis needs only xarray and zarr:

# %%
plain = xr.open_datatree(path, engine="zarr", decode_times=False)
plain["series"]["water_loss_g_per_m2_h"].isel(time=-1).item()

# %% [markdown]
# ## What to try
#
# - Which keratinocytes were born after the wound (`born_h > 0`), and where do they lie at 24 h?
# - `run["vessels"]`: length of the vessels with flow at each snapshot (ends are `x0_um` ... `z1_um`).
# - `mendsim export runs/punch --to vtk` and ParaView.
#
# Next: [comparing protocols](03_comparing_protocols.py).
