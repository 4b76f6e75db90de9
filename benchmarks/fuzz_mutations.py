"""Damage to scenario and design files, for ``fuzz.py`` and the tests: the same number always gives the same file."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

from mendsim.scenarios.loading import validation_file

SHIPPED = validation_file("x").parents[1]

DESIGNS = {
    "grid": """
scenario = "acne_scar"
kind = "grid"
replicates = 3
outcomes = ["scar_depth_um"]
[set]
"patient.phototype" = 3
[factors."events.0.pulse_energy"]
values = ["20 mJ", "40 mJ"]
[factors."events.0.passes"]
values = [1, 2]
""",
    "latin_hypercube": """
scenario = "ladd"
kind = "latin_hypercube"
size = 16
design_seed = 3
[factors."events.0.pulse_energy"]
low = "10 mJ"
high = "70 mJ"
scale = "log"
[factors."parameters.abm.fibroblast.speed_um_per_h"]
low = 15
high = 25
""",
    "sobol": """
scenario = "alopecia"
kind = "sobol"
size = 4
first_seed = 7
keep_stores = true
[factors.patient.phototype]
low = 1
high = 6
[factors."save.series_every"]
low = "1 h"
high = "12 h"
step = "1 h"
""",
    "morris": """
scenario = "punch_wound"
kind = "morris"
size = 3
levels = 4
[factors."events.0.diameter"]
low = "0.3 mm"
high = "0.6 mm"
[factors."events.0.depth"]
low = "200 um"
high = "0.5 mm"
""",
    "list": """
