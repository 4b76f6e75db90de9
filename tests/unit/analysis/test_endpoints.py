import numpy as np
import pytest

from mendsim import analysis
from mendsim.analysis import downtime
from mendsim.analysis.endpoints import format_value, registered
from mendsim.analysis.endpoints_dermis import drifts
from mendsim.common.errors import InputError

DAYS = [0.0, 1.0, 2.0, 3.0, 10.0]


def value(run, name):
    return analysis.outcomes(run, [name])["value"].iloc[0]


def test_closure_counts_from_the_session_and_from_what_it_opened(make_run):
    # The session of day 1 opens a fifth of the surface; 95 % of it is covered again at 0.99, on day 2.875.
    run = make_run(DAYS, sessions_h=(24.0,), reepithelialised_fraction=[1.0, 1.0, 0.8, 1.0, 1.0])
    assert value(run, "reepithelialisation_days") == pytest.approx(1.95, abs=1e-12)


def test_closure_between_two_sessions_is_that_of_the_first(make_run):
    covered = [1.0, 0.5, 1.0, 1.0, 0.1]
    run = make_run(DAYS, sessions_h=(0.0, 72.0), reepithelialised_fraction=covered)
    assert value(run, "reepithelialisation_days") == pytest.approx(1.95, abs=1e-12)


def test_closure_of_untreated_skin_does_not_apply(make_run):
    assert np.isnan(value(make_run(DAYS, reepithelialised_fraction=[1.0] * 5), "reepithelialisation_days"))


def test_an_open_wound_is_never_closed(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), reepithelialised_fraction=[1.0, 0.5, 0.5, 0.6, 0.7])
    assert value(run, "reepithelialisation_days") == np.inf


def test_debris_is_seen_and_gone(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), debris_count=[0.0, 100.0, 100.0, 50.0, 0.0])
    assert value(run, "debris_first_seen_days") == 1.0
    # From 50 on day 3 to 0 on day 10; 1 % of the peak is reached after 49/50 of the way.
    assert value(run, "debris_gone_days") == pytest.approx(3.0 + 7.0 * 0.98, abs=1e-12)


def test_barrier_hours_add_up(make_run):
    run = make_run(DAYS, sessions_h=(0.0,), barrier_open_fraction=[0.0, 0.2, 0.02, 0.01, 0.0])
    assert value(run, "barrier_open_hours") == pytest.approx(48.0, abs=1e-9)


def test_collagen_against_its_start(make_run):
    run = make_run(
        DAYS, collagen_mg_per_ml=[100.0, 90.0, 80.0, 95.0, 110.0], collagen_3_mg_per_ml=[10.0, 9, 20, 19, 11]
    )
    assert value(run, "collagen_minimum") == pytest.approx(80.0, abs=1e-12)
    assert value(run, "collagen_minimum_day") == 2.0
    assert value(run, "collagen_final") == pytest.approx(110.0, abs=1e-12)
    assert value(run, "collagen_3_peak_share") == pytest.approx(25.0, abs=1e-12)


def test_scar_depth_changes_only_where_there_is_a_scar(make_run):
    scar = make_run(DAYS, scar_depth_um=[300.0, 310.0, 300.0, 250.0, 240.0])
    assert value(scar, "scar_depth_change_um") == pytest.approx(-60.0, abs=1e-12)
    assert value(scar, "scar_depth_change_percent") == pytest.approx(-20.0, abs=1e-12)
    assert np.isnan(value(make_run(DAYS, scar_depth_um=[0.0, 5, 5, 5, 5]), "scar_depth_change_um"))


def test_signals_peak(make_run):
    run = make_run(DAYS, tgf_beta1_ng_per_ml=[0.1, 0.4, 0.3, 0.2, 0.1])
    assert value(run, "tgf_beta1_peak") == pytest.approx(0.4, abs=1e-12)
    assert value(run, "tgf_beta1_peak_day") == 1.0


