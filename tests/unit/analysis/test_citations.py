"""What is cited with a run: what it used and nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from pybtex.database import parse_string

from mendsim.analysis import bibtex, cited
from mendsim.analysis.mentions import named
from mendsim.analysis.references import references
from mendsim.analysis.used import facts, numbers_used, registry
from mendsim.thermal import load_parameters

ROOT = Path(__file__).parents[3]
MakeRun = Callable[..., xr.DataTree]


def _number(source: str, evidence: str, value: float = 1.0, origin: str = "dermis.toml") -> dict[str, object]:
    return {"value": value, "source": source, "evidence": evidence, "origin": origin}


NUMBERS = {
    "abm.fibroblast.speed_um_per_h": _number("Desmouliere 1993 doi:10.1083/jcb.122.1.103", "measured"),
    "abm.fibroblast.collagen_pg_per_d": _number("against T39, three sessions", "calibrated"),
    "abm.fibroblast.reach_um": _number("Desmouliere 1993", "derived", origin="scenario"),
    "abm.matrix.stiffness": _number("no measurement", "assumed"),
    "abm.follicle.telogen_d": _number("Rebora and Guarrera 2002", "measured"),
    "abm.drug.clearance": _number("Potts and others", "assumed"),
    "abm.scar.width_um": _number("Jacob 2001", "measured"),
    "thermal.skin.temperature_c": _number("Torvi and Dale 1994", "recalled"),
    "thermal.co2.wavelength_nm": _number("line of the laser", "measured", 10600.0),
    "thermal.er.wavelength_nm": _number("line of the laser", "measured", 1550.0),
    "thermal.light_10600.absorption": _number("Segelstein 1981", "recalled"),
    "thermal.light_1550.absorption": _number("Kou 1993", "measured"),
    "thermal.light_1550.anisotropy": _number("Salomatina 2006", "measured"),
    "thermal.burn_henriques.a": _number("Henriques and Moritz 1947", "recalled"),
    "thermal.dermal_collagen_pearce.a": _number("Pearce and Thomsen 1993", "recalled"),
    "site.cheek.melanin_pg_per_cell_phototype_2": _number("Alaluf 2002", "assumed"),
    "site.cheek.melanin_pg_per_cell_phototype_5": _number("Tadokoro 2005", "assumed"),
}
LASER = {"kind": "laser", "device": "co2", "sham": False}


@pytest.fixture
def make_cited(make_run: MakeRun) -> Callable[..., xr.DataTree]:
    """Return a function that makes a run with numbers, events and a state of the skin."""

    def make(*events: dict[str, object], state: str = "healthy", hairs: float = 0.0, **patient: object) -> xr.DataTree:
        run = make_run([0, 1], sessions_h=(0.0,), follicle_count=[hairs, hairs])
        scenario = {
            "patient": {"site": "cheek", "phototype": 2, "initial_state": state, **patient},
            "events": list(events),
            "sources": ["[eco2depth] three spot sizes", "Hedelund 2012 doi:10.1002/lsm.22048 (energy)"],
        }
        run.attrs = {
            "mendsim_version": "9.8.7",
            "scenario": json.dumps(scenario),
            "parameters": json.dumps(NUMBERS),
            "versions": json.dumps({"python": "3.11", "mesa": "3.3.1", "zarr": "3.1"}),
        }
        laws = {"collagen_denaturation": "dermal_collagen_pearce"}
        run["injury"].attrs["record"] = json.dumps([{"kind": "laser", "damage_sets": laws}])
        return run

    return make


def test_the_program_alone() -> None:
    [only] = cited()
    assert (only.key, only.evidence) == ("mendsim", ("mendsim",))
    assert re.search(r"howpublished = \{Computer program, version \d+\.\d+\.\d+\}", only.entry)
    assert list(parse_string(bibtex(), "bibtex").entries) == ["mendsim"]


def test_numbers_count_where_the_run_used_them(make_cited: Callable[..., xr.DataTree]) -> None:
    always = {name for name in NUMBERS if name.startswith(("abm.fibroblast", "abm.matrix"))}
    always |= {"site.cheek.melanin_pg_per_cell_phototype_2"}
    heat = {"thermal.skin.temperature_c", "thermal.dermal_collagen_pearce.a"}
    carbon = {"thermal.co2.wavelength_nm", "thermal.light_10600.absorption"}
    glass = {"thermal.er.wavelength_nm", "thermal.light_1550.absorption", "thermal.light_1550.anisotropy"}
    assert set(numbers_used(make_cited())) == always | {"thermal.dermal_collagen_pearce.a"}
    assert set(numbers_used(make_cited({**LASER, "sham": True}))) == always | {"thermal.dermal_collagen_pearce.a"}
    assert set(numbers_used(make_cited(LASER))) == always | heat | carbon
    assert set(numbers_used(make_cited({**LASER, "device": "er"}))) == always | heat | glass
    hairy = make_cited(LASER, {"kind": "drug", "drug": "x"}, state="boxcar_scar", hairs=3.0)
    more = {"abm.follicle.telogen_d", "abm.drug.clearance", "abm.scar.width_um"}
    assert set(numbers_used(hairy)) == always | heat | carbon | more
    assert set(numbers_used(make_cited(excised=True))) & always == {"site.cheek.melanin_pg_per_cell_phototype_2"}


def test_light_that_scatters_is_told_from_light_that_does_not(make_cited: Callable[..., xr.DataTree]) -> None:
    assert "scattered_light" not in facts(make_cited(LASER))
    assert "scattered_light" in facts(make_cited({**LASER, "device": "er"}))
    keys = {citation.key for citation in cited(make_cited({**LASER, "device": "er"}))}
    assert {"prahl1989", "wang1995", "henyey1941"} <= keys


def test_each_citation_says_what_it_is_for(make_cited: Callable[..., xr.DataTree]) -> None:
    found = {citation.key: citation for citation in cited(make_cited(LASER))}
    assert next(iter(found)) == "mendsim"
    assert found["desmouliere1993"].used_for == ("abm.fibroblast.speed_um_per_h",)  # the replaced number cites nothing
    assert found["desmouliere1993"].evidence == ("measured",)
    # of the scenario, and of the target T39 that a number was fitted to
    assert found["hedelund2012"].used_for == ("settings of the scenario", "abm.fibroblast.collagen_pg_per_d")
    assert found["hedelund2012"].evidence == ("settings", "calibrated")
    assert found["eco2depth"].evidence == ("settings",)
    assert found["terhoeven2025"].used_for == ("mesa 3.3.1",)
    assert found["pennes1948"].evidence == ("formula",)
    assert not found.keys() & {"lam2015", "rebora2002", "kou1993", "noyes1897", "prahl1989"}
    assert "version 9.8.7" in found["mendsim"].entry


def test_the_text_is_bibtex_and_tells_what_rests_on_no_paper(make_cited: Callable[..., xr.DataTree]) -> None:
    run = make_cited(LASER)
    text = bibtex(run)
    assert list(parse_string(text, "bibtex").entries) == [citation.key for citation in cited(run)]
    assert "cited_as" not in text
    assert "% measured: abm.fibroblast.speed_um_per_h\n@article{desmouliere1993," in text
    comments = " ".join(line.lstrip("% ") for line in text.splitlines() if line.startswith("%"))
    assert "The run used 9 numbers; 6 of them name the papers above." in comments
    assert "assumed, without a paper (1): abm.matrix.stiffness" in comments
    assert "measured, without a paper (1): thermal.co2.wavelength_nm" in comments
    assert "set by the user, without a paper (1): abm.fibroblast.reach_um" in comments
    assert max(len(line) for line in text.splitlines() if line.startswith("%")) <= 118


def test_what_the_model_cites_stands_in_the_list_of_formulas() -> None:
    keys = set(registry()["formulas"])
    for stage in ("common", "thermal", "abm"):
        for path in (ROOT / stage).rglob("*.py"):
            text = re.sub(r"\s+#?\s*", " ", path.read_text(encoding="utf-8"))
            assert set(named(text)) <= keys, path
    assert keys <= references().keys()
    assert set(registry()["software"].values()) <= references().keys()


def test_conditions_are_words_that_runs_are_told_by(make_cited: Callable[..., xr.DataTree]) -> None:
    said: set[str] = {"chosen"}
    events = [{"kind": kind} for kind in ("punch", "incision", "contact_burn", "injection", "aftercare")]
    for state in ("boxcar_scar", "alopecia_areata", "photoaged", "tattooed", "lentigo"):
        run = make_cited({**LASER, "device": "er"}, {"kind": "drug"}, *events, state=state, hairs=1.0)
        run.attrs["parameters"] = json.dumps(NUMBERS | {"drug.x.particle_high_um": _number("", "assumed")})
        said |= facts(run)
    said |= facts(make_cited(excised=True))
    conditions = [*registry()["numbers"].values(), *(formula["when"] for formula in registry()["formulas"].values())]
    words = {word for each in conditions for word in ([each] if isinstance(each, str) else each)}
    assert words <= said


def test_every_group_of_numbers_has_a_condition() -> None:
    groups = {f"thermal.{name.split('.')[0]}" for name in load_parameters()}
    for path in (ROOT / "abm").glob("*.toml"):
        if path.stem not in ("sites", "aftercare", "drugs", "mechanisms"):
            groups |= {f"abm.{group}" for group in tomllib.loads(path.read_text(encoding="utf-8"))}
    named_groups = {pattern.rsplit(".", 1)[0] for pattern in registry()["numbers"]}
    assert {group for group in named_groups if group.startswith(("abm.", "thermal."))} <= groups | {"abm.t_cell"}