scenario = "ladd_untreated"
kind = "list"
[[points]]
"patient.scar_depth" = "200 um"
[[points]]
patient.scar_depth = "250 um"
without = ["macrophages"]
""",
}

_NASTY = (
    "1e308", "-1e308", "1e999", "nan", "-inf", "inf", "0", "-1", "1" * 400, "9" * 5000, "0x7fffffffffffffff", "1e-320",
    "-0.0", "2.5", "true", "false", "[]", "{}", "[[]]", "[1, 2, 3]", '["0 d"]', "{a = 1}", "[{}]", '""', '" "',
    '"1e308 mJ"', '"1e400 mJ"', '"-5 mJ"', '"nan mJ"', '"inf d"', '"0 um"', '"1e-300 um"', '"1 km"', '"9e9 d"', '"5"',
    '"5 mJ mJ"', '"5 m**9999999"', '"5 ((((((("', '"5 __import__(\\"os\\")"', '"1e3.5 um"', '"١٢ mJ"', '"5 µm"',
    '"../../x"', '"../x.toml"', '"/etc/passwd"', '"/dev/zero"', '"x.toml"', '"~/.ssh/id"', '"a\\u0000b"',
    '"a\\nb"', '"\\u001b[2J"', '"\\ud7ff"', '"😀"', '"%s%n{0}{x.__class__}"', '"$(touch y)"', f'"{"a" * 20_000}"',
    f'"{"1" * 5000} mJ"', "[" * 200 + "]" * 200, "[" * 3000 + "]" * 3000, "2020-01-01", "07:00:00",
    "1979-05-27T07:32:00Z",
    '"laser"', '"drug"', '"log"', '"acne_scar"', '"none"', "[" + "1, " * 30_000 + "1]", "{" + "a = {" * 80 + "}" * 81,
)  # fmt: skip

_NASTY_LINES = (
    "a." * 3000 + "b = 1", "[" + "a." * 3000 + "b]", "[[events]]", "[events]", "[parameters]\nabm = 1",
    "[set]", "[factors]",
    "[[points]]", '"" = 1', '"\\u0000" = 1', "extends = 'x.toml'", "control = '../x'", "extends = '/dev/zero'",
    "= 1", "[[[",
    '"__class__" = 1', '[drugs.a]\nlike = "a"', "[devices.a]\nwavelength = '500 nm'", "kind = 'list'",
    "follow_up = '1 h'",
    "[parameters]\n" + "".join(f"abm.a{number}.x = 1\n" for number in range(3000)), '"' + "k" * 5000 + '" = 1',
)  # fmt: skip

_ASSIGNMENT = re.compile(r"^(\s*)([^=\n#\[]+?)(\s*=\s*)(.*)$")


def bases() -> dict[str, tuple[bool, bytes]]:
    """Files to damage: whether each is a design, and its bytes."""
    files = [*sorted(SHIPPED.glob("*.toml")), *sorted((SHIPPED / "validation").glob("*.toml"))]
    scenarios = {path.stem: (False, path.read_bytes()) for path in files}
    return scenarios | {f"design-{name}": (True, text.encode()) for name, text in DESIGNS.items()}


def mutated(seed: int, number: int, files: dict[str, tuple[bool, bytes]]) -> tuple[str, bool, bytes]:
    """Damage one file: its name, whether it is a design, and its bytes."""
    choose = random.Random(f"{seed}/{number}")
    # A fifth of the files are designs, though there are few of them to begin with.
    wanted = choose.random() < 0.2
    name = choose.choice([name for name, (is_design, _) in files.items() if is_design == wanted])
    is_design, data = files[name]
    for _ in range(choose.choice((1, 1, 1, 2, 3))):
        data = choose.choice(_MUTATIONS)(choose, data, files)
    return name, is_design, data


def copy_neighbours(folder: Path) -> None:
    """Put the scenarios of published studies beside damaged files, which may extend them."""
    for path in (SHIPPED / "validation").glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())


Files = dict[str, tuple[bool, bytes]]


def _on_lines(change: Callable[[random.Random, list[str]], None]) -> Callable[[random.Random, bytes, Files], bytes]:
    def mutate(choose: random.Random, data: bytes, _files: Files) -> bytes:
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        change(choose, lines)
        return "\n".join(lines).encode("utf-8", "surrogateescape")

    return mutate


def _flip(choose: random.Random, data: bytes, _files: Files) -> bytes:
    changed = bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 8))):
        if changed:
            changed[choose.randrange(len(changed))] = choose.randrange(256)
    return bytes(changed)


def _truncate(choose: random.Random, data: bytes, _files: Files) -> bytes:
    return data[: choose.randrange(len(data) + 1)]


def _splice(choose: random.Random, data: bytes, files: Files) -> bytes:
    other = choose.choice(list(files.values()))[1]
    return data[: choose.randrange(len(data) + 1)] + other[choose.randrange(len(other) + 1) :]


def _join(choose: random.Random, data: bytes, files: Files) -> bytes:
    """Put tables of another file behind this one."""
    tables = choose.choice(list(files.values()))[1].split(b"\n[")
    return data + b"\n[" + choose.choice(tables)


def _drop(choose: random.Random, lines: list[str]) -> None:
    del lines[choose.randrange(len(lines))]
    lines.append("")


def _duplicate(choose: random.Random, lines: list[str]) -> None:
    at = choose.randrange(len(lines))
    lines[at:at] = lines[at : at + choose.choice((1, 1, 8))] * choose.choice((1, 1, 50))


def _swap(choose: random.Random, lines: list[str]) -> None:
    a, b = choose.randrange(len(lines)), choose.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _insert(choose: random.Random, lines: list[str]) -> None:
    lines.insert(choose.randrange(len(lines) + 1), choose.choice(_NASTY_LINES))


def _pick(choose: random.Random, lines: list[str]) -> tuple[int, re.Match[str]] | None:
    found = [(at, match) for at, line in enumerate(lines) if (match := _ASSIGNMENT.match(line))]
    return choose.choice(found) if found else None


def _nasty_value(choose: random.Random, lines: list[str]) -> None:
    if picked := _pick(choose, lines):
        at, match = picked
        lines[at] = f"{match[1]}{match[2]}{match[3]}{choose.choice(_NASTY)}"


def _other_value(choose: random.Random, lines: list[str]) -> None:
    """Give a key the value of another one: right in form, wrong in meaning."""
    if (picked := _pick(choose, lines)) and (other := _pick(choose, lines)):
        at, match = picked
        lines[at] = f"{match[1]}{match[2]}{match[3]}{other[1][4]}"


def _other_number(choose: random.Random, lines: list[str]) -> None:
    """Multiply a number: most files stay valid."""
    if picked := _pick(choose, lines):
        at, match = picked
        factor = choose.choice((0.0, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0, -1.0))
        value = re.sub(r"\d+\.?\d*", lambda number: f"{float(number[0]) * factor:g}", match[4], count=1)
        lines[at] = f"{match[1]}{match[2]}{match[3]}{value}"


def _rename(choose: random.Random, lines: list[str]) -> None:
    if picked := _pick(choose, lines):
        at, match = picked
        key = list(match[2])
        spot = choose.randrange(len(key))
        key[spot] = choose.choice(("", "x", ".", '"', "é", "_", key[spot] * 2))
        lines[at] = f"{match[1]}{''.join(key)}{match[3]}{match[4]}"


_MUTATIONS = (
    _flip, _truncate, _splice, _join,
    *map(_on_lines, (_drop, _duplicate, _swap, _insert, _nasty_value, _nasty_value, _nasty_value, _other_value,
                     _other_value, *(_other_number,) * 8, _rename)),
)  # fmt: skip