def test_white_cells_redness_and_swelling_peak(make_run):
    run = make_run(
        DAYS,
        neutrophils_per_mm3=[0.0, 900, 300, 10, 0],
        macrophages_per_mm3=[2000.0, 1900, 2600, 2700, 2100],
        erythema_ratio=[1.0, 1.6, 1.2, 1.0, 0.9],
        oedema_um=[0.0, 20, 30, 5, 0],
    )
    names = ("neutrophils_peak_day", "macrophages_peak_day", "redness_peak", "redness_peak_day", "swelling_peak_um")
    assert [value(run, name) for name in names] == [1.0, 3.0, 1.6, 1.0, 30.0]


def test_downtime_ends_when_skin_is_closed_pale_and_flat(make_run):
    closed, pale, flat = [1.0, 0.9, 1.0, 1.0, 1.0], [1.0, 1.5, 1.2, 1.0, 1.0], [0.0, 30, 15, 5, 0]
    course = {"reepithelialised_fraction": closed, "erythema_ratio": pale}
    run = make_run(DAYS, sessions_h=(12.0,), oedema_um=flat, **course)
    assert value(run, "downtime_days") == pytest.approx(2.5 - 0.5, abs=1e-12)
    swollen = make_run(DAYS, sessions_h=(12.0,), oedema_um=[0.0, 30, 30, 30, 30], **course)
    assert value(swollen, "downtime_days") == np.inf
    assert np.isnan(value(make_run(DAYS, oedema_um=flat, **course), "downtime_days"))


def test_quality_of_the_matrix(make_run):
    run = make_run(
        DAYS,
        sessions_h=(0.0,),
        collagen_1_mg_per_ml=[80.0, 60.0, 60.0, 66.0, 90.0],
        collagen_3_mg_per_ml=[10.0, 10.0, 20.0, 22.0, 15.0],
        denatured_collagen_mg_per_ml=[0.0, 4.0, 3.0, 2.0, 1.0],
        elasticity_index=[0.8, 0.7, 0.7, 0.8, 0.9],
        contraction_kpa=[0.0, 0.5, 2.0, 1.0, 0.1],
        hsp47_ratio=[1.0, 2.0, 3.0, 5.0, 2.0],
        procollagen_1_ratio=[1.0, 1.0, 2.0, 3.0, 4.0],
        procollagen_3_ratio=[1.0, 2.0, 5.0, 3.0, 2.0],
        scar_depth_um=[300.0, 300.0, 300.0, 250.0, 240.0],
        scar_volume_mm3_per_mm2=[0.2, 0.2, 0.2, 0.18, 0.15],
    )
    assert value(run, "collagen_1_to_3_lowest") == pytest.approx(3.0, abs=1e-12)
    assert value(run, "collagen_1_to_3_final") == pytest.approx(6.0, abs=1e-12)
    assert value(run, "denatured_collagen_left") == pytest.approx(25.0, abs=1e-12)
    assert value(run, "elasticity_change") == pytest.approx(12.5, abs=1e-9)
    assert value(run, "contraction_peak") == 2.0
    assert value(run, "hsp47_peak_day") == 3.0
    assert (value(run, "procollagen_1_peak_day"), value(run, "procollagen_3_peak_day")) == (10.0, 2.0)
    assert value(run, "scar_volume_change_percent") == pytest.approx(-25.0, abs=1e-9)


def test_what_is_not_there_has_no_share_and_no_ratio(make_run):
    run = make_run(
        DAYS,
        denatured_collagen_mg_per_ml=[0.0] * 5,
        collagen_1_mg_per_ml=[1.0] * 5,
        collagen_3_mg_per_ml=[0.0] * 5,
        scar_depth_um=[0.0] * 5,
        scar_volume_mm3_per_mm2=[0.0, 1, 1, 1, 1],
    )
    for name in ("denatured_collagen_left", "collagen_1_to_3_final", "scar_volume_change_percent"):
        assert np.isnan(value(run, name))


