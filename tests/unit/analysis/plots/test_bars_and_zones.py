"""Indices of sensitivity, and sizes of zones over energy."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mendsim.analysis import plots
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")

KEYS = pd.Index(["events.0.pulse_energy", "events.0.density", "patient.scar_depth"], name="factor")


def indices(noise_share=np.nan, **measures):
    columns = {}
    for name, values in measures.items():
        columns |= {name: values}
        if name != "sigma":
            columns |= {f"{name}_low": np.array(values) - 0.05, f"{name}_high": np.array(values) + 0.1}
    return pd.DataFrame(columns, index=KEYS).assign(noise_share=noise_share)


def containers(ax):
    """Widths of the bars of each measure by its name."""
    return {
        group.get_label(): [patch.get_width() for patch in group.patches]
        for group in ax.containers
        if hasattr(group, "patches")
    }


def test_bars_of_sobol_are_sorted_by_the_total_with_whiskers_and_noise():
    ax = plots.sensitivity_bars(indices(0.07, first=[0.1, 0.5, 0.0], total=[0.3, 0.6, 0.2]), outcome="downtime_days")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["density", "pulse energy", "scar depth"]
    assert containers(ax) == {"total": [0.6, 0.3, 0.2], "first order": [0.5, 0.1, 0.0]}
    ends = [segment for item in ax.collections for segment in item.get_segments()]
    np.testing.assert_allclose(ends[0][:, 0], [0.55, 0.7])
    noise = [line for line in ax.get_lines() if line.get_label() == "noise between replicates"]
    assert list(noise[0].get_xdata()) == [0.07, 0.07]
    assert ax.get_title(loc="left") == "downtime [days]"
    assert ax.yaxis_inverted(), "the largest on top"


def test_bars_of_ranks_keep_their_sign_and_those_of_morris_their_unit():
    ax = plots.sensitivity_bars(indices(rank_correlation=[-0.8, 0.2, 0.5]))
    assert containers(ax) == {"partial rank correlation": [-0.8, 0.5, 0.2]}
    ax = plots.sensitivity_bars(indices(mu_star=[1.0, 3.0, 2.0], sigma=[0.1, 0.2, 0.3]), unit="um")
    assert containers(ax) == {"μ*": [3.0, 2.0, 1.0]}
    assert ax.get_xlabel() == "mean size of the effect μ* [µm]"


def test_the_plane_of_morris_names_every_factor_at_its_place():
    ax = plots.morris_plane(indices(mu_star=[1.0, 3.0, 2.0], sigma=[0.1, 0.2, 0.3]))
    places = {text.get_text(): text.xy for text in ax.texts}
    assert places == {
        "pulse energy": pytest.approx((1.0, 0.1)),
        "density": pytest.approx((3.0, 0.2)),
        "scar depth": pytest.approx((2.0, 0.3)),
    }
    near = plots.morris_plane(indices(mu_star=[0.0, 3.0, 0.01], sigma=[0.0, 0.2, 0.0]))
    assert [text.get_text() for text in near.texts] == ["pulse energy, scar depth", "density"]
    with pytest.raises(InputError, match="not the indices of a Morris design"):
        plots.morris_plane(indices(first=[0.1, 0.2, 0.3]))
    with pytest.raises(InputError, match="no indices of sensitivity"):
        plots.sensitivity_bars(pd.DataFrame({"x": [1.0]}))


def test_factors_of_the_same_name_are_told_apart_by_their_table():
    two = indices(mu_star=[1.0, 3.0, 2.0], sigma=[0.1, 0.2, 0.3])
    two.index = pd.Index(["a.rate", "b.rate", "c.speed_um_per_h"])
    two.attrs["units"] = {"c.speed_um_per_h": "um/h"}
    labels = [text.get_text() for text in plots.sensitivity_bars(two).get_yticklabels()]
    assert labels == ["rate (b)", "speed", "rate (a)"]


@pytest.fixture
def zones():
    energy = np.array([5.0, 10.0, 20.0])
    sizes = {"channel": 0.0, "coagulation": 10.0, "cem43_240": 12.0}
    variables = {
        f"{part}_{size}_um": (("energy_mj", "spot_um"), np.outer(energy, [1.0, 2.0]) * rate)
        for part, rate in sizes.items()
        for size in ("depth", "width")
    }
    places = {"energy_mj": energy, "spot_um": [120.0, 240.0]}
    return xr.Dataset(variables, places, {"device": "er_glass_1550"})


def test_sizes_of_zones_over_energy(zones):
    ax = plots.zone_sizes(zones)
    drawn = {line.get_label(): line for line in ax.get_lines()}
    assert list(drawn) == [
        "coagulation, spot 120 µm",
        "coagulation, spot 240 µm",
        "240 min at 43 °C, spot 120 µm",
        "240 min at 43 °C, spot 240 µm",
    ], "a laser that makes no channel has none drawn"
    np.testing.assert_allclose(drawn["coagulation, spot 240 µm"].get_ydata(), [100.0, 200.0, 400.0])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pulse energy [mJ]", "depth [µm]")
    assert plots.zone_sizes(zones, "width").get_ylabel() == "width [µm]"
    one = plots.zone_sizes(zones.isel(spot_um=[0]))
    assert [line.get_label() for line in one.get_lines()] == ["coagulation", "240 min at 43 °C"]


def test_zones_that_make_no_curve_are_refused(zones):
    with pytest.raises(InputError, match="two energies or more"):
        plots.zone_sizes(zones.isel(energy_mj=[0]))
    with pytest.raises(InputError, match="depth or width"):
        plots.zone_sizes(zones, "length")
