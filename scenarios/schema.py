"""What a scenario file may say: patient, skin sample, events, follow-up and what to save.

Keys are those of the file; attributes carry the unit in which the value is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, PrivateAttr, model_validator
from pydantic_core import CoreSchema

from mendsim.abm.initial_state import INITIAL_STATES
from mendsim.abm.site import site_names
from mendsim.scenarios.problems import ScenarioError, hints_of
from mendsim.scenarios.units import Quantity
from mendsim.scenarios.values import Checked, Known, Number, OneOf, RateOrNumber, Whole
from mendsim.thermal import PATTERNS, SCAN_ORDERS

Extent = Annotated[float, Quantity("um", "a length", 100, 20_000, "2 mm")]
ScarSize = Annotated[float, Quantity("um", "a length", 10, 20_000, "300 um")]
Spacing = Annotated[float, Quantity("um", "a length", 5, 50, "10 um")]
Air = Annotated[float, Quantity("um", "a length", 50, 2_000, "100 um")]
Moment = Annotated[float, Quantity("h", "a time", 0, 87_600, "90 d")]
Duration = Annotated[float, Quantity("h", "a time", 0.01, 87_600, "12 h")]
Step = Annotated[float, Quantity("h", "a time", 0.01, 2, "0.5 h")]
PulseEnergy = Annotated[float, Quantity("mJ", "an energy", 0.001, 10_000, "40 mJ")]
Wavelength = Annotated[float, Quantity("nm", "a length", 100, 100_000, "10600 nm")]
PulsePower = Annotated[float, Quantity("W", "a power", 1e-3, 1e6, "30 W")]
PulseTime = Annotated[float, Quantity("ms", "a time", 1e-4, 1e5, "4 ms")]
Spot = Annotated[float, Quantity("um", "a length", 10, 3_000, "120 um")]
SpotInterval = Annotated[float, Quantity("ms", "a time", 0.1, 1e4, "5 ms")]
PassInterval = Annotated[float, Quantity("s", "a time", 0, 3600, "10 s")]
Footprint = Annotated[float, Quantity("mm", "a length", 0.5, 50, "10 mm")]
Coolant = Annotated[float, Quantity("degC", "a temperature", -200, 40, "5 degC")]
Transfer = Annotated[float, Quantity("W/m^2/K", "a heat transfer coefficient", 1, 1e5, "1000 W/m^2/K")]
Precooling = Annotated[float, Quantity("s", "a time", 0, 600, "2 s")]
Jitter = Annotated[float, Quantity("um", "a length", 0, 1_000, "20 um")]
Density = Annotated[float, Quantity("1/cm^2", "a number per area", 0.1, 1e5, "100 /cm^2")]
Concentration = Annotated[float, Quantity("ug/mL", "a mass per volume", 1e-6, 1e6, "10 mg/mL")]
WoundSize = Annotated[float, Quantity("um", "a length", 10, 20_000, "1 mm")]
DiscTemperature = Annotated[float, Quantity("degC", "a temperature", 40, 120, "80 degC")]
ContactTime = Annotated[float, Quantity("s", "a time", 0.01, 86_400, "20 s")]
Dose = Annotated[float, Quantity("uL/cm^2", "a volume per area", 1e-3, 1e5, "5 uL/cm^2")]
InjectedVolume = Annotated[float, Quantity("uL", "a volume", 1e-4, 1e4, "50 uL")]
InjectionDepth = Annotated[float, Quantity("um", "a length", 10, 20_000, "1 mm")]
MolarMass = Annotated[float, Quantity("g/mol", "a molar mass", 10, 1e9, "300 g/mol")]
Diffusivity = Annotated[float, Quantity("um^2/s", "a diffusivity", 1e-4, 5e3, "100 um^2/s")]
Permeability = Annotated[float, Quantity("cm/h", "a permeability", 1e-12, 10, "0.001 cm/h")]
Rate = Annotated[float, Quantity("1/h", "a rate", 0, 1e3, "0.1 /h")]
MassDensity = Annotated[float, Quantity("g/mL", "a density", 0.5, 5, "1.3 g/mL")]
Grain = Annotated[float, Quantity("um", "a length", 0.01, 1e3, "5 um")]
HalfLife = Annotated[float, Quantity("d", "a time", 0.01, 1e6, "120 d")]
Content = Annotated[float, Quantity("ng/ug", "a mass in a mass", 0, 1e3, "0.1 ng/ug")]


NO_CONTROL = "none"
"""What a scenario without a control names as its control."""


def _mechanism_names() -> Iterable[str]:
    from mendsim.abm.mechanisms import load_mechanisms

    return load_mechanisms()


def _treatment_names() -> Iterable[str]:
    from mendsim.abm.aftercare import load_treatments  # only some scenarios have aftercare

    return load_treatments()


def _action_names() -> Iterable[str]:
    from mendsim.abm.drugs.action import ACTIONS

    return ACTIONS


def _drug_names() -> Iterable[str]:
    from mendsim.abm.drugs.drug import drug_names

    return drug_names()


def _device_names() -> Iterable[str]:
    from mendsim.thermal import load_parameters
    from mendsim.thermal.device import device_names

    return device_names(load_parameters())


Share = Annotated[float, Number(1e-4, 1.0)]
LogRatio = Annotated[float, Number(-12.0, 12.0)]
Ratio = Annotated[float, Number(1e-3, 1e6)]
Hill = Annotated[float, Number(0.1, 10.0)]
Full = Annotated[Any, RateOrNumber()]
Flag = Annotated[bool, Field(strict=True)]
Site = Annotated[str, OneOf(site_names)]
InitialState = Annotated[str, OneOf(lambda: INITIAL_STATES)]
Pattern = Annotated[str, OneOf(lambda: PATTERNS)]
ScanOrder = Annotated[str, OneOf(lambda: SCAN_ORDERS)]
Treatment = Annotated[str, OneOf(_treatment_names)]

Mechanism = Annotated[str, OneOf(_mechanism_names)]
ActionName = Annotated[str, OneOf(_action_names)]
DeviceName = Annotated[str, Known(_device_names, "[devices.NAME]")]
DrugName = Annotated[str, Known(_drug_names, "[drugs.NAME]")]


class Table(BaseModel):
    """A table of the file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Add to each key what its value may be, and write defaults as a file does."""
        found = handler(schema)
        about = handler.resolve_ref_schema(found)["properties"]
        for name, field in cls.model_fields.items():
            key = about[field.alias or name]
            for hint in hints_of(cls.model_fields[name]):
                if isinstance(hint, Quantity) and isinstance(field.default, float):
                    key["default"] = hint.write(field.default)
                if field.description and isinstance(hint, Checked | Quantity) and "description" in hint.json_schema():
                    key["description"] = f"{field.description} ({hint.json_schema()['description']})"
        return found


class Patient(Table):
    """Where the skin is, how dark it is, and what is wrong with it; excised skin lies in a diffusion cell."""

    site: Site
    phototype: Annotated[int, Whole(1, 6)]
    initial_state: InitialState
    scar_depth_um: ScarSize | None = Field(default=None, alias="scar_depth")
    scar_width_um: ScarSize | None = Field(default=None, alias="scar_width")
    excised: Flag = False


class Sample(Table):
    """The piece of skin that is simulated: a section, or a block if it has a length."""

    width_um: Extent = Field(alias="width")
    depth_um: Extent = Field(alias="depth")
    length_um: Extent | None = Field(default=None, alias="length")
    """across the section; a block if it is given"""
    spacing_um: Spacing = Field(default=10.0, alias="spacing")
    """side of a site"""
    air_um: Air = Field(default=100.0, alias="air")
    """height of the air above the skin"""


class DeviceTable(Table):
    """A laser that is not among the presets."""

    wavelength_nm: Wavelength = Field(alias="wavelength")
    beam_quality: Annotated[float, Field(ge=1, le=100)] = 1.0
    """M2: how much faster than an ideal Gaussian the beam widens below its waist"""
    top_hat: bool = False
    """a beam of even intensity; a Gaussian if not"""
    spot_diameter_um: Spot | None = Field(default=None, alias="spot_diameter")
    pulse_power_w: PulsePower | None = Field(default=None, alias="pulse_power")
    """power during a pulse; its duration is energy over power"""
    pulse_duration_ms: PulseTime | None = Field(default=None, alias="pulse_duration")


class LaserEvent(Table):
    """A laser session, as the operator sets it; spot and duration of a pulse are the device's unless given.

    A ``sham`` session is the same with the laser off.
    """

    kind: Literal["laser"]
    at_h: Moment = Field(alias="at")
    device: DeviceName
    pulse_energy_mj: PulseEnergy = Field(alias="pulse_energy")
    pulse_duration_ms: PulseTime | None = Field(default=None, alias="pulse_duration")
    spot_diameter_um: Spot | None = Field(default=None, alias="spot_diameter")
    """of the beam on the skin, 1/e2 of a Gaussian"""
    pattern: Pattern
    density_per_cm2: Density = Field(alias="density")
    """zones per area in one pass"""
    passes: Annotated[int, Whole(1, 20)] = 1
    """how often the area is covered; later passes are not aligned with the first"""
    stacked_pulses: Annotated[int, Whole(1, 100)] = 1
    """pulses on each zone"""
    pulse_interval_ms: PulseTime = Field(default=20.0, alias="pulse_interval")
    """from the start of a stacked pulse to that of the next"""
    scan_order: ScanOrder = "rows"
    spot_interval_ms: SpotInterval = Field(default=5.0, alias="spot_interval")
    """from one zone to the next"""
    pass_interval_s: PassInterval = Field(default=10.0, alias="pass_interval")
    """from the end of a pass to the start of the next"""
    footprint_mm: Footprint = Field(default=10.0, alias="footprint")
    """side of the square that is covered in one pass"""
    cooling_c: Coolant | None = Field(default=None, alias="cooling_temperature")
    """of a plate, spray or stream of air on the skin"""
    cooling_w_per_m2_k: Transfer = Field(default=1000.0, alias="cooling_transfer")
    """to what cools: cold air some 100, a plate or spray some 1000"""
    cooling_before_s: Precooling = Field(default=0.0, alias="cooling_before")
    """cooling before the first zone"""
    jitter_um: Jitter = Field(default=0.0, alias="jitter")
    """standard deviation of the place of a zone along each side"""
    sham: Flag = False
    """the laser is off"""


class ActionTable(Table):
    """What a drug does: size at full effect, free concentration of half effect, Hill exponent."""

    full: Full
    half_effect_ug_per_ml: Concentration = Field(alias="half_effect")
    hill: Hill = 1.0


class DrugTable(Table):
    """A drug that is not in the library, or one like a drug of the library with other numbers."""

    like: DrugName | None = None
    """a drug of the library whose numbers hold where none is given"""
    molar_mass_g_per_mol: MolarMass | None = Field(default=None, alias="molar_mass")
    log_octanol_water: LogRatio | None = None
    water_diffusivity_um2_per_s: Diffusivity | None = Field(default=None, alias="water_diffusivity")
    dermis_diffusivity_um2_per_s: Diffusivity | None = Field(default=None, alias="dermis_diffusivity")
    epidermis_diffusivity_um2_per_s: Diffusivity | None = Field(default=None, alias="epidermis_diffusivity")
    corneum_permeability_cm_per_h: Permeability | None = Field(default=None, alias="corneum_permeability")
    corneum_partition: Ratio | None = None
    capillary_exchange_per_h: Rate | None = Field(default=None, alias="capillary_exchange")
    plasma_unbound_share: Share | None = None
    solubility_ug_per_ml: Concentration | None = Field(default=None, alias="solubility")
    degradation_per_h: Rate | None = Field(default=None, alias="degradation")
    crystal_radius_um: Grain | None = Field(default=None, alias="crystal_radius")
    crystal_density_g_per_ml: MassDensity | None = Field(default=None, alias="crystal_density")
    particle_low_um: Grain | None = Field(default=None, alias="particle_low")
    particle_high_um: Grain | None = Field(default=None, alias="particle_high")
    particle_half_life_d: HalfLife | None = Field(default=None, alias="particle_half_life")
    tgf_beta1_ng_per_ug: Content | None = Field(default=None, alias="tgf_beta1")
    vegf_ng_per_ug: Content | None = Field(default=None, alias="vegf")
    pdgf_ng_per_ug: Content | None = Field(default=None, alias="pdgf")
    actions: dict[ActionName, ActionTable] = {}


class DrugEvent(Table):
    """A drug put on the skin and left there; without a volume the donor is never used up."""

    kind: Literal["drug"]
    at_h: Moment = Field(alias="at")
    drug: DrugName
    concentration_ug_per_ml: Concentration = Field(alias="concentration")
    volume_ul_per_cm2: Dose | None = Field(default=None, alias="volume")
    """what is put on; without it the donor is never used up"""
    duration_h: Duration = Field(alias="duration")


class InjectionEvent(Table):
    """A drug injected in the middle of the sample."""

    kind: Literal["injection"]
    at_h: Moment = Field(alias="at")
    drug: DrugName
    concentration_ug_per_ml: Concentration = Field(alias="concentration")
    volume_ul: InjectedVolume = Field(alias="volume")
    depth_um: InjectionDepth = Field(alias="depth")
    """of the needle's tip"""


