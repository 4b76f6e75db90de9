import subprocess
import sys

import pytest
from matplotlib.image import imread

from mendsim import analysis
from mendsim.analysis import pictures, style
from mendsim.common.errors import InputError

pytestmark = pytest.mark.filterwarnings("error")


def test_the_pictures_of_a_run(make_store, tmp_path):
    files = analysis.plot_run(make_store(), tmp_path / "new" / "folder")
    names = ["sections", "close_up", "histology", "time_courses", "vessels", "drug", "heat"]
    assert [file.name for file in files] == [f"{name}.png" for name in names]
    for file in files:
        picture = imread(file)
        assert min(picture.shape[:2]) > 500
        assert picture[..., :3].std() > 0.05, "a picture, not a blank sheet"


def test_the_pictures_of_a_control_stand_beside_its_store(make_store):
    store = make_store(treated=False)
    files = analysis.plot_run(store)
    assert {file.parent for file in files} == {store.with_name("run_pictures")}
    assert [file.stem for file in files] == ["sections", "close_up", "histology", "time_courses", "vessels", "drug"]


def test_a_picture_is_the_same_each_time(make_store, tmp_path):
    run = analysis.open_run(make_store())
    first, second = (style.save(pictures.heat(run), tmp_path / f"{name}.png") for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.fixture(scope="module")
def comparison(make_store, tmp_path_factory):
    pair = (make_store(), make_store(treated=False))
    return analysis.compare_runs({"acne scar": pair, "ladd": pair}, tmp_path_factory.mktemp("comparison"))


def test_the_page_is_self_contained(comparison, read_page):
    page = read_page(comparison)
    assert not page.open
    assert "script" not in page.tags
    assert all(link.startswith(("#", "data:", "https://doi.org/")) for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert comparison.stat().st_size < 8e6


def test_a_title_with_dollars_is_no_mathematics():
    figure = style.figure(4.0, 1.0)
    style.heading(figure, r"costs $5 and $\frac")
    figure.draw_without_rendering()
    assert figure.get_suptitle() == r"costs \$5 and \$\frac"


def test_the_pictures_lie_beside_the_page(comparison):
    assert sorted(file.name for file in comparison.parent.iterdir()) == ["acne scar.png", "comparison.html", "ladd.png"]


def test_the_page_speaks_to_every_reader(comparison, read_page):
    source = comparison.read_text(encoding="utf-8")
    page = read_page(comparison)
    text = " ".join(page.text)
    assert "not a medical device" in text
    assert "Synthetic <run>" in text, "titles are escaped"
    assert "prefers-color-scheme: dark" in source
    assert len(page.images) == 2
    for image in page.images:
        assert "untreated at day 90" in image["alt"]
        assert int(image["width"]) > 0


def test_the_page_tells_the_outcomes(comparison, read_page):
    text = " ".join(read_page(comparison).text)
    assert "\N{MINUS SIGN}28.5 %" in text
    assert "pulse energy 20 mJ" in text
    assert "A source" in text


def test_nothing_to_compare_is_an_error(tmp_path):
    with pytest.raises(InputError, match="at least one protocol"):
        analysis.compare_runs({}, tmp_path)


def test_a_missing_run_is_an_error_before_anything_is_written(make_store, tmp_path):
    with pytest.raises(InputError, match="no such run store"):
        analysis.compare_runs({"x": (make_store(), tmp_path / "missing")}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_importing_the_analysis_imports_no_library():
    code = (
        "import sys; from mendsim import analysis;"
        "print([name for name in ('matplotlib', 'xarray', 'numba', 'mesa') if name in sys.modules]);"
        "analysis.open_run; analysis.outcomes;"
        "print([name for name in ('matplotlib', 'numba', 'mesa') if name in sys.modules]);"
        "analysis.plot_run; analysis.compare_runs;"
        "print([name for name in ('matplotlib.pyplot', 'numba', 'mesa') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["[]", "[]", "[]"]
