"""``mendsim zone``: solve zones of a laser, print their sizes, draw one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mendsim import thermal
from mendsim.cli.progress import bar
from mendsim.cli.tables import TO_STANDARD_OUTPUT, check_file, write_csv
from mendsim.cli.zone_report import flat_table, law_table, presets_text, size_table, zone_text
from mendsim.common.errors import InputError
from mendsim.thermal.damage import choose_sets
from mendsim.thermal.device import find_device
from mendsim.thermal.layers import FACE, SkinLayers

if TYPE_CHECKING:
    import xarray as xr

PICTURES = (".png", ".pdf", ".svg")
_OPTIONS = {
    "device": "--laser",
    "energy_mj": "--energy",
    "spot_um": "--spot",
    "pulse_ms": "--pulse",
    "stack": "--stack",
    "interval_ms": "--interval",
    "spacing_um": "--spacing",
    "site": "--site",
}


def run_zone(arguments: argparse.Namespace) -> None:
    """Do what the options say."""
    if arguments.list:
        print(presets_text())
        return
    for name in ("laser", "energy"):
        if getattr(arguments, name) is None:
            raise InputError("missing option", key=f"--{name}", allowed="see mendsim zone --help")
    with _named_as_options():
        device = find_device(arguments.laser, thermal.load_parameters())
        layers = _layers(arguments.site)
    picture = _picture(arguments, device)
    if arguments.csv not in (None, TO_STANDARD_OUTPUT):
        check_file(arguments.csv, "--csv")
    settings: dict[str, Any] = {
        "stack": arguments.stack,
        "interval_ms": arguments.interval,
        "layers": layers,
        "damage_sets": _damage_sets(arguments.law),
        "laws": thermal.law_names() if arguments.laws else (),
        "spacing_um": arguments.spacing,
    }
    lists = {"energy_mj": arguments.energy, "spot_um": arguments.spot, "pulse_ms": arguments.pulse}
    with _named_as_options(), bar("zone", "zone") as progress:
        table = thermal.zones(device, **lists, **settings, progress=progress)
    if arguments.csv != TO_STANDARD_OUTPUT:
        print(zone_text(table) if table["rim_um"].size == 1 else size_table(table))
        if arguments.laws:
            print(f"\n{law_table(table)}")
    if arguments.csv is not None:
        write_csv(flat_table(table), arguments.csv)
    if picture is not None:
        _draw(table, settings, picture)
        # With --csv - standard output holds CSV and nothing else.
        print(picture, file=sys.stderr if arguments.csv == TO_STANDARD_OUTPUT else sys.stdout)


def _picture(arguments: argparse.Namespace, device: str) -> Path | None:
    """Where to draw; None if nothing is to be drawn."""
    several = any(len(values or ()) > 1 for values in (arguments.energy, arguments.spot, arguments.pulse))
    if several and arguments.out is not None:
        raise InputError("a picture shows one zone", key="--out", allowed="one energy, spot and pulse duration")
    if several or arguments.no_picture:
        return None
    name = f"zone-{device}-{arguments.energy[0]:g}mJ.png" if arguments.out is None else arguments.out
    check_file(name, "--out", PICTURES)
    return Path(name)


def _draw(table: xr.Dataset, settings: dict[str, Any], path: Path) -> None:
    from mendsim.analysis import style, zone_figure

    where: dict[str, Any] = {name: float(table[name].item()) for name in ("energy_mj", "spot_um", "pulse_ms")}
    zone = thermal.fire_zone(table.attrs["device"], **where, **settings)
    pulses = f"{settings['stack']} x " if settings["stack"] > 1 else ""
    title = (
        f"{table.attrs['device']}: {pulses}{where['energy_mj']:g} mJ in {where['pulse_ms']:.3g} ms,"
        f" spot {where['spot_um']:g} µm"
    )
    try:
        with style.applied():
            style.save(zone_figure(thermal.zone_dataset(zone, settings["layers"]), title), path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=path) from None


def _layers(site: str | None) -> SkinLayers:
    if site is None:
        return FACE
    from mendsim.abm.site import SkinSite

    return SkinSite.load(site, phototype=2).layers  # the phototype sets the pigment, not the thickness


def _damage_sets(texts: list[str]) -> dict[str, str]:
    chosen = {}
    for text in texts:
        process, equals, law = text.partition("=")
        if not equals:
            example = "for example vessel_coagulation=arterial_wall_agah; mendsim zone --list names them"
            raise InputError("not process=law", key="--law", value=text, allowed=example)
        chosen[process.strip()] = law.strip()
    try:
        choose_sets(thermal.load_parameters(), chosen)
    except InputError as error:
        raise InputError(error.problem, file="--law", key=error.key, value=error.value, allowed=error.allowed) from None
    return chosen


@contextmanager
def _named_as_options() -> Iterator[None]:
    """Let an error name the option that it is about."""
    try:
        yield
    except InputError as error:
        key = _OPTIONS.get(str(error.key), error.key)
        raise InputError(error.problem, key=key, value=error.value, allowed=error.allowed) from None
