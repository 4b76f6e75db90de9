"""Values replaced by dotted key: in a table ``[change]``, and by `with_values`, which ``--set`` calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mendsim import scenarios
from mendsim.common.errors import InputError
from mendsim.scenarios.show import resolved_text

Writer = Callable[..., Path]


def child(write: Writer, changes: str, *, head: str = 'extends = "acne_scar"\n') -> Path:
    return write(name="child.toml", text=f"{head}[change]\n{changes}")


def test_one_key_of_an_inherited_list_changes_and_the_rest_stays(write: Writer) -> None:
    base = scenarios.load("acne_scar")
    changed = scenarios.load(child(write, '"events.1.pulse_energy" = "20 mJ"\n"patient.phototype" = 5\n'))
    assert [event.pulse_energy_mj for event in changed.events] == [52, 20, 52]
    assert changed.patient.phototype == 5
    assert changed.events[0] == base.events[0]
    assert changed.events[1] == base.events[1].model_copy(update={"pulse_energy_mj": 20.0})


def test_a_star_is_every_item_and_a_later_line_wins(write: Writer) -> None:
    path = child(write, '"events.*.pulse_energy" = "20 mJ"\n"events.2.pulse_energy" = "30 mJ"\n')
    assert [event.pulse_energy_mj for event in scenarios.load(path).events] == [20, 20, 30]
    again = scenarios.load("acne_scar").with_values({"events.*.sham": True})
    assert all(event.sham for event in again.events)


def test_keys_may_stand_in_tables(write: Writer) -> None:
    quoted = scenarios.load(child(write, '"events.0.passes" = 2\n"parameters.abm.fibroblast.speed_um_per_h" = 22\n'))
    nested = scenarios.load(child(write, "events.0.passes = 2\nparameters.abm.fibroblast.speed_um_per_h = 22\n"))
    assert quoted.to_dict() == nested.to_dict()
    assert nested.events[0].passes == 2
    assert nested.parameters == {"abm.fibroblast.speed_um_per_h": 22}


def test_each_changed_value_names_the_file_that_changed_it(write: Writer) -> None:
    middle = child(write, '"events.*.pulse_energy" = "20 mJ"\n')
    last = write(name="last.toml", text='extends = "child.toml"\n[change]\n"events.1.passes" = 2\n')
    shown = resolved_text(scenarios.load(last).with_values({"events.2.pulse_energy": "9 mJ"}, origin="--set"))
    lines = [line for line in shown.splitlines() if line.startswith(("pulse_energy", "passes", "spot_diameter"))]
    usual = ['spot_diameter = "500 um"  # acne_scar.toml', "passes = 1  # default"]
    assert lines == [
        *(f'pulse_energy = "20 mJ"  # {middle}', *usual),
        *(f'pulse_energy = "20 mJ"  # {middle}', usual[0], f"passes = 2  # {last}"),
        *('pulse_energy = "9 mJ"  # --set', *usual),
    ]


def test_a_list_that_replaces_one_forgets_who_changed_its_items(write: Writer, small_text: str) -> None:
    write(name="base.toml", text=f'{small_text}[change]\n"events.0.passes" = 2\n')
    event = '{ kind = "punch", at = "1 h", diameter = "0.1 mm", depth = "0.2 mm" }'
    path = write(name="child.toml", text=f'extends = "base.toml"\nevents = [{event}]\n')
    assert f'kind = "punch"  # {path}' in resolved_text(scenarios.load(path))


def test_items_that_get_the_same_table_do_not_share_it(write: Writer) -> None:
    scenario = scenarios.load("acne_scar").with_values(
        {"events.*": dict(scenarios.load("acne_scar").written["events"][0]), "events.1.at": "9 d", "events.2.at": "9 d"}
    )
    assert [event.at_h / 24 for event in scenario.events] == [0, 9, 9]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ('"events.9.passes" = 2', "child.toml: events.9.passes: there is no item 9 (got 2); allowed: 0 to 2"),
        ('"events.-1.passes" = 2', "child.toml: events.-1.passes: there is no item -1 "),
        ('"events.00.passes" = 2', "child.toml: events.00.passes: there is no item 00 "),
        (f'"events.{"9" * 5000}.passes" = 2', "there is no item 999"),
        ('"events.*.pases" = 2', "child.toml: events.0.pases: unknown key; allowed: passes"),
        ('"evnts.0.passes" = 2', "child.toml: evnts: unknown key; allowed: events"),
        ('"title.x" = 2', "child.toml: title.x: unknown key (got 2); allowed: title is not a table"),
        (
            '"lattice.*" = 2',
            "child.toml: lattice.*: unknown key (got 2); allowed: * for the items of a list, and lattice",
        ),
        (
            '"*.x" = 2',
            "child.toml: *.x: unknown key (got 2); allowed: * for the items of a list, and a scenario is not one",
        ),
        ('"events.*.passes" = 0', "child.toml: events.0.passes: out of range (got 0); allowed: 1 to 20"),
        ('"events.*.pulse_energy" = "5 K"', "child.toml: events.2.pulse_energy: wrong dimension"),
        ('"parameters.abm.nothing" = 2', "child.toml: parameters.abm.nothing"),
        ('extends = "ladd"', "child.toml: change.extends: cannot be changed (got 'ladd')"),
        ('control = "../other.toml"', "child.toml: control: outside the folder of this file"),
        ('control = "nothing.toml"', "child.toml: control: file not found"),
        ('"" = 2', "child.toml: unknown key"),
    ],
)
def test_a_wrong_change_is_told_with_file_and_key(write: Writer, changes: str, message: str) -> None:
    path = child(write, changes)
    with pytest.raises(InputError) as caught:
        scenarios.load(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert all(len(line) < 700 for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("head", "changes", "message"),
    [
        (
            'extends = "acne_scar_untreated"\n',
            '"events.*.passes" = 2',
            "there is no item (got 2); allowed: the list is empty",
        ),
        ('extends = "acne_scar"\nparameters = 3\n', '"parameters.abm.x" = 2', "parameters.abm is not a table"),
    ],
)
def test_a_change_of_what_is_not_there(write: Writer, head: str, changes: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        scenarios.load(child(write, changes, head=head))
    assert message in str(caught.value)


def test_change_must_be_a_table(write: Writer) -> None:
    with pytest.raises(InputError, match=r"change: wrong type \(got 3\); allowed: a table"):
        scenarios.load(write(name="child.toml", text='extends = "acne_scar"\nchange = 3\n'))


def test_a_star_of_many_items_does_not_take_long(write: Writer) -> None:
    many = ", ".join(['"1 d"'] * 20_000)
    text = f'extends = "acne_scar"\nsave.snapshots = [{many}]\n[change]\n"save.snapshots.*" = "2 d"\n'
    with pytest.raises(InputError, match="not in order"):
        scenarios.load(write(name="child.toml", text=text))


@pytest.mark.parametrize("table", ["", "[parameters]\n", "[change]\n"])
def test_a_key_of_thousands_of_parts_is_one_clear_line(write: Writer, table: str) -> None:
    deep = ".".join(["a"] * 5000)
    with pytest.raises(InputError, match=r"child.toml: tables nested too deeply; allowed: up to 50"):
        scenarios.load(write(name="child.toml", text=f"{table}{deep} = 1\n"))
    with pytest.raises(InputError):
        scenarios.load("acne_scar").with_values({deep: 1})
