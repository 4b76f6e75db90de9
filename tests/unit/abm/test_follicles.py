"""Hair follicles: their cycle, the hair it makes, and what attack, blood supply and wounds do to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mendsim.abm import load_parameters
from mendsim.abm.agents import follicle
from mendsim.abm.agents.follicle import ANAGEN, CATAGEN, KENOGEN_STAGE, STAGES, TELOGEN, Follicle
from mendsim.abm.agents.t_cell import TCell
from mendsim.abm.site import SkinSite
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameters

SHALLOW = Lattice.from_size(width_um=1400, depth_um=400, spacing_um=10, air_um=100)
NARROW = Lattice.from_size(width_um=100, depth_um=4400, spacing_um=10, air_um=100)
DEEP = Lattice.from_size(width_um=1400, depth_um=4400, spacing_um=10, air_um=100)
PLENTY, NEVER = 1e12, 1e9


def given(**values):
    """Return parameters with some replaced, keys with two underscores for the dot."""
    return load_parameters().with_overrides({k.replace("__", "."): v for k, v in values.items()}, origin="test")


def scalp(make, **options):
    """Make scalp with steps of two hours; it is supplied as healthy skin is, at a pace of 1, unless changed."""
    return make(**{"lattice": SHALLOW, "site": "scalp", "step_h": 2.0, **options})


def stage_mean_d(p, site):
    """Mean duration of each stage: anagen lasts so long that the site has its share of follicles in it."""
    catagen, telogen, kenogen = (p[f"follicle.{stage}_d"] for stage in STAGES[1:])
    share = SkinSite.load(site, 2).anagen_fraction
    anagen = share / (1.0 - share) * (catagen + telogen + p["follicle.kenogen_share"] * kenogen)
    return np.array([anagen, catagen, telogen, kenogen])


def stage_sd_d(p, site):
    """Standard deviation of the duration of each stage."""
    anagen = p["follicle.anagen_sd_ratio"] * stage_mean_d(p, site)[ANAGEN]
    return np.array([anagen, *(p[f"follicle.{stage}_sd_d"] for stage in STAGES[1:])])


def with_oxygen(model, ratio):
    """Set oxygen everywhere, in units of its half effect; returns how well each place is fed, 1 in healthy skin."""
    half = model.parameters["follicle.oxygen_half_effect_mmhg"]
    model.oxygen.concentration[...] = ratio * half
    return ratio / (1.0 + ratio) * (half + model.bulb_oxygen_mmhg) / model.bulb_oxygen_mmhg


def with_cohort(n):
    """Return parameters with ``n`` follicles at each place, more than users may ask for."""
    p, key = load_parameters(), "follicle.cohort_in_section"
    return Parameters({**p.entries, key: replace(p.entries[key], value=float(n))})


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


def check_durations(drawn, mean, sd):
    """Within 4 sigma of a log-normal distribution of that mean and standard deviation."""
    n = len(drawn)
    assert drawn.min() > 0.0
    assert drawn.mean() == pytest.approx(mean, abs=4.0 * sd / np.sqrt(n))
    w = 1.0 + (sd / mean) ** 2
    kurtosis = w**4 + 2.0 * w**3 + 3.0 * w**2 - 3.0
    assert drawn.std() == pytest.approx(sd, rel=4.0 * np.sqrt((kurtosis - 1.0) / (4.0 * n)))


@pytest.mark.parametrize("site", ["scalp", "cheek", "forearm"])
@pytest.mark.parametrize("stage", range(len(STAGES)))
def test_durations_have_the_given_mean_and_standard_deviation(make, stage, site):
    model, n = scalp(make, site=site), 20_000
    mean, sd = (f(model.parameters, site)[stage] for f in (stage_mean_d, stage_sd_d))
    ids, stages = np.arange(1, n + 1), np.full(n, stage)
    check_durations(follicle.durations_d(model, ids, stages), mean, sd)
    # one that is found under way is as likely as it is long: its mean is that of the square over the mean
    ratio = 1.0 + (sd / mean) ** 2
    check_durations(follicle.durations_d(model, ids, stages, under_way=True), mean * ratio, sd * ratio)


@pytest.mark.parametrize("kenogen_share", [0.0, 0.08, 0.5])
@pytest.mark.parametrize("growing", [0.05, 0.49, 0.9])
def test_follicles_not_in_anagen_are_spread_by_how_long_their_stages_last(make, growing, kenogen_share):
    model, n = scalp(make, parameters=given(follicle__kenogen_share=kenogen_share)), 200
    count = np.bincount(follicle.stages_at_rest(model, n, growing), minlength=len(STAGES))
    lasts = stage_mean_d(model.parameters, "scalp") * np.array([0.0, 1.0, 1.0, kenogen_share])
    expected = n * np.array([growing, *((1.0 - growing) * lasts[1:] / lasts.sum())])
    assert count.sum() == n
    np.testing.assert_allclose(count, expected, atol=1.0)
    assert count[ANAGEN] == pytest.approx(n * growing, abs=0.51)


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
        mean, sd = (f(p, "scalp")[after] for f in (stage_mean_d, stage_sd_d))
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


@pytest.mark.parametrize("state", ["healthy", "alopecia_areata"])
@pytest.mark.parametrize("ratio", [0.0, 0.2, 0.5, 3.0])
def test_attack_ends_anagen_at_the_rate_of_the_formula(make, ratio, state):
    model, n = scalp(make, initial_state=state, lattice=NARROW), 4000
    hairs, p = model.population(Follicle), model.parameters
    growing, regressing = follicles(model, n, ANAGEN), follicles(model, n, CATAGEN)
    model.cytokine.concentration[...] = ratio * p["follicle.attack_half_effect_ng_per_ml"]
    here, left, variance = hairs["place"] == 0, n, 0.0
    expected = 0.0
    for _ in range(round(24.0 * 5.0 / model.step_h)):
        # what T cells of a patch make reaches those in anagen alone
        shown = np.mean(hairs["stage"][here] == ANAGEN) if state == "alopecia_areata" else 1.0
        x = (ratio / shown) ** p["follicle.attack_steepness"]
        dies = 1.0 - np.exp(-p["follicle.attack_per_d"] * x / (1.0 + x) * model.step_h / 24.0)
        expected, variance = expected + left * dies, variance + left * dies * (1.0 - dies)
        pass_days(model, model.step_h / 24.0)
        left = np.count_nonzero(hairs["stage"][growing] == ANAGEN)
    assert abs(n - left - expected) <= 4.0 * np.sqrt(variance)
    np.testing.assert_array_equal(hairs["attacked"][growing], hairs["stage"][growing] != ANAGEN)
    assert np.all(hairs["stage"][regressing] == CATAGEN)


def test_attack_at_a_constant_strength_ends_anagen_exponentially(make):
    model, n, days = scalp(make), 4000, 5.0
    hairs, p = model.population(Follicle), model.parameters
    growing = follicles(model, n, ANAGEN)
    model.cytokine.concentration[...] = p["follicle.attack_half_effect_ng_per_ml"]
    pass_days(model, days)
    stays = np.count_nonzero(hairs["stage"][growing] == ANAGEN)
    check_share(stays, n, np.exp(-0.5 * p["follicle.attack_per_d"] * days))


@pytest.mark.parametrize("state", ["alopecia_areata", "chronic_alopecia_areata"])
def test_follicles_of_a_patch_in_anagen_share_the_cytokine_of_their_place(make, state):
    model = scalp(make, initial_state=state, lattice=DEEP)
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


def test_in_healthy_scalp_cytokine_acts_alike_on_all_follicles_of_a_place(make):
    model = scalp(make)
    hairs, p = model.population(Follicle), model.parameters
    half, steepness = p["follicle.attack_half_effect_ng_per_ml"], p["follicle.attack_steepness"]
    for growing in (0.0, 0.2, 1.0):
        hairs["stage"][...] = np.where(np.arange(len(hairs)) < growing * len(hairs), ANAGEN, TELOGEN)
        for ratio in (0.0, 0.2, 1.0, 2.0):
            model.cytokine.concentration[...] = ratio * half
            x = ratio**steepness
            np.testing.assert_allclose(follicle.attack(model), x / (1.0 + x))


def test_one_whose_anagen_ends_by_itself_was_not_attacked(make):
    model = scalp(make)
    hairs = model.population(Follicle)
    rows = follicles(model, 100, ANAGEN, remaining_d=0.0, attacked=1)
    follicle.cycle(model)
    assert np.all(hairs["stage"][rows] == CATAGEN)
    assert not hairs["attacked"][rows].any()


def test_attack_counts_at_the_bulb_in_anagen_and_at_the_germ_at_rest(make):
    model = scalp(make, lattice=NARROW)
    hairs, p, n = model.population(Follicle), model.parameters, 1000
    half = p["follicle.attack_half_effect_ng_per_ml"]
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
    fed = with_oxygen(model, oxygen)
    model.vessels.segments["flow_nl_per_min"][...] *= flow
    np.testing.assert_allclose(model.vessels.papilla_flow(), flow)
    half = p["follicle.flow_half_effect_ratio"]
    fed *= flow * (1.0 + half) / (half + flow)
    np.testing.assert_allclose(follicle.supply(model), fed)
    fed = fed[0]
    waiting = {stage: follicles(model, 20, stage, remaining_d=50.0) for stage in range(len(STAGES))}
    pass_days(model, 2.0)
    grown = 1e3 * p["follicle.hair_growth_mm_per_d"] * 2.0 * fed
    np.testing.assert_allclose(hairs["shaft_um"][waiting[ANAGEN]], grown, rtol=1e-6)
    for stage, pace in ((ANAGEN, 1.0), (CATAGEN, 1.0), (TELOGEN, fed), (KENOGEN_STAGE, fed)):
        np.testing.assert_allclose(hairs["remaining_d"][waiting[stage]], 50.0 - 2.0 * pace)


@pytest.mark.parametrize("site", ["scalp", "cheek", "forearm"])
def test_skin_at_rest_is_fully_supplied_and_half_its_flow_or_oxygen_is_worse(make, site):
    model = scalp(make, lattice=NARROW, site=site)
    fed, usual = follicle.supply(model), model.bulb_oxygen_mmhg
    np.testing.assert_allclose(fed, 1.0, rtol=1e-9)
    # so that there is room for more and for less
    assert np.all(usual / (usual + model.parameters["follicle.oxygen_half_effect_mmhg"]) > 0.7)
    at_rest = model.oxygen.concentration.copy()
    model.oxygen.concentration[...] *= 0.5
    enough = model.parameters["follicle.oxygen_half_effect_mmhg"]
    np.testing.assert_allclose(follicle.supply(model), 0.5 * (enough + usual) / (enough + 0.5 * usual), rtol=1e-6)
    model.oxygen.concentration[...] = at_rest
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
    fed = with_oxygen(model, oxygen)[0]
    rows = {stage: follicles(model, n, stage, shaft_um=1e3) for stage in (TELOGEN, KENOGEN_STAGE, CATAGEN)}
    model.leukocytes.inflammatory.concentration[...] = ratio * p["follicle.quorum_macrophages_per_mm3"]
    pass_days(model, days)
    x = ratio ** p["follicle.quorum_steepness"]
    rate = p["follicle.wound_anagen_per_d"] * x / (1.0 + x) * fed
    for stage in (TELOGEN, KENOGEN_STAGE):
        now = hairs["stage"][rows[stage]]
        check_share(np.count_nonzero(now == stage), n, np.exp(-rate * days))
        assert np.all((now == stage) | (now == ANAGEN))
    # called follicles shed the old hair and start a new one
    called = rows[TELOGEN][hairs["stage"][rows[TELOGEN]] == ANAGEN]
    most = 1e3 * p["follicle.hair_growth_mm_per_d"] * days * fed
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
    model = scalp(make, lattice=NARROW, parameters=given(follicle__cohort_in_section=200))
    n, start = len(model.population(Follicle)), follicle.observe(model)
    assert start["anagen_fraction"] == model.site.anagen_fraction
    pass_days(model, 90.0)
    end = follicle.observe(model)
    assert n == 200
    check_share(n * end["anagen_fraction"], n, model.site.anagen_fraction)
    assert end["hair_density_per_cm2"] > 0.85 * 100.0 * model.site.follicles_per_mm2
    assert not model.population(Follicle)["attacked"].any()


@pytest.mark.parametrize("seed", [4, 5])
@pytest.mark.parametrize("site", ["scalp", "cheek", "forearm"])
def test_healthy_skin_holds_its_own_share_of_anagen_for_200_days(make, site, seed):
    n = 4000
    model = scalp(make, site=site, seed=seed, lattice=NARROW, parameters=with_cohort(n))
    hairs, p, share = model.population(Follicle), model.parameters, model.site.anagen_fraction
    lasts = stage_mean_d(p, site) * np.array([1.0, 1.0, 1.0, p["follicle.kenogen_share"]])
    for _ in range(10):
        pass_days(model, 20.0)
        stage = hairs["stage"]
        assert len(stage) == n
        check_share(np.count_nonzero(stage == ANAGEN), n, share)
        for k in np.flatnonzero(n * lasts / lasts.sum() >= 100.0):
            check_share(np.count_nonzero(stage == k), n, lasts[k] / lasts.sum())
    assert not hairs["attacked"].any()


@pytest.mark.parametrize("site", ["scalp", "cheek", "forearm"])
def test_hair_at_the_start_is_as_long_as_its_age(make, site):
    model = scalp(make, site=site, lattice=NARROW, parameters=with_cohort(1000))
    hairs, p = model.population(Follicle), model.parameters
    speed = 1e3 * p["follicle.hair_growth_mm_per_d"]
    mean, sd = (f(p, site)[ANAGEN] for f in (stage_mean_d, stage_sd_d))
    growing, empty = hairs["stage"] == ANAGEN, hairs["stage"] == KENOGEN_STAGE
    whole_d = hairs["shaft_um"][growing] / speed + hairs["remaining_d"][growing]
    # a growing hair is found in a long anagen rather than in a short one
    ratio = 1.0 + (sd / mean) ** 2
    assert whole_d.mean() == pytest.approx(mean * ratio, abs=4.0 * sd * ratio / np.sqrt(np.count_nonzero(growing)))
    done = hairs["shaft_um"][growing] / speed / whole_d
    np.testing.assert_allclose(np.quantile(done, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)
    # one that is done has grown for a whole anagen, and none is left in an empty follicle
    assert empty.any()
    assert not hairs["shaft_um"][empty].any()
    grown_d = hairs["shaft_um"][~growing & ~empty] / speed
    assert grown_d.min() > 0.0
    assert grown_d.mean() == pytest.approx(mean, abs=4.0 * sd / np.sqrt(len(grown_d)))


WIDER_THAN_A_SWARM = Lattice.from_size(width_um=260, depth_um=4400, spacing_um=10, air_um=100)


def test_an_old_patch_has_fewer_growing_follicles_and_t_cells_than_an_active_one(make):
    seen = {}
    for state in ("healthy", "alopecia_areata", "chronic_alopecia_areata"):
        model = make(lattice=WIDER_THAN_A_SWARM, site="scalp", initial_state=state)
        hairs = model.population(Follicle)
        swarm = np.count_nonzero(model.population(TCell)["autoreactive"])
        seen[state] = np.mean(hairs["stage"] == ANAGEN), swarm
        bare, empty = hairs["shaft_um"] == 0.0, hairs["stage"] == KENOGEN_STAGE
        assert np.count_nonzero(bare & (hairs["stage"] == ANAGEN)) <= 1  # one starts just now
        assert np.all(bare[empty])
        resting = (hairs["stage"] == CATAGEN) | (hairs["stage"] == TELOGEN)
        assert resting.any()
        assert np.all(bare[resting] == (state != "healthy"))
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