class AftercareEvent(Table):
    """A treatment put on the skin for a time; put on again while it lasts, it counts until the later end."""

    kind: Literal["aftercare"]
    at_h: Moment = Field(alias="at")
    treatment: Treatment
    duration_h: Duration = Field(alias="duration")


class PunchEvent(Table):
    """A punch biopsy in the middle of the sample."""

    kind: Literal["punch"]
    at_h: Moment = Field(alias="at")
    diameter_um: WoundSize = Field(alias="diameter")
    depth_um: WoundSize = Field(alias="depth")


class IncisionEvent(Table):
    """A cut along the middle of the sample, across its width, that stays open as wide as the gap."""

    kind: Literal["incision"]
    at_h: Moment = Field(alias="at")
    width_um: WoundSize = Field(alias="width")
    depth_um: WoundSize = Field(alias="depth")


class ContactBurnEvent(Table):
    """A hot disc of metal held against the middle of the sample."""

    kind: Literal["contact_burn"]
    at_h: Moment = Field(alias="at")
    temperature_c: DiscTemperature = Field(alias="temperature")
    contact_s: ContactTime = Field(alias="contact")
    diameter_um: WoundSize = Field(alias="diameter")


EVENT_KINDS: dict[str, type[Table]] = {
    "laser": LaserEvent,
    "drug": DrugEvent,
    "injection": InjectionEvent,
    "aftercare": AftercareEvent,
    "punch": PunchEvent,
    "incision": IncisionEvent,
    "contact_burn": ContactBurnEvent,
}
"""What can happen in a scenario, by the word that stands under ``kind``."""

