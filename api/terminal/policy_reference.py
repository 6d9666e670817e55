"""The policy reference in Markdown, generated from the models, so that it is never out of date."""

from collections.abc import Iterator
from typing import Any

from lifecycle.gates.expressions import FUNCTIONS
from lifecycle.gates.policy import Policy

_INTRODUCTION = """\
# Policy reference

Generated from the models by `lifecycle policy reference`; do not edit.

A policy is one YAML (or JSON) file. Keys that are not listed here are errors. `lifecycle policy check FILE` tells every
error with its line, column and remedy, and proves what the rules will never do: see
[What the check proves](policy-checks.md). `lifecycle policy show FILE` says the policy in plain language.

**Durations** are written `3 working hours`, `5 working days`, `36 hours`, `30 days`, `2 weeks`, `1 month`; where a tier
decides, as `{light: 3 working days, major: 10 working days}`, every tier named. **Names** are small letters, digits and
underscores. **Money** in facts is kept in the smallest unit (pence, cents); in conditions it is written in whole units
with a decimal point, `250000.0`.

**Conditions** are CEL (Common Expression Language) over `project.<fact>`, `baseline.<fact>` (the fact when the
baseline was taken), `answers.<question>` (the forms of the same gate), `derived.<name>`, `conditions.open`,
`.proved`, `.met`, `.missed` (how many promises stand so), `breached.<tolerance>` (true or false), `outcome.<gate>`
(how the gate was decided last, such as `'go'`; unknown before), and the words `tier` and `stage`. A fact that is not
known makes a condition unknown unless the rest decides it; unknown never opens a gate and never takes a requirement
away. `has(project.x)` asks whether a fact is known.
Operators: `== != < <= > >= && || ! + - * / in ?:` with parentheses. A calculation is compared exactly, as on paper: ten
per cent over a baseline is `project.cost >= 1.1 * baseline.cost`. (Amounts are told apart to six decimals, quotients to
twelve, both to fourteen digits.)

**Overlays.** A unit's policy has `extends: corporate-standard`, or `extends: {policy: corporate-standard, version: 3}`,
beside its own `policy` and `version`, and then only what it adds or tightens: mappings are merged key by key; what it
lists of approvals, exclusions, vetoes, advice, preconditions, roles kept apart, stages of a gate and breaches is added;
everything else takes the place of the base's. It is refused where it would let a project pass that its base keeps back,
with that project, and where nobody can be sure that it does not: another calendar, chair or waiver, a baseline taken
elsewhere, a further role that decides alone, decisions that set other facts. Its base is an edition on the server or a
ready policy; on the command line also a file of its name beside it, `corporate-standard.yaml`.
`lifecycle policy diff BEFORE AFTER` compares any two policies in the same way.

**Editors** complete and check policy files, overlays too, by the JSON Schema that `lifecycle policy schema` prints."""


def reference() -> str:
    """The whole reference as Markdown."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield f"Functions: {', '.join(f'`{name}`' for name in sorted(FUNCTIONS))}, `has`, `date`."
    yield from sections("Policy", Policy.model_json_schema())


def sections(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """Lines of Markdown: a section for a JSON Schema and for each of its parts, with a table of its keys."""
    definitions = schema["$defs"]
    yield from section(name, schema, definitions)
    for part in _in_order(schema, definitions):
        if definitions[part].get("properties"):
            yield from section(part, definitions[part], definitions)


def section(name: str, schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    """Lines of Markdown for one part of a JSON Schema: a heading, what it is, and a table of its keys."""
    yield ""
    yield f"## {name}"
    yield ""
    yield " ".join(schema.get("description", "").split())
    yield ""
    yield "| key | value | default | meaning |"
    yield "|---|---|---|---|"
    required = set(schema.get("required", ()))
    for key, field in schema["properties"].items():
        default = "required" if key in required else _default(field.get("default"))
        meaning = " ".join(field.get("description", "").split())
        yield f"| `{key}` | {_kind(field, definitions)} | {default} | {_cell(meaning)} |"


def _default(value: Any) -> str:
    if value in (None, "", [], {}):
        return "-"
    if isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict)):
        return "see there"
    return _cell(", ".join(map(str, value))) if isinstance(value, list) else f"`{value}`"


def _kind(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        target = definitions[name]
        if "enum" in target:
            return _cell(" / ".join(f"`{value}`" for value in target["enum"]))
        return f"[{name}](#{name.lower()})" if target.get("properties") else "duration"
    for key in ("anyOf", "oneOf"):
        if key in field:
            kinds = dict.fromkeys(_kind(part, definitions) for part in field[key] if part.get("type") != "null")
            return " or ".join(kinds)
    if "enum" in field:
        return _cell(" / ".join(f"`{value}`" for value in field["enum"]))
    match field.get("type"):
        case "array":
            return f"list of {_kind(field.get('items', {}), definitions)}"
        case "object":
            inner = [*field.get("patternProperties", {}).values(), field.get("additionalProperties", {})]
            return f"name to {_kind(inner[0], definitions)}"
        case "string":
            return "date" if field.get("format") == "date" else "text"
        case str(kind):
            return {"integer": "whole number", "number": "number", "boolean": "true / false"}.get(kind, kind)
        case _:
            return "value"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _in_order(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    """The parts in the order in which a reader meets them."""
    seen: list[str] = []
    waiting: list[Any] = [schema.get("properties")]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.append(name)
                waiting.append(definitions[name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    yield from seen
