from __future__ import annotations

import pytest

from mendsim.common.errors import InputError
from mendsim.scenarios.units import Quantity

LENGTH = Quantity("um", "a length", 1, 5000, "120 um")
TIME = Quantity("h", "a time", 0, 87_600, "90 d")
ENERGY = Quantity("mJ", "an energy", 0.001, 10_000, "40 mJ")
DENSITY = Quantity("1/cm^2", "a number per area", 0.1, 1e5, "100 /cm^2")
DOSE = Quantity("uL/cm^2", "a volume per area", 0.001, 1000, "5 uL/cm^2")


@pytest.mark.parametrize(
    ("quantity", "text", "value"),
    [
        (LENGTH, "120 um", 120.0),
        (LENGTH, "120um", 120.0),
        (LENGTH, "120 µm", 120.0),
        (LENGTH, "0.3 mm", 300.0),
        (LENGTH, "1.2e2 um", 120.0),
        (TIME, "90 d", 2160.0),
        (TIME, "1.1 d", 26.4),
        (TIME, "30 min", 0.5),
        (ENERGY, "0.04 J", 40.0),
        (DENSITY, "100 /cm^2", 100.0),
        (DENSITY, "100 1/cm^2", 100.0),
        (DENSITY, "100 per cm2", 100.0),
        (DENSITY, "1 /mm²", 100.0),
        (DENSITY, "100 cm^-2", 100.0),
        (DOSE, "5 uL/cm^2", 5.0),
        (DOSE, "0.05 mL/cm2", 50.0),
    ],
)
def test_a_quantity_is_read_into_the_unit_of_its_field(quantity: Quantity, text: str, value: float) -> None:
    # exact: twelve digits are kept, and each of these has fewer
    assert quantity.read(text) == value


@pytest.mark.parametrize("value", [120.0, 0.1 + 0.2 + 1, 1234.56789])
def test_what_is_written_is_read_back(value: float) -> None:
    assert LENGTH.read(LENGTH.write(value)) == pytest.approx(value, rel=1e-11)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (120, "missing unit"),
        (120.0, "missing unit"),
        ("120", "missing unit"),
        ("120 mJ", "wrong dimension"),
        ("120 um^2", "wrong dimension"),
        ("120 furlongs per", "unknown unit"),
        ("120 blah", "unknown unit"),
        ("um", "not a number with a unit"),
        ("", "not a number with a unit"),
        ("1,2 um", "unknown unit"),
        ("1e999 um", "out of range"),
        ("-3 um", "out of range"),
        ("6 mm", "out of range"),
        (True, "wrong type"),
        (["120 um"], "wrong type"),
        ("1 um**99999999", "unknown unit"),
        ("1 um^2^2^2^99", "unknown unit"),
        ("2**9**9**9 um", "unknown unit"),
        ("1 __import__('os')", "unknown unit"),
        ("1 " + "u" * 10_000, "unknown unit"),
    ],
)
def test_anything_else_is_one_clear_error(text: object, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        LENGTH.read(text)
    assert caught.value.problem.startswith(problem)
    assert caught.value.allowed
    assert len(str(caught.value)) < 300