InjuryEvent = LaserEvent | PunchEvent | IncisionEvent | ContactBurnEvent
"""An event that injures the skin."""

Event = Annotated[InjuryEvent | DrugEvent | InjectionEvent | AftercareEvent, Field(discriminator="kind")]


class Save(Table):
    """What a run keeps: time series at equal intervals, and snapshots of everything at chosen times.

    A state is all that a run needs to go on from there, or to be continued in another way: it is kept beside the run
    store, as it is before the events of its moment.

    The series is taken before the events of its moment, so its first row is the untouched skin. A snapshot is
    taken after the events of its moment, so one on the day of a session shows the fresh injury.
    """

    series_every_h: Duration = Field(default=12.0, alias="series_every")
    """time between rows of the time series"""
    snapshots_h: Annotated[tuple[Moment, ...], Field(min_length=1)] = Field(alias="snapshots")
    """times at which everything is kept"""
    states_h: tuple[Moment, ...] = Field(default=(), alias="states")
    """times at which all that a run needs to go on is kept beside the store"""


class Scenario(Table):
    """One treatment of one patient. Made by `mendsim.scenarios.load`, changed by `with_values`."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    title: str
    description: str = ""
    sources: tuple[str, ...] = ()
    """where the settings were published"""
    control: str = NO_CONTROL
    """a scenario to compare with: a name from mendsim list, a file in the same folder, or none"""
    patient: Patient
    lattice: Sample
    devices: dict[str, DeviceTable] = {}
    """lasers of your own, by name"""
    drugs: Annotated[dict[str, DrugTable], Field(max_length=1000)] = {}
    """drugs of your own, by name"""
    events: tuple[Event, ...] = ()
    """what happens, in order of time"""
    follow_up_h: Moment = Field(alias="follow_up")
    step_h: Step = Field(default=0.5, alias="step")
    """time step of the healing"""
    save: Save
    parameters: dict[str, Any] = {}
    without: tuple[Mechanism, ...] = ()
    """mechanisms that are switched off"""

    _written: Mapping[str, Any] = PrivateAttr(default_factory=dict)
    _origins: Mapping[tuple[str, ...], str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        from mendsim.scenarios.consistency import contradictions

        if found := list(contradictions(self)):
            raise ScenarioError(found)
        return self

    @property
    def written(self) -> Mapping[str, Any]:
        """The tables as they stand in the files, after ``extends`` and changed values."""
        return self._written

    @property
    def origins(self) -> Mapping[tuple[str, ...], str]:
        """The file or call that set each key."""
        return self._origins

    @property
    def steps(self) -> int:
        """Number of steps from the first day to the end of follow-up."""
        return round(self.follow_up_h / self.step_h)

    def to_dict(self) -> dict[str, Any]:
        """Every value, defaults included, as text with units where it has one: what a run store keeps."""
        return self.model_dump(by_alias=True, mode="json", exclude_none=True)

    def with_values(self, values: Mapping[str, Any], *, origin: str = "with_values") -> Scenario:
        """Copy the scenario with some values replaced, addressed by dotted key such as ``events.0.pulse_energy``.

        Raises
        ------
        ScenarioError : a key does not exist or the changed scenario is not valid.
        """
        from mendsim.scenarios.loading import changed

        return changed(self, values, origin=origin)