def test_drifts_leave_out_what_begins_at_nothing(make_run):
    run = make_run(
        DAYS, collagen_mg_per_ml=[100.0, 101, 99, 100, 100], fibroblast_count=[0.0, 9, 9, 9, 9], elastin_mg_per_ml=DAYS
    )
    assert drifts(run) == pytest.approx({"collagen_mg_per_ml": 1.0})


def test_drift_is_the_largest_dermal_change_and_only_of_a_control(make_run):
    series = {
        "collagen_mg_per_ml": [100.0, 101.0, 99.5, 100.0, 100.0],
        "fibroblast_count": [200.0, 197.0, 200.0, 200.0, 200.0],
        "keratinocyte_count": [100.0, 50.0, 50.0, 50.0, 50.0],
    }
    assert value(make_run(DAYS, **series), "dermal_drift") == pytest.approx(1.5, abs=1e-12)
    assert np.isnan(value(make_run(DAYS, sessions_h=(0.0,), **series), "dermal_drift"))


def test_drug_amounts(make_run):
    amounts = {
        "given": [10.0] * 5,
        "donor": [10.0, 0, 0, 0, 0],
        "epidermis": [0.0] * 5,
        "dermis": [0.0, 4, 2, 0, 0],
        "cleared": [0.0, 1, 2, 3, 3],
    }
    run = make_run(DAYS, **{f"drug_{place}_ug_per_cm2": values for place, values in amounts.items()})
    assert value(run, "drug_dermis_peak") == 4.0
    assert value(run, "drug_dermis_peak_day") == 1.0
    assert value(run, "drug_delivered") == 3.0
    assert value(run, "drug_systemic_share") == 30.0
    assert value(run, "drug_exposure") == pytest.approx(2.0 + 3.0 + 1.0, abs=1e-12)


def test_without_a_drug_its_outcomes_do_not_apply(make_run):
    run = make_run(DAYS, **{f"drug_{place}_ug_per_cm2": [0.0] * 5 for place in ("donor", "dermis", "cleared")})
    assert np.isnan(value(run, "drug_delivered"))


def test_hair_without_follicles_does_not_apply(make_run):
    bald = make_run(DAYS, anagen_fraction=[np.nan] * 5, follicle_count=[0.0] * 5)
    hairy = make_run(DAYS, anagen_fraction=[0.25, 0.25, 0.5, 0.5, 0.75], follicle_count=[4.0] * 5)
    assert np.isnan(value(bald, "anagen_final"))
    assert (value(hairy, "anagen_start"), value(hairy, "anagen_final")) == (25.0, 75.0)


def test_hair_counts_on_the_scalp_only(make_run):
    hair = {"hair_density_per_cm2": [80.0, 80.0, 70.0, 90.0, 120.0], "hair_length_mm": [5.0, 6.0, 7.0, 8.0, 9.0]}
    blood = {"papilla_flow_ratio": [1.0, 1.5, 1.2, 1.1, 1.05]}
    run = make_run(DAYS, follicle_count=[4.0] * 5, **hair, **blood)
    names = ["hair_density_start", "hair_density_final", "hair_density_change", "hair_length_final"]
    names += ["papilla_flow_peak", "papilla_flow_final"]
    assert [value(run, name) for name in names] == pytest.approx([80.0, 120.0, 50.0, 9.0, 1.5, 1.05])
    run.attrs["scenario"] = '{"patient": {"site": "cheek"}}'
    assert all(np.isnan(value(run, name)) for name in names)


