"""The report of a comparison: what differs, and which differences are more than noise."""

from __future__ import annotations

import io
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from mendsim import analysis
from mendsim.analysis.reporting.compared_figures import kept_sections
from mendsim.cli.main import main


@pytest.fixture(scope="module")
def page(comparison_report, read_page):
    return read_page(comparison_report)


def test_it_hangs_together_and_tells_nothing_of_the_machine(page, comparison_report):
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert anchors <= set(page.ids)
    assert {"protocol", "outcomes", "limits", "provenance", "references"} <= anchors
    assert all(link.startswith(("#", "data:", "https://doi.org/")) for link in page.links)
    assert "/secret" not in comparison_report.read_text(encoding="utf-8")
    assert "b" not in page.tags, "titles are text"


def test_it_says_which_differences_are_more_than_noise(page, comparison_folder):
    text = " ".join(page.text)
    saved = analysis.open_comparison(comparison_folder).comparison
    verdicts = saved.table.set_index(["end_point", "scenario"])["more_than_noise"].xs("acne_scar_deep", level=1)
    assert verdicts.to_dict()["collagen_final"] == "yes"
    assert verdicts.to_dict()["scar_depth_change_percent"] == "no"
    assert "acne_scar_deep differs from acne_scar by more than noise in 1 of 2 end points." in text
    assert "together with all 3 tests of this comparison" in text
    cells = [each.strip() for each in page.text if each.strip()]
    at = cells.index("collagen, at the end [% of start]", cells.index("adjusted p"))
    row = saved.table[saved.table["end_point"] == "collagen_final"].iloc[1]
    assert cells[at + 1] == "acne_scar"
    assert cells[at + 3 : at + 7] == [
        "collagen, at the end [% of start]",
        "acne_scar_deep",
        f"{row['mean']:.5g} [{row['low']:.5g}, {row['high']:.5g}]",
        f"{row['difference']:.3g} [{row['difference_low']:.3g}, {row['difference_high']:.3g}]",
    ]
    assert cells[at + 8] == "yes"


def test_differences_and_courses_are_drawn_with_their_numbers(page, comparison_folder):
    differences, course = page.drawings
    assert differences["aria-label"].startswith("Differences from acne_scar. acne_scar_deep, collagen, at the end: ")
    assert course["aria-label"].endswith(
        "acne_scar 300 µm at the start, 193 µm on day 90; acne_scar_deep 300 µm at the start, 173 µm on day 90."
    )
    saved = analysis.open_comparison(comparison_folder).comparison
    _, _, text = page.saved["scar_depth_um.csv"].partition(",")
    course_table = pd.read_csv(io.StringIO(unquote(text)))
    deep = saved.courses[saved.courses["scenario"] == "acne_scar_deep"]
    np.testing.assert_allclose(course_table["acne_scar_deep low"], deep["low"], rtol=1e-5)
    differing = pd.read_csv(io.StringIO(unquote(page.saved["differences.csv"].partition(",")[2])))
    assert set(differing["end_point"]) == {"collagen_final", "scar_depth_change_percent"}


def test_runs_that_are_kept_are_drawn(make_store):
    section = kept_sections([analysis.open_run(make_store(treated=treated)) for treated in (False, True)])
    _, picture = section.blocks
    assert picture.table.head == ("scenario", "day 0", "day 7", "day 90")
    assert [row[1:] for row in picture.table.rows] == [("0", "0", "0"), ("0", "40", "0")]
    assert kept_sections([analysis.open_run(make_store(scarce=True))]).blocks == []


def test_settings_that_differ_are_set_side_by_side(page):
    text = [each.strip() for each in page.text if each.strip()]
    assert "event 1: pulse energy" in text
    assert not any(each.startswith("patient.") for each in text)


def test_what_is_the_same_or_applies_to_none_is_named_once(page):
    text = " ".join(page.text)
    assert "The same in every scenario, seed by seed, or applying to none: redness, peak" in text


def test_the_files_of_the_table_are_on_the_page(page):
    assert {"comparison.csv", "replicates.csv", "acne_scar.toml", "acne_scar_deep.toml"} <= page.saved.keys()


def test_a_damaged_comparison_is_one_line(tmp_path, capsys):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "comparison.json").write_text("{}", encoding="utf-8")
    assert main(["report", str(broken)]) == 2
    told = capsys.readouterr()
    assert "not a comparison, or damaged" in told.err
    assert len(told.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]
