"""What ``mendsim zone`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mendsim import thermal
from mendsim.cli.tables import aligned
from mendsim.thermal.damage import default_sets
from mendsim.thermal.device import device_names
from mendsim.thermal.zone_sizes import ENERGY, LETHAL_DOSE_MIN, process_words

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_DOSE = f"cem43_{LETHAL_DOSE_MIN:.0f}"
_SETTINGS = {"energy_mj": "energy [mJ]", "spot_um": "spot [um]", "pulse_ms": "pulse [ms]"}


def zone_text(table: xr.Dataset) -> str:
    """Write the sizes of one zone, its shells from the inside out, and where its energy went."""
    zone = _numbers(flat_table(table).iloc[0])
    about = table.attrs
    pulses = f"{about['stack']} x " if about["stack"] > 1 else ""
    every = f", every {about['interval_ms']:g} ms" if about["stack"] > 1 else ""
    head = (
        f"{about['device']}: {pulses}{zone['energy_mj']:g} mJ in {zone['pulse_ms']:.3g} ms{every},"
        f" spot {zone['spot_um']:g} um\n"
        f"skin: {about['stratum_corneum_um']:g} um stratum corneum, {about['epidermis_um']:g} um epidermis,"
        f" {about['dermis_um']:g} um dermis; cells of {about['spacing_um']:g} um"
    )
    parts = [(name, *_extent(zone, name)) for name in ("channel", "coagulation")]
    sizes = aligned(("", "depth [um]", "width [um]"), parts, texts=1)
    more = (
        f"rim {zone['rim_um']:.0f} um at half the depth of the channel; hottest {zone['peak_temperature_c']:.0f} degC"
    )
    return "\n\n".join([head, f"{sizes}\n{more}", _shells(table.attrs, zone), _energy(zone)])


def size_table(table: xr.Dataset) -> str:
    """Write the main sizes of several zones [um], one a line."""
    dose = f"{LETHAL_DOSE_MIN:.0f} min at 43 degC"
    columns = {
        "channel_depth_um": "channel depth",
        "channel_width_um": "width",
        "coagulation_depth_um": "coagulation depth",
        "coagulation_width_um": "width",
        "rim_um": "rim",
        f"{_DOSE}_depth_um": f"{dose} depth",
        f"{_DOSE}_width_um": "width",
        "peak_temperature_c": "peak [degC]",
    }
    rows = [
        (*_setting(zone), *(f"{zone[name]:.0f}" for name in columns))
        for zone in map(_numbers, (row for _, row in flat_table(table).iterrows()))
    ]
    return f"{table.attrs['device']}, sizes in um\n{aligned([*_SETTINGS.values(), *columns.values()], rows)}"


def law_table(table: xr.Dataset) -> str:
    """Write how deep and wide each law of damage reaches Omega = 1, for each zone from the inside out."""
    names = [str(name) for name in table["law"].to_numpy()]
    used = _uses({process: table.attrs[f"law_of_{process}"] for process in thermal.DAMAGE_PROCESSES})
    several = table["rim_um"].size > 1
    rows: list[tuple[str, ...]] = []
    for _, row in flat_table(table).iterrows():
        zone = _numbers(row)
        setting = _setting(zone) if several else ()
        rows += [(law, ", ".join(used.get(law, [])), *setting, *_extent(zone, law)) for law in _inside_out(names, zone)]
    headings = ("law", "used for", *(_SETTINGS.values() if several else ()), "depth [um]", "width [um]")
    return aligned(headings, rows, texts=2)


def flat_table(table: xr.Dataset) -> pd.DataFrame:
    """Lay out a table of zones as rows: settings, sizes, and two columns for each law that is compared."""
    dims = list(table["rim_um"].dims)
    plain = table.drop_dims("law") if "law" in table.dims else table
    flat = plain.to_dataframe(dim_order=dims).reset_index()
    flat = flat[[*_SETTINGS, *(name for name in flat.columns if name not in _SETTINGS)]]
    for law in table["law"].to_numpy() if "law" in table.dims else ():
        for size in ("depth", "width"):
            flat[f"{law}_{size}_um"] = table[f"law_{size}_um"].sel(law=law).transpose(*dims).to_numpy().ravel()
    return flat


def presets_text() -> str:
    """Write the devices with the settings they usually have, and the laws of damage."""
    p = thermal.load_parameters()
    devices = []
    for name in device_names(p):
        preset = p.group(name)
        pulse = ""
        if "pulse_duration_ms" in preset:
            pulse = f"{preset['pulse_duration_ms']:g} ms"
        elif "pulse_power_w" in preset:
            pulse = f"energy at {preset['pulse_power_w']:g} W"
        spot = f"{preset['spot_diameter_um']:g} um" if "spot_diameter_um" in preset else ""
        meaning = p.entries[f"{name}.wavelength_nm"].meaning
        devices.append((name, f"{preset['wavelength_nm']:g} nm", spot, pulse, meaning))
    used = _uses(default_sets())
    laws = [(law, ", ".join(used.get(law, []))) for law in thermal.law_names()]
    return (
        f"{aligned(('laser', 'light', 'usual spot', 'usual pulse', ''), devices, texts=5)}\n\n"
        f"{aligned(('law of damage', 'used for the process'), laws, texts=2)}"
    )


def _shells(laws: Mapping[str, str], zone: dict[str, float]) -> str:
    shells = {name: (process_words(name), laws[f"law_of_{name}"]) for name in thermal.DAMAGE_PROCESSES}
    shells[_DOSE] = (f"{LETHAL_DOSE_MIN:.0f} min at 43 degC", "CEM43")
    rows = [(*shells[name], *_extent(zone, name)) for name in _inside_out(shells, zone)]
    return aligned(("damage to Omega = 1", "law", "depth [um]", "width [um]"), rows, texts=2)


def _energy(zone: dict[str, float]) -> str:
    others = ("energy_mj", "energy_error")
    shares = {name: value for name, value in zone.items() if name.startswith("energy_") and name not in others}
    delivered = zone["delivered_mj"]
    rows = [("delivered", f"{delivered:.3f}", "100.0 %")]
    for name, share in sorted(shares.items(), key=lambda item: -item[1]):
        entry = name.removeprefix("energy_")
        rows.append((ENERGY.get(entry, entry.replace("_", " ")), f"{share * delivered:.3f}", f"{100 * share:.1f} %"))
    rows.append(("missing from the balance", f"{zone['energy_error'] * delivered:.1g}", ""))
    return aligned(("energy", "mJ", "share"), rows, texts=1)


def _uses(sets: Mapping[str, str]) -> dict[str, list[str]]:
    """List the processes that follow each law."""
    used: dict[str, list[str]] = {}
    for process, law in sets.items():
        used.setdefault(law, []).append(process)
    return used


def _inside_out(names: Iterable[str], zone: dict[str, float]) -> list[str]:
    """Sort shells by their size, the innermost first."""
    return sorted(names, key=lambda name: zone[f"{name}_depth_um"] + zone[f"{name}_width_um"])


def _extent(zone: dict[str, float], name: str) -> tuple[str, str]:
    """Depth and width of something that may not be there."""
    depth, width = zone[f"{name}_depth_um"], zone[f"{name}_width_um"]
    return (f"{depth:.0f}", f"{width:.0f}") if depth > 0 else ("none", "")


def _setting(zone: dict[str, float]) -> tuple[str, ...]:
    return tuple(f"{zone[name]:.4g}" for name in _SETTINGS)


def _numbers(row: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in row.items()}