def test_blood_flow_is_back_once_it_stays_within_a_tenth(make_run):
    run = make_run(DAYS, doppler_ratio=[1.0, 2.0, 1.05, 1.2, 1.0])
    assert value(run, "doppler_peak") == 2.0
    assert value(run, "doppler_back_day") == pytest.approx(DAYS[3] + 0.5 * (DAYS[4] - DAYS[3]))
    assert np.isinf(value(make_run(DAYS, doppler_ratio=[1.0, 2.0, 2.0, 2.0, 0.8]), "doppler_back_day"))
    assert np.isnan(value(make_run(DAYS, doppler_ratio=[1.0] * 5), "doppler_back_day"))


def test_vessels_are_longest_at_their_peak(make_run):
    run = make_run(DAYS, perfused_vessel_length_mm_per_mm2=[10.0, 8.0, 12.0, 15.0, 11.0])
    assert value(run, "perfused_length_peak") == pytest.approx(150.0)
    assert value(run, "perfused_length_peak_day") == DAYS[3]


def test_t_cells_against_hair_bulbs_only_count_where_there_are_any(make_run):
    assert value(
        make_run(DAYS, autoreactive_t_cell_count=[80.0, 70.0, 60.0, 50.0, 40.0]), "autoreactive_t_cell_change"
    ) == (pytest.approx(-50.0))
    assert np.isnan(value(make_run(DAYS, autoreactive_t_cell_count=[0.0] * 5), "autoreactive_t_cell_change"))


def test_every_outcome_is_documented_and_copes_with_a_run_that_lacks_its_series(make_run):
    empty = make_run(DAYS, keratinocyte_count=[1.0] * 5)
    for outcome in registered().values():
        assert outcome.label, outcome.name
        assert outcome.unit, outcome.name
        assert outcome.definition.endswith("."), outcome.name
        if outcome.name not in ("keratinocyte_change", "session_count"):
            assert np.isnan(outcome.measure(empty)), outcome.name


def test_every_outcome_of_a_whole_run_is_a_number(make_store):
    table = analysis.outcomes(analysis.open_run(make_store()))
    assert list(table.columns) == ["label", "value", "unit", "definition"]
    assert set(table.index[table["value"].isna()]) == {"dermal_drift"}


def test_an_unknown_outcome_names_the_choices(make_run):
    with pytest.raises(InputError, match=r"colagen.*collagen_final"):
        analysis.outcomes(make_run(DAYS, collagen_mg_per_ml=[1.0] * 5), ["colagen"])


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (np.nan, "%", "does not apply"),
        (np.inf, "days", "not within 90 days"),
        (-28.53, "%", "\N{MINUS SIGN}28.5 %"),
        (1234.4, "µm", "1,234 µm"),
        (1.425, "days", "1.43 days"),
        (14.5, "day", "day 14.5"),
        (2e-11, "ng/mL", "under 0.0001 ng/mL"),
    ],
)
def test_values_are_printed_for_readers(number, unit, text):
    assert format_value(number, unit, 90.0) == text


def test_sessions_are_counted_and_those_with_the_laser_off_are_not(make_run):
    assert value(make_run(DAYS, keratinocyte_count=[1.0] * 5), "session_count") == 0.0
    run = make_run(DAYS, sessions_h=(0.0, 24.0, 48.0), keratinocyte_count=[1.0] * 5)
    run["injury"].attrs["record"] = '[{"kind": "laser"}, {"kind": "sham"}, {"kind": "punch"}]'
    assert value(run, "session_count") == 2.0


def test_end_points_in_days_say_from_when_they_count():
    origins = {
        "day": ("Day of the run ",),
        "days": ("Days after the first session ", "Days after the last session "),
    }
    timed = [each for each in registered().values() if each.unit in origins]
    assert {each.unit for each in timed} == set(origins)
    assert [each.name for each in timed if not each.definition.startswith(origins[each.unit])] == []


def test_the_definition_of_downtime_has_its_thresholds():
    said = registered()["downtime_days"].definition
    assert f"under {100 * downtime.COVERED:g} % covered" in said
    assert f"over {downtime.RED:g} times as red" in said
    assert f"over {downtime.SWOLLEN_UM:g} um swollen" in said
