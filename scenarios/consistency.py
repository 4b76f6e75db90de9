"""Values that are each allowed but cannot stand together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mendsim.abm.drugs.drug import drug_names, drug_of
from mendsim.abm.initial_state import ALOPECIA, SCARS
from mendsim.common.errors import InputError, choices
from mendsim.common.parameters import Parameters
from mendsim.scenarios.border import drug_names_of, drug_numbers, parameters_of, session_of
from mendsim.scenarios.problems import close_names, example_of
from mendsim.scenarios.schema import (
    AftercareEvent,
    ContactBurnEvent,
    DrugEvent,
    DrugTable,
    IncisionEvent,
    InjectionEvent,
    LaserEvent,
    PunchEvent,
    Scenario,
)
from mendsim.thermal.device import device_names


def contradictions(scenario: Scenario) -> Iterator[InputError]:
    """Find them all."""
    yield from _of_patient(scenario)
    yield from _of_times(scenario)
    yield from _of_sample(scenario)
    try:
        tables = parameters_of(scenario)
    except InputError as error:
        key = error.key if str(error.key).startswith("devices.") else f"parameters.{error.key}"
        yield InputError(error.problem, key=key, value=error.value, allowed=error.allowed)
        return
    yield from _of_drugs(scenario)
    if not scenario.patient.excised:  # only living skin holds keratinocytes
        yield from _of_spacing(scenario, tables["abm"])
    for number, event in enumerate(scenario.events):
        if isinstance(event, LaserEvent):
            yield from _of_laser(scenario, number, event, tables["thermal"])
        elif not isinstance(event, DrugEvent | InjectionEvent | AftercareEvent):
            yield from _of_wound(scenario, number, event)


def _of_patient(scenario: Scenario) -> Iterator[InputError]:
    patient, sample = scenario.patient, scenario.lattice
    if patient.initial_state in ALOPECIA and patient.site != "scalp":
        problem = "alopecia areata is simulated on the scalp"
        yield InputError(problem, key="patient.site", value=patient.site, allowed="scalp")
    for key, size, limit in (
        ("patient.scar_depth", patient.scar_depth_um, sample.depth_um),
        ("patient.scar_width", patient.scar_width_um, sample.width_um),
    ):
        if size is None:
            continue
        value = f"{size:g} um"
        if patient.initial_state not in SCARS:
            problem = f"there is no scar in {patient.initial_state} skin"
            yield InputError(problem, key=key, value=value, allowed=f"only with initial_state = {choices(SCARS)}")
        elif size >= limit:
            yield InputError("the scar is larger than the sample", key=key, value=value, allowed=f"below {limit:g} um")


def _of_sample(scenario: Scenario) -> Iterator[InputError]:
    sample = scenario.lattice
    for name in ("width", "depth", "length", "air"):
        size_um = getattr(sample, f"{name}_um")
        if size_um is not None and abs(size_um / sample.spacing_um - round(size_um / sample.spacing_um)) > 1e-6:
            allowed = f"a multiple of spacing = {sample.spacing_um:g} um"
            yield InputError(
                "not a whole number of sites", key=f"lattice.{name}", value=f"{size_um:g} um", allowed=allowed
            )


def _of_times(scenario: Scenario) -> Iterator[InputError]:
    end, step = scenario.follow_up_h, scenario.step_h
    if end <= 0:
        yield InputError("nothing to simulate", key="follow_up", value="0 d", allowed="more than 0 d")
    events = [(f"events.{number}.at", event.at_h) for number, event in enumerate(scenario.events)]
    snapshots = [(f"save.snapshots.{number}", time) for number, time in enumerate(scenario.save.snapshots_h)]
    for key, time in events:
        if time >= end:
            problem = "event at or after the end of follow-up"
            yield InputError(problem, key=key, value=_days(time), allowed=f"before {_days(end)}")
    states = [(f"save.states.{number}", time) for number, time in enumerate(scenario.save.states_h)]
    for what, times in (("snapshot", snapshots), ("state", states)):
        for key, time in times:
            if time > end:
                problem = f"{what} after the end of follow-up"
                yield InputError(problem, key=key, value=_days(time), allowed=f"0 d to {_days(end)}")
    for (_, before), (key, time) in pairwise(events):
        if time < before:
            problem = "events are not in order of time"
            yield InputError(problem, key=key, value=_days(time), allowed=f"{_days(before)} or later")
    for what, times in (("snapshots", snapshots), ("states", states)):
        for (_, before), (key, time) in pairwise(times):
            if time <= before:
                problem = f"{what} are not in order of time"
                yield InputError(problem, key=key, value=_days(time), allowed=f"after {_days(before)}")
    for key, time in [
        ("follow_up", end),
        ("save.series_every", scenario.save.series_every_h),
        *events,
        *snapshots,
        *states,
    ]:
        if abs(time / step - round(time / step)) > 1e-6:
            problem = "not a whole number of steps"
            yield InputError(problem, key=key, value=f"{time:g} h", allowed=f"a multiple of step = {step:g} h")


def _of_laser(scenario: Scenario, number: int, event: LaserEvent, thermal: Parameters) -> Iterator[InputError]:
    names = {name: field.alias or name for name, field in LaserEvent.model_fields.items()}
    if event.device not in (known := device_names(thermal)):
        key = f"events.{number}.device"
        yield InputError("unknown choice", key=key, value=event.device, allowed=close_names(event.device, known))
        return
    try:
        session = session_of(event, thermal)
    except InputError as error:
        key = names.get(str(error.key), str(error.key))
        yield InputError(error.problem, key=f"events.{number}.{key}", value=error.value, allowed=error.allowed)
        return
    width = scenario.lattice.width_um
    if session.spot_diameter_um > width:
        yield InputError(
            "the spot is wider than the sample",
            key=f"events.{number}.spot_diameter",
            value=f"{session.spot_diameter_um:g} um",
            allowed=f"at most {width:g} um",
        )


def _of_wound(
    scenario: Scenario, number: int, event: PunchEvent | IncisionEvent | ContactBurnEvent
) -> Iterator[InputError]:
    """Find a wound that leaves no skin beside or below it: only from there can it heal."""
    sample = scenario.lattice
    across = ("width", event.width_um) if isinstance(event, IncisionEvent) else ("diameter", event.diameter_um)
    limits = [(*across, "wider", sample.width_um)]
    if sample.length_um is not None and not isinstance(event, IncisionEvent):
        limits.append((*across, "longer", sample.length_um))
    if not isinstance(event, ContactBurnEvent):
        limits.append(("depth", event.depth_um, "deeper", sample.depth_um))
    for name, size, what, limit in limits:
        if size >= limit:
            yield InputError(
                f"the wound is {what} than the sample",
                key=f"events.{number}.{name}",
                value=f"{size:g} um",
                allowed=f"below {limit:g} um",
            )
    if isinstance(event, ContactBurnEvent):
        yield from _of_disc(scenario, number, event.temperature_c)


def _of_disc(scenario: Scenario, number: int, temperature_c: float) -> Iterator[InputError]:
    try:
        thermal = parameters_of(scenario)["thermal"]
    except InputError:
        return  # told by `_of_parameters`
    rest_c, boiling_c = thermal["skin.temperature_c"], thermal["water.boiling_c"]
    if not rest_c < temperature_c < boiling_c:
        yield InputError(
            "the disc must be hotter than skin and below its boiling point",
            key=f"events.{number}.temperature",
            value=f"{temperature_c:g} degC",
            allowed=f"above {rest_c:g} and below {boiling_c:g} degC",
        )


def _of_drugs(scenario: Scenario) -> Iterator[InputError]:
    """Find drugs that nobody knows, that lack a number, or that the skin of the scenario cannot take."""
    known = {*drug_names(), *scenario.drugs}
    events = [
        (number, event) for number, event in enumerate(scenario.events) if isinstance(event, DrugEvent | InjectionEvent)
    ]
    for number, event in events:
        key = f"events.{number}.drug"
        if event.drug not in known:
            yield InputError("unknown choice", key=key, value=event.drug, allowed=close_names(event.drug, known))
        elif event.drug != events[0][1].drug:
            yield InputError("one drug in a run", key=key, value=event.drug, allowed=events[0][1].drug)
        if event.drug in known and isinstance(event, DrugEvent) and event.volume_ul_per_cm2 is None:
            yield from _of_endless(scenario, number, event)
        if isinstance(event, InjectionEvent) and event.depth_um >= scenario.lattice.depth_um:
            problem, limit = "the needle goes through the sample", f"below {scenario.lattice.depth_um:g} um"
            yield InputError(problem, key=f"events.{number}.depth", value=f"{event.depth_um:g} um", allowed=limit)
    for name in sorted({*scenario.drugs, *drug_names_of(scenario)} & known):
        try:
            drug = drug_of(name, drug_numbers(scenario, name))
        except InputError as error:
            yield _as_written(name, error)
            continue
        low, high = drug["particle_low_um"], drug["particle_high_um"]
        if low > high:
            problem, allowed = (
                "the smallest particle is larger than the largest",
                f"at most particle_high = {high:g} um",
            )
            yield InputError(problem, key=f"drugs.{name}.particle_low", value=f"{low:g} um", allowed=allowed)
    if scenario.patient.excised:
        yield from _of_excised(scenario)


def _as_written(name: str, error: InputError) -> InputError:
    """Tell what is wrong with a drug by the key that stands in the file."""
    key = str(error.key).removeprefix(f"drugs.{name}.")
    about = DrugTable.model_fields.get(key)
    written, allowed = key, error.allowed
    if about is not None:
        written, allowed = about.alias or key, allowed or example_of(DrugTable, key) or "a number"
    return InputError(error.problem, key=f"drugs.{name}.{written}", value=error.value, allowed=allowed)


def _are_particles(scenario: Scenario, name: str) -> bool:
    try:
        return drug_of(name, drug_numbers(scenario, name)).is_particles
    except InputError:
        return False  # told elsewhere


def _of_endless(scenario: Scenario, number: int, event: DrugEvent) -> Iterator[InputError]:
    """Refuse particles without a volume: a suspension is what lies on the skin."""
    if _are_particles(scenario, event.drug):
        allowed = "a volume per area such as '50 uL/cm^2'"
        yield InputError("particles need a volume", key=f"events.{number}.volume", allowed=allowed)


def _of_excised(scenario: Scenario) -> Iterator[InputError]:
    """Find what excised skin cannot do."""
    for number, event in enumerate(scenario.events):
        if isinstance(event, DrugEvent) and _are_particles(scenario, event.drug):
            problem = "particles do not diffuse, so a diffusion cell has nothing to show"
            yield InputError(problem, key=f"events.{number}.drug", value=event.drug, allowed="a drug that dissolves")
        if isinstance(event, InjectionEvent | AftercareEvent):
            problem, allowed = "this needs living skin, and the skin is excised", "injuries, and drugs that are put on"
            yield InputError(problem, key=f"events.{number}.kind", value=event.kind, allowed=allowed)
    if scenario.without:
        problem = "nothing lives in excised skin, so nothing can be switched off"
        yield InputError(problem, key="without", value=list(scenario.without), allowed="an empty list")
    if scenario.patient.initial_state != "healthy":
        problem, value = "excised skin is healthy", scenario.patient.initial_state
        yield InputError(problem, key="patient.initial_state", value=value, allowed="healthy")


def _of_spacing(scenario: Scenario, abm: Parameters) -> Iterator[InputError]:
    size = abm.entries["keratinocyte.size_um"]
    spacing = scenario.lattice.spacing_um
    if not size.low <= spacing <= size.high:
        yield InputError(
            "a lattice site holds one keratinocyte",
            key="lattice.spacing",
            value=f"{spacing:g} um",
            allowed=f"{size.low:g} to {size.high:g} um",
        )


def _days(hours: float) -> str:
    return f"{hours / 24:g} d"
