"""Water loss, dryness, bacteria and aftercare on whole models."""

from __future__ import annotations

import numpy as np
import pytest

from mendsim.abm import load_parameters, wound
from mendsim.abm.aftercare import load_treatments
from mendsim.abm.agents.keratinocyte import Keratinocyte
from mendsim.abm.mechanisms import without
from mendsim.abm.tissue import CELL_KIND
from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice

LOSS, LOAD = "water_loss_g_per_m2_h", "microbial_load_log10_cfu_per_cm2"


def steps(model, n):
    for _ in range(n):
        model.step()
    return model.observe()


def opened(make, injury, ablated_um=200.0, **options):
    model = make(**options)
    model.injure(injury(model.lattice, width_um=ablated_um + 20.0, ablated_um=ablated_um))
    return model


def test_intact_skin_loses_what_is_measured_and_more_where_its_corneum_is_thinner(make):
    loss = {site: make(site=site).observe()[LOSS] for site in ("cheek", "forearm", "scalp")}
    assert all(5.0 < each < 10.0 for each in loss.values())
    assert loss["forearm"] < loss["cheek"] < loss["scalp"]


def test_denuded_skin_loses_what_burns_and_donor_sites_do(make, injury):
    """143 to 214 g/m2/h, Lamke 1977; of these numbers the model was given only the difference that eschar makes."""
    loss = opened(make, injury, 590.0).observe()[LOSS]
    assert 143.0 < loss < 214.0


def test_dead_columns_under_a_corneum_stay_tight_and_without_it_do_not(make, injury):
    model = make()
    before = model.observe()[LOSS]
    model.injure(injury(model.lattice))
    assert model.observe()[LOSS] == pytest.approx(before, rel=0.05)
    cells = model.population(Keratinocyte)
    rows = np.arange(cells.n_rows)[cells.rows()]
    over = (np.abs(cells["ix"][rows] - 30) < 6) & (cells["kind"][rows] == CELL_KIND["corneocyte"])
    cells.remove(rows[over])
    wound.close_stacks(model)
    assert model.observe()[LOSS] > 5.0 * before
    assert not model.surface.bare.any()


def test_a_gap_keeps_its_width_and_a_pinhole_is_bridged(make, injury):
    for width, expected in ((60.0, 60.0), (10.0, 0.0)):
        model = opened(make, injury, width)
        model.surface.update()
        assert 10.0 * np.count_nonzero(model.surface.corneum_um == 0.0) == expected


def test_a_bare_bed_dries_under_a_crust_but_not_under_ointment(make, injury):
    dry, moist = opened(make, injury), opened(make, injury)
    moist.apply_aftercare("occlusive_ointment", 12.0)
    first = dry.observe()[LOSS]
    assert moist.observe()[LOSS] < 0.1 * first
    after = [steps(model, 8)[LOSS] for model in (dry, moist)]
    assert after[0] < 0.3 * first
    assert dry.surface.crust_um.max() > 5.0 * moist.surface.crust_um.max() > 0.0


def test_crawling_is_slowed_at_a_bare_bed_in_air_only(make, injury):
    dry, moist = opened(make, injury), opened(make, injury)
    moist.apply_aftercare("occlusive_ointment", 12.0)
    for model in (dry, moist):
        model.step()
    slowed = dry.parameters["barrier.dry_crawl_factor"]
    bare = np.flatnonzero(dry.surface.bare[0])
    edge = [bare[0] - 1, bare[-1] + 1]
    assert dry.surface.crawl_factor.shape == dry.tissue.bed_z.shape
    assert (dry.surface.crawl_factor[0, [*bare, *edge]] == slowed).all()
    assert (np.delete(dry.surface.crawl_factor[0], [*bare, *edge]) == 1.0).all()
    assert (moist.surface.crawl_factor > 0.95).all()


def test_intact_skin_is_left_alone(make):
    model = make()
    first = steps(model, 4)
    assert first[LOAD] == model.parameters["microbe.resident_log10_cfu_per_cm2"]
    assert (model.surface.crawl_factor == 1.0).all()
    assert not model.surface.crust_um.any()


def test_bacteria_grow_on_an_open_bed_until_neutrophils_hold_them(make, injury):
    resident = load_parameters()["microbe.resident_log10_cfu_per_cm2"]
    model = opened(make, injury)
    load = [steps(model, 16)[LOAD] for _ in range(20)]
    assert max(load) > resident + 0.2
    assert load[-1] < max(load) - 0.1
    bare = without(load_parameters(), ["neutrophils"])
    alone = opened(make, injury, parameters=bare)
    assert max(steps(alone, 16)[LOAD] for _ in range(20)) > max(load) + 0.3


def test_antiseptic_kills_as_long_as_it_lasts(make, injury):
    treated, untreated = opened(make, injury), opened(make, injury)
    treated.apply_aftercare("antiseptic", 6.0)
    load = [steps(model, 12)[LOAD] for model in (treated, untreated)]
    assert load[0] < load[1] - 1.0
    assert treated.aftercare.on(treated.time_h) == []
    later = [steps(model, 24)[LOAD] for model in (treated, untreated)]
    assert later[0] > load[0] + 0.5


def test_half_a_step_of_antiseptic_kills_half(make):
    half, whole = make(), make()
    half.apply_aftercare("antiseptic", 0.25)
    whole.apply_aftercare("antiseptic", 0.5)
    assert half.aftercare.kill_per_h(0.0, 0.5) == pytest.approx(0.5 * whole.aftercare.kill_per_h(0.0, 0.5))


def test_bacteria_call_for_help_only_if_the_data_say_so(make, injury):
    name = "microbe.cytokine_release_pg_per_million_cfu_h"
    quiet, loud = (
        opened(make, injury, parameters=load_parameters().with_overrides({name: release}, origin="test"))
        for release in (0.0, 10.0)
    )
    levels = [steps(model, 120)["cytokine_ng_per_ml"] for model in (quiet, loud)]
    assert levels[1] > 1.01 * levels[0]


def test_again_while_it_lasts_counts_until_the_later_end(make):
    model = make()
    model.apply_aftercare("occlusive_ointment", 10.0)
    model.apply_aftercare("occlusive_ointment", 2.0)
    assert model.aftercare.end_h == {"occlusive_ointment": 10.0}
    film = load_treatments()["occlusive_ointment"].water_resistance_h_per_m
    assert model.aftercare.water_resistance_h_per_m(9.9) == film
    assert model.aftercare.water_resistance_h_per_m(10.0) == 0.0


@pytest.mark.parametrize(
    ("treatment", "duration_h", "line"),
    [
        ("ointment", 1.0, "treatment: unknown aftercare (got 'ointment'); allowed: antiseptic, occlusive_ointment"),
        ("antiseptic", 0.0, "duration: aftercare must last (got '0 h'); allowed: > 0 h"),
    ],
)
def test_wrong_aftercare_gets_one_line(treatment, duration_h, line, make):
    with pytest.raises(InputError) as error:
        make().apply_aftercare(treatment, duration_h)
    assert str(error.value) == line


def test_a_block_loses_as_a_section_does(make):
    block = make(lattice=Lattice.from_size(width_um=300, length_um=300, depth_um=300, spacing_um=10, air_um=100))
    # a corneocyte overlaps nine columns there and three here: where corneum is thinner by chance, a section loses more
    assert block.observe()[LOSS] == pytest.approx(make().observe()[LOSS], rel=0.15)
