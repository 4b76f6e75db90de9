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
# # A sweep, and what decides its outcome
#
# How much of a drug gets into the skin through a hole, and what does that depend on: the drug's size, how lipophilic
# it is, or how deep the hole goes? Three factors, three ranges, one outcome. Two questions come up in every such
# study:
#
# - which factors matter at all (**screening**: Morris), and
# - how the outcome runs over the range (**sampling**: Latin hypercube).
#
# The skin is excised, as in a diffusion cell: nothing lives, there is no blood, and a run takes a tenth of a second.
# The same works for healing; then it takes hours, and you let `mendsim sweep design.toml` do the runs (on every core,
# resumable, also on a cluster) instead of the loop below.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from mendsim import analysis, scenarios
from mendsim.scenarios.sweeping import load_design

# %% [markdown]
# ## The scenario and the design
#
# A drug of our own: the laws of the model give its permeability and diffusivity from molar mass and lipophilicity.

# %%
Path("cell.toml").write_text(
    """
title = "A drug through one hole in excised skin"
follow_up = "6 h"
step = "0.5 h"

[patient]
site = "forearm"
phototype = 2
initial_state = "healthy"
excised = true

[lattice]
width = "0.4 mm"
depth = "0.6 mm"
spacing = "20 um"

[drugs.probe]
molar_mass = "300 g/mol"
log_octanol_water = 1.0

[[events]]
kind = "punch"
at = "0 h"
diameter = "100 um"
depth = "300 um"

[[events]]
kind = "drug"
at = "0 h"
drug = "probe"
concentration = "10 mg/mL"
volume = "500 uL/cm^2"
duration = "6 h"

[save]
series_every = "1 h"
snapshots = ["6 h"]
"""
)
Path("screening.toml").write_text(
    """
scenario = "cell.toml"
kind = "morris"
size = 8                       # trajectories; 10 to 20 in a study

[factors."drugs.probe.molar_mass"]
low = "150 g/mol"
high = "5000 g/mol"
scale = "log"

[factors."drugs.probe.log_octanol_water"]
low = -2.0
high = 3.0

[factors."events.0.depth"]
low = "40 um"
high = "400 um"
"""
)
design = load_design("screening.toml")
print(design.kind, "with", design.runs, "runs; the first point:", design.points[0])

# %% [markdown]
# ## The runs
#
# Each job of a design knows its scenario and seed. A table with a row for each run is all that the analysis needs;
# `mendsim sweep` writes the same one (`analysis.open_sweep`). The outcome: how much is in the dermis or has gone
# through it after 6 h, as a share of what was given.


# %%
def delivered(scenario: scenarios.Scenario, seed: int) -> float:
    """Share of the drug that got past the epidermis [%]."""
    end = scenarios.run(scenario, seed=seed).data["series"].to_dataset().isel(time=-1)
    past = end["drug_dermis_ug_per_cm2"] + end["drug_hypodermis_ug_per_cm2"] + end["drug_received_ug_per_cm2"]
    return float(100 * past / end["drug_given_ug_per_cm2"])


def sweep(design) -> pd.DataFrame:
    """Do every run of a design, one after the other."""
    return pd.DataFrame(
        {
            "point": job.point,
            "replicate": job.replicate,
            "status": "done",
            **design.inputs(job.point),
            "delivered_percent": delivered(job.scenario(), job.seed),
        }
        for job in design.jobs()
    )


screened = sweep(design)
screened.head(4).round(3)

# %% [markdown]
# ## Which factors matter
#
# Morris changes one factor at a time. `mu_star` is the mean size of what a factor does over its whole range, in the
# unit of the outcome; `sigma` is how much that varies: a large one says that it depends on the other factors, or
# bends.

# %%
screening = analysis.sensitivity(screened, design, "delivered_percent")
screening.round(2)

# %%
analysis.plots.morris_plane(screening, outcome="drug past the epidermis", unit="% of the dose").figure

# %% [markdown]
# **Look at** both axes: a factor at the lower left can be left out of the next study.
#
# ## How the outcome runs
#
# A Latin hypercube covers the whole range evenly. Ranks say how steadily the outcome goes with each factor, from -1
# to 1, the others held fixed.

# %%
text = Path("screening.toml").read_text()
Path("sampling.toml").write_text(text.replace("morris", "latin_hypercube").replace("size = 8 ", "size = 40"))
design = load_design("sampling.toml")
sampled = sweep(design)
ranked = analysis.sensitivity(sampled, design, "delivered_percent")
ranked[["rank_correlation", "rank_correlation_low", "rank_correlation_high", "p"]].round(3)

# %%
fig, axes = plt.subplots(1, 3, figsize=(10, 3.0), layout="constrained", sharey=True)
for ax, factor in zip(axes, design.units, strict=True):
    ax.scatter(sampled[factor], sampled["delivered_percent"], s=14, c=sampled["events.0.depth"], cmap="viridis")
    ax.set_xlabel(f"{factor.split('.')[-1]} [{design.units[factor]}]")
axes[0].set_xscale("log")
axes[0].set_xticks([200, 500, 1000, 2000, 5000], ["200", "500", "1000", "2000", "5000"])
axes[0].minorticks_off()
axes[0].set_ylabel("past the epidermis [% of the dose]")
fig.colorbar(axes[0].collections[0], ax=axes, label="depth of the hole [µm]")
plt.show()

# %% [markdown]
# **Look at** the colour in the left panel: at one molar mass, deeper holes let more in. And why does it hardly matter
# how lipophilic the drug is, which decides the permeability of intact skin? (Which way does this drug take?) Make the
# hole 40 um deep and 20 um wide, and see.
#
# The answer is one of the *model*. The law of permeability is a regression with a wide scatter; `mendsim show
# cell.toml` prints where each number comes from.
#
# ## What to try
#
# - A number of the model as a factor: `[factors."parameters.abm.drug.NAME"]` (`mendsim show cell.toml` lists them).
#   Which of the assumed ones matter?
# - `replicates = 3` and two holes at random places: `noise_share` then says how much of the spread is chance.
# - Shares of the variance: `kind = "sobol"` with `size = 256` needs 1,280 runs here, two minutes.
# - A healing outcome: `scenario = "ladd"`, `events.0.pulse_energy` and `events.0.density`, `mendsim predict
#   design.toml` first.
#
# Next: [your own agent](05_own_agent.py).
