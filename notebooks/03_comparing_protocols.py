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
fig, ax = plt.subplots(figsize=(5.6, 3.2), layout="constrained")
for name, colour in (("sparse", "#0072b2"), ("dense", "#d55e00")):
    for seed in seeds:
        series = runs[name, seed]["series"]
        ax.plot(
            series["time"],
            100 * series["reepithelialised_fraction"],
            color=colour,
            alpha=0.7,
            label=name if seed == 1 else None,
        )
ax.set(xlabel="hours", ylabel="living epidermis [% of the surface]")
ax.legend()
plt.show()

# %% [markdown]
# **Look at**: thin lines of one colour are the same protocol on other skin. A single run of each would have shown one
# line of each colour.
#
# ## Paired differences
#
# `compare_replicates` takes all runs, pairs them by seed, and says which differences are more than noise.
# `difference` is that from the first protocol, with a 95 % interval; `p` is that of a paired test, adjusted for the
# number of outcomes.

# %%
compared = analysis.compare_replicates(
    runs, ["reepithelialisation_days", "barrier_open_hours", "water_loss_peak", "erythema_ratio"], reference="sparse"
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
# The same as a picture: a forest plot. Where the interval crosses zero, three pairs of runs do not tell.

# %%
by_arm = table.set_index(["scenario", "end_point"])
bounds = by_arm.loc["dense", ["difference", "difference_low", "difference_high"]]
relative = 100 * bounds.div(by_arm.loc["sparse", "mean"], axis=0).iloc[::-1]
fig, ax = plt.subplots(figsize=(6.4, 2.4), layout="constrained")
ax.errorbar(
    relative["difference"],
    relative.index,
    xerr=[relative["difference"] - relative["difference_low"], relative["difference_high"] - relative["difference"]],
    fmt="o",
    color="#1f2430",
    capsize=3,
)
ax.axvline(0, color="#667085", linestyle=":")
ax.margins(y=0.2)
ax.set_xlabel("dense against sparse [%]")
plt.show()

# %% [markdown]
# ## What to try
#
# - More seeds: intervals shrink with the root of their number. How many would you need for the widest of them?
# - Another comparison: the same share of skin with few deep zones, or many shallow ones (energy against density).
# - In the shell, with every outcome, runs that are kept, and a report: `mendsim compare A.toml B.toml --replicates
#   10`.
# - Differences are of *this model*. Which of them depends on numbers that are only assumed? That is the [next
#   notebook](04_sweep_and_sensitivity.py).
