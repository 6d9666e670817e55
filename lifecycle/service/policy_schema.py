"""The JSON Schema of policy files, for editors: of whole policies, and of overlays, which say only what they add."""

from typing import Any, Final

from lifecycle.gates.policy import Policy
from lifecycle.service.overlays import KEY

Schema = dict[str, Any]

_ADDED: Final = "Added"
"""How the name of a part ends that an overlay may leave incomplete, since its base completes it."""
_REFERENCE: Final = "#/$defs/"
_EXTENDS: Final = {
    "description": "The policy that this one adds to and tightens: its name, or its name and version.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "policy": {"type": "string", "description": "The name of the policy that is extended."},
                "version": {"type": "integer", "minimum": 1, "description": "Its version; left out, the one in force."},
            },
            "required": ["policy", "version"],
            "additionalProperties": False,
        },
    ],
}


def policy_schema() -> Schema:
    """A file with `extends` is an overlay, every other one a whole policy."""
    whole = Policy.model_json_schema()
    parts: Schema = whole.pop("$defs")
    overlay = _incomplete(whole, parts)
    overlay["properties"] = {**overlay["properties"], KEY: _EXTENDS}
    overlay |= {"title": "Overlay", "required": ["policy", "version", KEY]}
    added = {f"{name}{_ADDED}": _incomplete(part, parts) for name, part in parts.items() if "properties" in part}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Policy file",
        "description": "A policy, or an overlay that extends one.",
        "type": "object",
        "if": {"required": [KEY]},
        "then": {"$ref": f"{_REFERENCE}Overlay"},
        "else": {"$ref": f"{_REFERENCE}Policy"},
        "$defs": {"Policy": whole, "Overlay": overlay, **parts, **added},
    }


def _incomplete(schema: Schema, parts: Schema) -> Schema:
    """A schema as an overlay fills it: mappings are merged with the base's, so nothing in them is required.

    What is listed stands for itself, and stays as it is.
    """
    found = {key: value for key, value in schema.items() if key not in ("required", "minProperties")}
    target = parts.get(str(schema.get("$ref", "")).removeprefix(_REFERENCE), {})
    if "properties" in target:
        found["$ref"] = f"{schema['$ref']}{_ADDED}"
    for key in ("properties", "patternProperties"):
        if key in found:
            found[key] = {name: _incomplete(value, parts) for name, value in found[key].items()}
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _incomplete(found["additionalProperties"], parts)
    for key in ("anyOf", "oneOf"):
        if key in found:
            found[key] = [_incomplete(value, parts) for value in found[key]]
    return found
