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
# # Comparing protocols
#
# Is one setting better than another, or did chance do it? Skin differs from sample to sample in the model as in life:
# where vessels lie, where cells are, where the pattern of the laser falls. This notebook compares a dense and a
# sparse pattern of the same pulse, each with the same seeds.
#
# **Same seed, same skin.** A seed decides the sample of skin and every chance event by *who* and *when*. Two
# protocols with one seed start from the same skin, so their difference is less noisy than the two values: compare
# pairs.
#
# Here: 0.6 mm of healthy forearm, two days, three seeds. A study would take the full width, weeks, and 5 to 20 seeds.

# %%
from pathlib import Path

import matplotlib.pyplot as plt

from mendsim import analysis, scenarios

# %% [markdown]
# ## Two protocols
#
# A scenario is a TOML file. The second extends the first and says only what differs.

# %%
Path("sparse.toml").write_text(
    """
title = "5 mJ, 300 zones per cm2"
follow_up = "2 d"
step = "1 h"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"

[lattice]
width = "0.6 mm"
depth = "0.6 mm"

[[events]]
kind = "laser"
at = "0 d"
device = "co2_10600"
pulse_energy = "5 mJ"
pattern = "square"
density = "300 /cm^2"

[save]
series_every = "1 h"
snapshots = ["0 d", "2 d"]
"""
)
Path("dense.toml").write_text(
    """
extends = "sparse.toml"
title = "5 mJ, 1,200 zones per cm2"

[change]
"events.0.density" = "1200 /cm^2"
"""
)
arms = {name: scenarios.load(f"{name}.toml") for name in ("sparse", "dense")}

# %% [markdown]
# The laser stage alone answers in a second what the patterns leave alive. `treat` fires it without the healing.

# %%
for name, arm in arms.items():
    fired = scenarios.treat(arm)["treatment"].to_dataset().isel(session=0)
    share = 100 * fired["treated_fraction"]
    print(f"{name}: {fired['zones']:.0f} zones in this sample, {share:.0f} % of their row is treated")

# %% [markdown]
# ## The runs

# %%
seeds = (1, 2, 3)
runs = {(name, seed): scenarios.run(arm, seed=seed).data for name, arm in arms.items() for seed in seeds}

# %%
groups = {name: [runs[name, seed] for seed in seeds] for name in arms}
fig, ax = plt.subplots(figsize=(5.6, 3.2), layout="constrained")
for name, colour in zip(arms, ("#0072b2", "#d55e00"), strict=True):
    for run in groups[name]:
        ax.plot(run["series"]["time"], run["series"]["reepithelialised_fraction"], color=colour, label=name)
ax.set(xlabel="hours", ylabel="share with living epidermis")
ax.legend(*[found[:: len(seeds)] for found in ax.get_legend_handles_labels()])
plt.show()

# %% [markdown]
# **Look at** lines of one colour: the same protocol on other skin. A single run of each would have shown one line of
# each colour.
#
# `analysis.plots` has plots for print, which take runs, replicates or whole comparisons: here means, with the
# interval of the mean. They make figures of their own, so end a cell with `.figure` to see one, and keep it with
# `analysis.plots.save`.

# %%
analysis.plots.time_course(groups, "reepithelialised_fraction", scale="linear").figure

# %% [markdown]
# ## Paired differences
#
# `compare_replicates` takes all runs, pairs them by seed, and says which differences are more than noise.
# `difference` is that from the first protocol, with a 95 % interval; `p` is that of a paired test, adjusted for the
# number of outcomes.

# %%
compared = analysis.compare_replicates(
    runs, ["reepithelialisation_days", "barrier_open_hours", "water_loss_peak", "redness_peak"], reference="sparse"
)
table = compared.table
columns = [
    "end_point",
    "unit",
    "scenario",
    "mean",
    "difference",
    "difference_low",
    "difference_high",
    "more_than_noise",
]
table[columns].round(2)

# %% [markdown]
# The same as a picture: a forest plot. Where an interval crosses zero, three pairs of runs do not tell; filled marks
# are more than noise.

# %%
analysis.plots.forest(compared).figure

# %% [markdown]
# ## What to try
#
# - More seeds: intervals shrink with the root of their number. How many would you need for the widest of them?
# - Another comparison: the same share of skin with few deep zones, or many shallow ones (energy against density).
# - In the shell, with every outcome and runs that are kept: `mendsim compare sparse.toml dense.toml`.
# - Differences are of *this model*. Which of them depends on numbers that are only assumed? That is the [next
#   notebook](04_sweep_and_sensitivity.py).
