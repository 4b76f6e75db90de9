"""The JSON Schema of scenario files, with which an editor completes keys and marks mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

from mendsim.abm import load_parameters as load_abm_parameters
from mendsim.scenarios.loading import names
from mendsim.scenarios.schema import NO_CONTROL, Scenario
from mendsim.thermal import load_parameters as load_thermal_parameters

if TYPE_CHECKING:
    from pydantic_core import core_schema

_EXAMPLE = {"events.0.pulse_energy": "20 mJ", "events.*.sham": True}


def scenario_schema() -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of a scenario file from the models that check it.

    A file that extends another may leave out every key but those of the items of a list. What only several values
    together decide, such as the order of events, is found when a file is loaded.
    """
    schema = Scenario.model_json_schema(schema_generator=_Generator)
    keys, definitions = schema["properties"], schema["$defs"]

    def needed(key: str) -> dict[str, Any]:
        return {"required": definitions[keys[key]["$ref"].rpartition("/")[2]].pop("required")}

    def needed_in_each(table: str) -> dict[str, Any]:
        return {"additionalProperties": {"required": definitions[table].pop("required")}}

    whole = {
        "required": [key for key in schema.pop("required") if key != "name"],  # the name is that of the file
        "properties": {
            **{key: needed(key) for key in ("patient", "lattice", "save")},
            "devices": needed_in_each("DeviceTable"),
            "drugs": {"additionalProperties": {"properties": {"actions": needed_in_each("ActionTable")}}},
        },
    }
    keys["control"]["examples"] = [NO_CONTROL, *names()]
    keys["parameters"] = _parameters()
    keys["extends"] = {
        "type": "string",
        "description": "the scenario that this one changes: a name from mendsim list, or a file in the same folder",
        "examples": names(),
    }
    keys["change"] = {
        "type": "object",
        "description": "values to replace in what was inherited, by dotted key; * is every item of a list",
        "examples": [_EXAMPLE],
    }
    about = {"title": "mendsim scenario", "description": "One treatment of one patient, for mendsim run."}
    return {"$schema": _Generator.schema_dialect, **schema, **about, "if": {"required": ["extends"]}, "else": whole}


class _Generator(GenerateJsonSchema):
    """Describes files rather than objects: TOML has no null, and a key is its own title."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        made = super().default_schema(schema)
        if made.get("default", "") is None:
            del made["default"]
        return made

    def field_title_should_be_set(self, _schema: object) -> bool:
        return False


def _parameters() -> dict[str, Any]:
    """Describe every parameter that a scenario may override; parts of their keys may be tables."""
    found = {
        f"{stage}.{key}": {
            "type": "number",
            "minimum": entry.low,
            "maximum": entry.high,
            "default": entry.value,
            "description": f"{entry.meaning} [{entry.unit}]",
        }
        for stage, table in (("abm", load_abm_parameters()), ("thermal", load_thermal_parameters()))
        for key, entry in table.entries.items()
    }
    text = "other values of parameters of the model, by dotted key"
    return {"type": "object", "description": text, "properties": found, "additionalProperties": {"type": "object"}}
