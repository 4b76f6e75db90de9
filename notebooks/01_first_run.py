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
# # A first run
#
# One session of a fractional CO2 laser on skin with an atrophic scar, followed for a week. You will
#
# 1. take a scenario and change it,
# 2. run it and keep the run,
# 3. look at what happened: time series, sections, numbers.
#
# This takes seconds, because the piece of skin is small (0.8 mm x 1 mm), the step is long (1 h) and a week is short.
# A study would take the sizes of the scenario (2 mm x 1.5 mm, steps of half an hour, months) and several seeds:
# notebook 03.

# %%
import matplotlib.pyplot as plt

from mendsim import analysis, scenarios

# %% [markdown]
# ## A scenario
#
# Scenarios come with mendsim (`mendsim list`). `with_values` makes a copy in which some values differ; quantities are
# text with their unit. Try a misspelt key, or `"30 J"`: the error says what is allowed.

# %%
scenario = scenarios.load("ladd_laser_alone").with_values(
    {
        "lattice.width": "0.8 mm",
        "lattice.depth": "1 mm",
        "patient.scar_width": "0.4 mm",
        "patient.scar_depth": "150 um",
        "events.0.pulse_energy": "15 mJ",
        "follow_up": "7 d",
        "step": "1 h",
        "save.snapshots": ["0 d", "6 h", "1 d", "3 d", "7 d"],
    }
)
laser = scenario.events[0]
print(scenario.title)
print(laser.device, f"{laser.pulse_energy_mj:g} mJ, {laser.density_per_cm2:g} zones per cm2")

# %% [markdown]
# ## The run
#
# The order of a step is part of the model. Each line is one method of the model, and you can find its rule in the
# documents (ODD).

# %%
from mendsim.abm.model import SCHEDULE

for name, meaning in SCHEDULE:
    print(f"{name:<17} {meaning}")

# %% [markdown]
# `run` steps the skin to the end of follow-up and writes a run store, a folder that can be opened any day later. The
# same scenario and seed give the same content, bit for bit; the hash says so. (The very first run on a computer also
# compiles the program, which takes a minute more.)

# %%
run = scenarios.run(scenario, "runs/first", seed=1, overwrite=True)
print(run.path, run.content_hash[:12])

# %% [markdown]
# ## What happened
#
# Time series first. Everything is xarray with units, so plots label themselves.
#
# **Look at**: living cells cover the channels within a day, but water loss is raised for days. What is missing when
# living cells have closed the wound? (`series["barrier_open_fraction"]` tells.) Single peaks are moments in which a
# channel lies bare.

# %%
series = run.data["series"].to_dataset()
days = series["time"] / 24
fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.0), layout="constrained")
axes[0].plot(days, 100 * series["reepithelialised_fraction"])
axes[0].set(xlabel="days", ylabel="surface with living epidermis [%]")
axes[1].plot(days, series["water_loss_g_per_m2_h"])
axes[1].set(xlabel="days", ylabel="water loss [g/m²/h]")
plt.show()

# %% [markdown]
# Then the upper part of the section, from the fresh channels to day 7, drawn without the dip of the scar. Purple are
# keratinocytes (darker: deeper), black is dead, red is clot. Vessels (light red) are those of a slab of 0.3 mm, so
# there are more than in a slide.
#
# **Look at**: the dead cells of the channel walls lie *on top of* the living ones after a day. They are lifted and
# shed; nothing dissolves them. These are the MENDs of the literature (microscopic epidermal necrotic debris).

# %%
stored = analysis.open_run("runs/first")
fig, axes = plt.subplots(2, 2, figsize=(11, 7.6), layout="constrained")
for ax, day in zip(axes.flat, [0, 1, 3, 7], strict=True):
    analysis.sections.cells(stored, day=day, ax=ax, window=(0.0, 800.0, -40.0, 420.0))
analysis.sections.cell_legend(list(axes.flat), loc="outside lower center", ncols=5)
plt.show()

# %% [markdown]
# And numbers, each with its definition. `inf` says: not within the run.

# %%
ends = analysis.outcomes(stored)
ends.loc[["reepithelialisation_days", "barrier_open_hours", "water_loss_peak"], ["value", "unit", "definition"]]

# %% [markdown]
# ## What to try
#
# - `"events.0.pulse_energy": "20 mJ"`: which of the numbers change, and by more than another seed changes them?
# - `without: ["keratinocyte_migration"]` as a value: do zones still close?
# - `analysis.plot_run("runs/first")` writes every picture beside the run.
# - `run.model` is the skin as it is at the end, an ordinary Mesa model: `run.model.agents_by_type`.
#
# Next: [reading a run store](02_reading_a_store.py).
