"""The border between scenario files and the stages: a scenario in, what thermal and abm take out.

The schema keeps values in the units that stand in the names; nothing is converted twice.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from mendsim.common.errors import InputError
from mendsim.common.lattice import Lattice
from mendsim.common.parameters import Parameter, Parameters
from mendsim.scenarios.schema import AftercareEvent, DrugEvent, DrugTable, InjectionEvent, LaserEvent, Sample, Scenario
from mendsim.scenarios.units import Quantity
from mendsim.thermal import LaserSession
from mendsim.thermal import load_parameters as load_thermal_parameters
from mendsim.thermal.device import FIELDS, Device, with_device

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PER_H_IN_ML_PER_MIN_100ML = 100.0 / 60.0

LAYERS = ("abm", "thermal")
"""Stages whose parameters a scenario may override, as ``abm.group.name``."""


def lattice_of(sample: Sample) -> Lattice:
    """Lattice of the piece of skin that a scenario simulates."""
    return Lattice.from_size(
        width_um=sample.width_um,
        depth_um=sample.depth_um,
        length_um=sample.length_um,
        spacing_um=sample.spacing_um,
        air_um=sample.air_um,
    )


def session_of(event: LaserEvent, parameters: Parameters) -> LaserSession:
    """Laser session of an event, with the thermal parameters; spot and duration are the device's unless given.

    Raises
    ------
    InputError : unknown device, or settings that no device can deliver.
    """
    device = Device.of(event.device, parameters)
    values = {field.name: getattr(event, field.name) for field in fields(LaserSession)}
    values["spot_diameter_um"] = device.spot_um(event.spot_diameter_um)
    values["pulse_duration_ms"] = device.duration_ms(event.pulse_duration_ms, event.pulse_energy_mj)
    return LaserSession(**values)


def parameters_of(scenario: Scenario) -> dict[str, Parameters]:
    """Parameters of each stage, by stage, with the scenario's overrides and devices.

    Raises
    ------
    InputError : unknown stage or parameter, not a number, or outside the parameter's own range.
    """
    overrides: dict[str, dict[str, object]] = {layer: {} for layer in LAYERS}
    for key, value in scenario.parameters.items():
        layer, _, name = key.partition(".")
        if layer not in LAYERS:
            raise InputError("unknown stage", key=key, value=layer, allowed="abm.<parameter>, thermal.<parameter>")
        overrides[layer][name] = value
    tables = {layer: _overridden(layer, overrides[layer]) for layer in LAYERS}
    if scenario.without:
        tables["abm"] = _without(tables["abm"], scenario.without)
    for name, device in scenario.devices.items():
        values = {field: getattr(device, field) for field in FIELDS} | {"top_hat": float(device.top_hat)}
        tables["thermal"] = with_device(tables["thermal"], name, values, origin=scenario.name)
    return tables


def _overridden(layer: str, values: Mapping[str, object]) -> Parameters:
    from mendsim.abm import load_parameters as load_abm_parameters

    table = load_abm_parameters() if layer == "abm" else load_thermal_parameters()
    try:
        return table.with_overrides(values, origin="scenario")
    except InputError as error:
        raise InputError(error.problem, key=f"{layer}.{error.key}", value=error.value, allowed=error.allowed) from None


def _without(table: Parameters, names: Sequence[str]) -> Parameters:
    from mendsim.abm.mechanisms import without

    return without(table, names)


def library_of(scenario: Scenario) -> dict[str, Parameters]:
    """Numbers of the site, the drugs and the aftercare that a scenario uses, for the record, by these words."""
    from mendsim.abm.aftercare import aftercare_table
    from mendsim.abm.site import load_sites

    drugs: dict[str, Parameter] = {}
    for name in drug_names_of(scenario):
        drugs |= drug_numbers(scenario, name).entries
    treatments = {event.treatment for event in scenario.events if isinstance(event, AftercareEvent)}
    wanted = {
        "site": (load_sites(), {scenario.patient.site}),
        "aftercare": (aftercare_table(), treatments),
    }
    tables = {
        name: Parameters({key: entry for key, entry in table.entries.items() if key.split(".")[0] in names})
        for name, (table, names) in wanted.items()
    }
    return tables | {"drug": Parameters(drugs)}


def drug_names_of(scenario: Scenario) -> list[str]:
    """Names of the drugs that a scenario gives, in order."""
    return list(dict.fromkeys(event.drug for event in scenario.events if isinstance(event, DrugEvent | InjectionEvent)))


def drug_numbers(scenario: Scenario, name: str) -> Parameters:
    """Every number of a drug of a scenario, its own or one of the library.

    Raises
    ------
    InputError : an unknown drug, or one without a number that it needs.
    """
    from mendsim.abm.drugs.drug import described, drug_table, resolved

    tables = [drug_table()]
    if (table := scenario.drugs.get(name)) is not None:
        own = described(name, _given(name, table), table.like, origin=scenario.name)
        tables = [own] if own.entries else []
    return resolved(name, tables, parameters_of(scenario)["abm"])


def _given(name: str, table: DrugTable) -> dict[str, float]:
    """Numbers that a user gives for a drug, by key of the library."""
    from mendsim.abm.drugs.action import ACTIONS

    plain = DrugTable.model_fields.keys() - {"like", "actions", "capillary_exchange_per_h"}
    values = {key: value for key in sorted(plain) if (value := getattr(table, key)) is not None}
    if table.capillary_exchange_per_h is not None:
        values["capillary_exchange_ml_per_min_100ml"] = table.capillary_exchange_per_h * _PER_H_IN_ML_PER_MIN_100ML
    for action, size in table.actions.items():
        about = ACTIONS[action]
        key = f"drugs.{name}.actions.{action}.full"
        full = size.full
        if about.unit != "1":
            try:
                full = Quantity(about.unit, "a rate", 0.0, about.most, f"0.01 {about.unit}").read(full)
            except InputError as error:
                raise InputError(error.problem, key=key, value=error.value, allowed=error.allowed) from None
        if not isinstance(full, float):
            raise InputError("wrong type", key=key, value=full, allowed=f"a number from 0 to {about.most:g}")
        if not 0.0 <= full <= about.most:
            raise InputError("out of range", key=key, value=full, allowed=f"a number from 0 to {about.most:g}")
        values[f"{action}_full"] = full
        values[f"{action}_half_effect_ug_per_ml"] = size.half_effect_ug_per_ml
        if "hill" in size.model_fields_set:
            values[f"{action}_hill"] = size.hill
    return values
