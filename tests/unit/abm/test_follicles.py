"""Hair follicles: their cycle, the hair it makes, and what attack, blood supply and wounds do to it."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import follicle
from mendsim.abm.agents.follicle import ANAGEN, CATAGEN, KENOGEN_STAGE, STAGES, TELOGEN, Follicle
from mendsim.abm.agents.t_cell import TCell
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice

SHALLOW = Lattice.from_size(width_um=1400, depth_um=400, spacing_um=10, air_um=100)
NARROW = Lattice.from_size(width_um=100, depth_um=4400, spacing_um=10, air_um=100)
PLENTY, NEVER = 1e12, 1e9


def given(**values):
    """Return parameters with some replaced, keys with two underscores for the dot."""
    return load_parameters().with_overrides({k.replace("__", "."): v for k, v in values.items()}, origin="test")


def scalp(make, *, feed=True, **options):
    """Make scalp with full supply of oxygen, if fed, and steps of two hours."""
    model = make(**{"lattice": SHALLOW, "site": "scalp", "step_h": 2.0, **options})
    if feed:
        model.oxygen.concentration[...] = PLENTY
    return model


def follicles(model, n, stage, place=0, **values):
    """Add ``n`` follicles in a stage at a place, where it lasts forever unless told; returns their rows."""
    hairs = model.population(Follicle)
    x, y, depth = follicle.places(model)[place]
    first = hairs.n_rows
    hairs.add(
        n,
        **{
            "x_um": x,
            "y_um": y,
            "bulb_depth_um": depth,
            "place": place,
            "stage": stage,
            "remaining_d": NEVER,
            **values,
        },
    )
    return np.arange(first, first + n)


def pass_days(model, days):
    """Let follicles cycle alone for some days."""
    for _ in range(round(24.0 * days / model.step_h)):
        follicle.cycle(model)
        model.step_index += 1


def check_share(part, whole, expected):
    """Within 4 sigma of a binomial draw."""
    assert abs(part - expected * whole) <= 4.0 * np.sqrt(whole * expected * (1.0 - expected))


@pytest.mark.parametrize("stage", range(len(STAGES)))
def test_durations_have_the_given_mean_and_standard_deviation(make, stage):
    model, n = scalp(make), 20_000
    mean, sd = (model.parameters[f"follicle.{STAGES[stage]}_{name}"] for name in ("d", "sd_d"))
    drawn = follicle.durations_d(model, np.arange(1, n + 1), np.full(n, stage))
    assert drawn.min() > 0.0
    assert drawn.mean() == pytest.approx(mean, abs=4.0 * sd / np.sqrt(n))
    w = 1.0 + (sd / mean) ** 2
    kurtosis = w**4 + 2.0 * w**3 + 3.0 * w**2 - 3.0  # of a log-normal distribution
    assert drawn.std() == pytest.approx(sd, rel=4.0 * np.sqrt((kurtosis - 1.0) / (4.0 * n)))


def test_a_follicle_goes_through_its_stages_in_order(make):
    model, n = scalp(make, parameters=given(follicle__kenogen_share=0.3)), 2000
    hairs = model.population(Follicle)
    rows = follicles(model, n, ANAGEN, remaining_d=0.0)
    seen, empty = [], None
    for _ in range(4):
        follicle.cycle(model)
        model.step_index += 1
        seen.append(hairs["stage"][rows].copy())
        if len(seen) == 3:
            empty = seen[-1] == KENOGEN_STAGE
        assert hairs["remaining_d"][rows].min() > 0.0
        hairs["remaining_d"][rows] = 0.0
    assert np.all(seen[0] == CATAGEN)
    assert np.all(seen[1] == TELOGEN)
    check_share(empty.sum(), n, 0.3)
    assert np.all(seen[2][~empty] == ANAGEN)
    assert np.all(seen[3][empty] == ANAGEN)
    assert np.all(seen[3][~empty] == CATAGEN)
    assert not hairs["attacked"][rows].any()


def test_a_stage_lasts_as_long_as_was_drawn(make):
    model = scalp(make)
    hairs, drawn_d = model.population(Follicle), np.linspace(0.55, 5.45, 50)
    for stage in range(len(STAGES)):
        rows = follicles(model, 50, stage, remaining_d=drawn_d)
        pass_days(model, 3.0)
        left = hairs["stage"][rows] != stage
        np.testing.assert_array_equal(left, drawn_d <= 3.0)
        np.testing.assert_allclose(hairs["remaining_d"][rows[~left]], drawn_d[~left] - 3.0)


def test_new_stages_last_as_parameters_say(make):
    model, n = scalp(make), 4000
    hairs, p = model.population(Follicle), model.parameters
    for before, after in ((ANAGEN, CATAGEN), (CATAGEN, TELOGEN), (KENOGEN_STAGE, ANAGEN)):
        rows = follicles(model, n, before, remaining_d=0.0)
        follicle.cycle(model)
        model.step_index += 1
        drawn = hairs["remaining_d"][rows]
        mean, sd = p[f"follicle.{STAGES[after]}_d"], p[f"follicle.{STAGES[after]}_sd_d"]
        assert drawn.mean() == pytest.approx(mean, abs=4.0 * sd / np.sqrt(n))
        hairs["remaining_d"][rows] = NEVER


def test_hair_grows_at_the_given_speed_and_is_seen_once_it_stands_out(make):
    model = scalp(make)
    hairs, p = model.population(Follicle), model.parameters
    hairs["stage"][...], hairs["remaining_d"][...], hairs["shaft_um"][...] = ANAGEN, NEVER, 0.0
    depth = hairs["bulb_depth_um"][0]
    assert model.observe()["hair_density_per_cm2"] == 0.0
    speed = 1e3 * p["follicle.hair_growth_mm_per_d"]
    pass_days(model, 1.0)
    np.testing.assert_allclose(hairs["shaft_um"], speed, rtol=1e-6)
    standing = depth + 1e3 * p["follicle.counted_mm"]
    days = int(np.floor(standing / speed))
    pass_days(model, days - 1.0)
    assert follicle.observe(model)["hair_density_per_cm2"] == 0.0
    pass_days(model, 1.0)
    now = follicle.observe(model)
    assert now["hair_density_per_cm2"] == pytest.approx(100.0 * model.site.follicles_per_mm2)
    assert now["hair_length_mm"] == pytest.approx(1e-3 * (speed * (days + 1) - depth), rel=1e-6)


def test_hairs_are_counted_by_the_share_that_stands_out(make):
    model = scalp(make)
    hairs, p = model.population(Follicle), model.parameters
    n = len(hairs)
    standing = hairs["bulb_depth_um"] + 1e3 * p["follicle.counted_mm"]
    hairs["shaft_um"][...] = np.where(np.arange(n) % 5 == 0, standing + 500.0, standing - 0.001)
    now = follicle.observe(model)
    assert now["hair_density_per_cm2"] == pytest.approx(20.0 * model.site.follicles_per_mm2)
    assert now["hair_length_mm"] == pytest.approx(p["follicle.counted_mm"] + 0.5)
    assert now["follicle_count"] == n


def test_hair_stays_through_regression_and_rest_and_is_shed_after(make):
    model = scalp(make, parameters=given(follicle__kenogen_share=0.5))
    hairs, long = model.population(Follicle), 9e4
    rows = follicles(model, 60, ANAGEN, remaining_d=0.0, shaft_um=long)
    lengths = []
    for _ in range(3):
        follicle.cycle(model)
        model.step_index += 1
        lengths.append(hairs["shaft_um"][rows].copy())
        hairs["remaining_d"][rows] = 0.0
    assert lengths[0].min() > long
    np.testing.assert_array_equal(lengths[1], lengths[0])
    assert not lengths[2].any()
    assert set(hairs["stage"][rows]) == {ANAGEN, KENOGEN_STAGE}
    # only follicles in anagen make hair
    hairs["remaining_d"][rows] = NEVER
    pass_days(model, 1.0)
    np.testing.assert_array_equal(hairs["shaft_um"][rows] > 0.0, hairs["stage"][rows] == ANAGEN)


def test_hair_breaks_at_the_end_of_catagen_if_attack_ended_its_growth(make):
    model, long = scalp(make), 9e4
    hairs = model.population(Follicle)
    attacked = follicles(model, 40, CATAGEN, remaining_d=0.05, shaft_um=long, attacked=1)
    others = follicles(model, 40, CATAGEN, remaining_d=0.05, shaft_um=long)
    resting = follicles(model, 40, TELOGEN, shaft_um=long, attacked=1)
    pass_days(model, 0.25)
    assert np.all(hairs["stage"][np.concatenate([attacked, others])] == TELOGEN)
    assert not hairs["shaft_um"][attacked].any()
    assert np.all(hairs["shaft_um"][np.concatenate([others, resting])] == long)


@pytest.mark.parametrize("ratio", [0.0, 0.2, 0.5, 3.0])
def test_attack_ends_anagen_at_the_rate_of_the_formula(make, ratio):
    model, n = scalp(make), 4000
    hairs, p = model.population(Follicle), model.parameters
    growing, regressing = follicles(model, n, ANAGEN), follicles(model, n, CATAGEN)
    model.cytokine.concentration[...] = ratio * p["follicle.attack_half_effect_ng_per_ml"]
    here, left, variance = hairs["place"] == 0, n, 0.0
    expected = 0.0
    for _ in range(round(24.0 * 5.0 / model.step_h)):
        # what T cells make reaches those in anagen alone
        x = (ratio / np.mean(hairs["stage"][here] == ANAGEN)) ** p["follicle.attack_steepness"]
        dies = 1.0 - np.exp(-p["follicle.attack_per_d"] * x / (1.0 + x) * model.step_h / 24.0)
        expected, variance = expected + left * dies, variance + left * dies * (1.0 - dies)
        pass_days(model, model.step_h / 24.0)
        left = np.count_nonzero(hairs["stage"][growing] == ANAGEN)
    assert abs(n - left - expected) <= 4.0 * np.sqrt(variance)
    np.testing.assert_array_equal(hairs["attacked"][growing], hairs["stage"][growing] != ANAGEN)
    assert np.all(hairs["stage"][regressing] == CATAGEN)


def test_attack_at_a_constant_strength_ends_anagen_exponentially(make, monkeypatch):
    model, n, days = scalp(make), 4000, 5.0
    hairs, p = model.population(Follicle), model.parameters
    growing = follicles(model, n, ANAGEN)
    monkeypatch.setattr(follicle, "antigen", lambda model: np.ones(2))
    model.cytokine.concentration[...] = p["follicle.attack_half_effect_ng_per_ml"]
    pass_days(model, days)
    stays = np.count_nonzero(hairs["stage"][growing] == ANAGEN)
    check_share(stays, n, np.exp(-0.5 * p["follicle.attack_per_d"] * days))


def test_follicles_in_anagen_share_the_cytokine_of_their_place(make):
    model = scalp(make)
    hairs, p = model.population(Follicle), model.parameters
    here = np.flatnonzero(hairs["place"] == 0)
    hairs["stage"][...] = TELOGEN
    hairs["stage"][here[: len(here) // 5]] = ANAGEN
    half, steepness = p["follicle.attack_half_effect_ng_per_ml"], p["follicle.attack_steepness"]
    bulb, germ = follicle.attack(model)
    assert not bulb.any()
    assert not germ.any()
    for ratio in (0.2, 1.0, 2.0):
        model.cytokine.concentration[...] = ratio * half
        bulb, germ = follicle.attack(model)
        own, mean = (5.0 * ratio) ** steepness, ratio**steepness
        np.testing.assert_allclose(bulb, [own / (1.0 + own), mean / (1.0 + mean)])  # nobody grows at the other place
        np.testing.assert_allclose(germ, mean / (1.0 + mean))


def test_one_whose_anagen_ends_by_itself_was_not_attacked(make):
    model = scalp(make, feed=False)
    hairs = model.population(Follicle)
    rows = follicles(model, 100, ANAGEN, remaining_d=0.0, attacked=1)
    follicle.cycle(model)
    assert np.all(hairs["stage"][rows] == CATAGEN)
    assert not hairs["attacked"][rows].any()


def test_attack_counts_at_the_bulb_in_anagen_and_at_the_germ_at_rest(make, monkeypatch):
    model = scalp(make, lattice=NARROW)
    hairs, p, n = model.population(Follicle), model.parameters, 1000
    half = p["follicle.attack_half_effect_ng_per_ml"]
    monkeypatch.setattr(follicle, "antigen", lambda model: np.ones(1))
    growing, resting = follicles(model, n, ANAGEN), follicles(model, n, TELOGEN, remaining_d=50.0)
    deep = model.cytokine.concentration.shape[0] // 2 + 10  # between bulb and germ
    model.cytokine.concentration[deep:] = half
    pass_days(model, 4.0)
    stays = np.count_nonzero(hairs["stage"][growing] == ANAGEN)
    check_share(stays, n, np.exp(-0.5 * 4.0 * p["follicle.attack_per_d"]))
    np.testing.assert_allclose(hairs["remaining_d"][resting], 46.0)
    model.cytokine.concentration[deep:] = 0.0
    model.cytokine.concentration[:deep] = half
    pass_days(model, 4.0)
    assert np.count_nonzero(hairs["stage"][growing] == ANAGEN) == stays
    np.testing.assert_allclose(hairs["remaining_d"][resting], 44.0)


@pytest.mark.parametrize(("oxygen", "flow"), [(1.0, 1.0), (1.0, 0.3), (PLENTY, 0.3), (PLENTY, 2.0), (PLENTY, 0.0)])
def test_poor_supply_slows_hair_and_exit_from_rest(make, oxygen, flow):
    model = scalp(make)
    hairs, p = model.population(Follicle), model.parameters
    model.oxygen.concentration[...] = oxygen * p["follicle.oxygen_half_effect_mmhg"]
    model.vessels.segments["flow_nl_per_min"][...] *= flow
    np.testing.assert_allclose(model.vessels.papilla_flow(), flow)
    half = p["follicle.flow_half_effect_ratio"]
    fed = oxygen / (1.0 + oxygen) * flow * (1.0 + half) / (half + flow)
    np.testing.assert_allclose(follicle.supply(model), fed)
    waiting = {stage: follicles(model, 20, stage, remaining_d=50.0) for stage in range(len(STAGES))}
    pass_days(model, 2.0)
    grown = 1e3 * p["follicle.hair_growth_mm_per_d"] * 2.0 * fed
    np.testing.assert_allclose(hairs["shaft_um"][waiting[ANAGEN]], grown, rtol=1e-6)
    for stage, pace in ((ANAGEN, 1.0), (CATAGEN, 1.0), (TELOGEN, fed), (KENOGEN_STAGE, fed)):
        np.testing.assert_allclose(hairs["remaining_d"][waiting[stage]], 50.0 - 2.0 * pace)


def test_a_scalp_at_rest_is_well_supplied_and_half_its_flow_is_worse(make):
    model = scalp(make, feed=False, lattice=NARROW)
    fed = follicle.supply(model)
    assert np.all(fed > 0.7)
    assert np.all(fed < 1.0)
    model.vessels.segments["flow_nl_per_min"][...] *= 0.5
    half = model.parameters["follicle.flow_half_effect_ratio"]
    np.testing.assert_allclose(follicle.supply(model) / fed, 0.5 * (1.0 + half) / (half + 0.5))


def test_the_wound_signal_is_half_at_its_parameter_and_steep(make):
    model = scalp(make)
    p, newcomers = model.parameters, model.leukocytes.inflammatory.concentration
    assert not follicle.wound_signal(model).any()
    for ratio in (0.5, 1.0, 2.0):
        newcomers[...] = ratio * p["follicle.quorum_macrophages_per_mm3"]
        x = ratio ** p["follicle.quorum_steepness"]
        np.testing.assert_allclose(follicle.wound_signal(model), x / (1.0 + x))
    # as much on half of what is near is half as much
    newcomers[:, :, ::2] = 2.0 * p["follicle.quorum_macrophages_per_mm3"]
    newcomers[:, :, 1::2] = 0.0
    np.testing.assert_allclose(follicle.wound_signal(model), 0.5, atol=0.06)


def test_macrophages_beyond_the_quorum_radius_call_no_follicle(make):
    wide = Lattice.from_size(width_um=2800, depth_um=400, spacing_um=10, air_um=100)
    model = scalp(make, lattice=wide)
    p, newcomers = model.parameters, model.leukocytes.inflammatory.concentration
    x = (np.arange(newcomers.shape[2]) + 0.5) * 2800.0 / newcomers.shape[2]
    at = follicle.places(model)[:, 0]
    assert len(at) == 4
    newcomers[:, :, x - at[0] > p["follicle.quorum_um"]] = 1e6
    signal = follicle.wound_signal(model)
    assert signal[0] == 0.0
    assert np.all(signal[2:] > 0.99)
    newcomers[...] = 0.0
    newcomers[:, :, (x - at[0] > 0.8 * p["follicle.quorum_um"]) & (x - at[0] < p["follicle.quorum_um"])] = 1e6
    assert follicle.wound_signal(model)[0] > 0.99


@pytest.mark.parametrize(("ratio", "oxygen"), [(0.0, PLENTY), (1.0, PLENTY), (1.0, 1.0), (8.0, PLENTY)])
def test_macrophages_near_a_resting_follicle_start_anagen(make, ratio, oxygen):
    model = scalp(make, parameters=given(follicle__kenogen_share=0.8))
    hairs, p, n, days = model.population(Follicle), model.parameters, 3000, 6.0
    model.oxygen.concentration[...] = oxygen * p["follicle.oxygen_half_effect_mmhg"]
    rows = {stage: follicles(model, n, stage, shaft_um=1e3) for stage in (TELOGEN, KENOGEN_STAGE, CATAGEN)}
    model.leukocytes.inflammatory.concentration[...] = ratio * p["follicle.quorum_macrophages_per_mm3"]
    pass_days(model, days)
    x = ratio ** p["follicle.quorum_steepness"]
    rate = p["follicle.wound_anagen_per_d"] * x / (1.0 + x) * oxygen / (1.0 + oxygen)
    for stage in (TELOGEN, KENOGEN_STAGE):
        now = hairs["stage"][rows[stage]]
        check_share(np.count_nonzero(now == stage), n, np.exp(-rate * days))
        assert np.all((now == stage) | (now == ANAGEN))
    # called follicles shed the old hair and start a new one
    called = rows[TELOGEN][hairs["stage"][rows[TELOGEN]] == ANAGEN]
    most = 1e3 * p["follicle.hair_growth_mm_per_d"] * days
    assert np.all(hairs["shaft_um"][called] < most)
    assert np.all(hairs["shaft_um"][rows[CATAGEN]] == 1e3)
    assert np.all(hairs["stage"][rows[CATAGEN]] == CATAGEN)


def test_attack_holds_back_what_wounds_call(make):
    model, n, days = scalp(make), 3000, 6.0
    hairs, p = model.population(Follicle), model.parameters
    rows = follicles(model, n, TELOGEN)
    model.leukocytes.inflammatory.concentration[...] = 100.0 * p["follicle.quorum_macrophages_per_mm3"]
    model.cytokine.concentration[...] = 2.0 * p["follicle.attack_half_effect_ng_per_ml"]
    pass_days(model, days)
    left = 1.0 / (1.0 + 2.0 ** p["follicle.attack_steepness"])
    kept = np.exp(-left * p["follicle.wound_anagen_per_d"] * days)
    check_share(np.count_nonzero(hairs["stage"][rows] == TELOGEN), n, kept)


def test_a_healthy_scalp_keeps_its_share_of_anagen_and_its_hairs_for_90_days(make):
    model = scalp(make, feed=False, lattice=NARROW, parameters=given(follicle__cohort_in_section=200))
    n, start = len(model.population(Follicle)), follicle.observe(model)
    assert start["anagen_fraction"] == model.site.anagen_fraction
    pass_days(model, 90.0)
    end = follicle.observe(model)
    assert n == 200
    check_share(n * end["anagen_fraction"], n, model.site.anagen_fraction)
    assert end["hair_density_per_cm2"] > 0.85 * 100.0 * model.site.follicles_per_mm2
    assert not model.population(Follicle)["attacked"].any()


def test_hair_at_the_start_is_as_long_as_its_age(make):
    model = scalp(make, parameters=given(follicle__cohort_in_section=200))
    hairs, p = model.population(Follicle), model.parameters
    speed = 1e3 * p["follicle.hair_growth_mm_per_d"]
    growing = hairs["stage"] == ANAGEN
    whole_d = hairs["shaft_um"][growing] / speed + hairs["remaining_d"][growing]
    n = np.count_nonzero(growing)
    assert whole_d.mean() == pytest.approx(p["follicle.anagen_d"], abs=4.0 * p["follicle.anagen_sd_d"] / np.sqrt(n))
    done = hairs["shaft_um"][growing] / speed / whole_d
    np.testing.assert_allclose(np.quantile(done, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)
    np.testing.assert_allclose(hairs["shaft_um"][~growing], speed * p["follicle.anagen_d"])


def test_an_old_patch_has_fewer_growing_follicles_and_t_cells_than_an_active_one(make):
    seen = {}
    for state in ("healthy", "alopecia_areata", "chronic_alopecia_areata"):
        model = make(lattice=NARROW, site="scalp", initial_state=state)
        hairs = model.population(Follicle)
        swarm = np.count_nonzero(model.population(TCell)["autoreactive"])
        seen[state] = np.mean(hairs["stage"] == ANAGEN), swarm
        bald = hairs["shaft_um"][hairs["stage"] != ANAGEN] == 0.0
        assert np.all(bald == (state != "healthy"))
    p, n = load_parameters(), len(hairs)
    assert seen["healthy"] == (pytest.approx(0.9, abs=0.51 / n), 0)
    assert seen["alopecia_areata"] == (
        pytest.approx(p["alopecia.anagen_fraction"], abs=0.51 / n),
        round(p["t_cell.swarm_per_bulb"]),
    )
    assert seen["chronic_alopecia_areata"] == (
        pytest.approx(p["alopecia.chronic_anagen_fraction"], abs=0.51 / n),
        round(p["t_cell.swarm_per_bulb"] * p["alopecia.chronic_swarm_ratio"]),
    )
    assert seen["chronic_alopecia_areata"] < seen["alopecia_areata"]


def test_a_block_has_one_follicle_at_each_place_and_a_section_a_cohort(make):
    block = Lattice(nz=45, ny=10, nx=95, spacing_um=10.0, air_sites=10)
    model = make(lattice=block, site="cheek")
    hairs = model.population(Follicle)
    assert list(hairs["place"]) == [0, 1]
    np.testing.assert_allclose(hairs["x_um"], [237.5, 712.5])
    assert len(model.bulb_positions()[0]) == 2
    section = make(lattice=Lattice.from_size(width_um=950, depth_um=350, spacing_um=10, air_um=100), site="cheek")
    hairs, p = section.population(Follicle), section.parameters
    cohort = round(p["follicle.cohort_in_section"])
    assert list(np.bincount(hairs["place"])) == [cohort, cohort]
    assert len(section.bulb_positions()[0]) == 2
    np.testing.assert_allclose(hairs["x_um"], np.repeat([237.5, 712.5], cohort))
    assert np.mean(hairs["stage"] == ANAGEN) == pytest.approx(section.site.anagen_fraction, abs=0.51 / len(hairs))


@pytest.mark.parametrize("state", ["alopecia_areata", "chronic_alopecia_areata"])
@pytest.mark.parametrize("depth_um", [1400.0, 4000.0])
def test_alopecia_needs_a_section_as_deep_as_its_bulbs(make, state, depth_um):
    lattice = Lattice.from_size(width_um=100, depth_um=depth_um, spacing_um=10, air_um=100)
    with pytest.raises(InputError, match=r"does not reach the hair bulbs.*4000 um of skin"):
        make(lattice=lattice, site="scalp", initial_state=state)
    assert len(make(lattice=lattice, site="scalp").population(Follicle)) > 0  # healthy skin may be shallower
