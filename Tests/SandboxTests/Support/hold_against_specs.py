"""Holds recorded exchanges against the vendors' specifications.

Usage: hold_against_specs.py SPECS EXCHANGES, where EXCHANGES is a JSON list of {method, path, status, request, response}
and of {schema, value} for bodies that are checked against one schema file. Prints one line per disagreement and, last,
how many bodies were checked; exits 1 when there was a disagreement.
"""
import json
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

SPECS = Path(sys.argv[1])
CLICKUP, ASANA, SLACK, DRIVE = "/clickup/api", "/asana/api/1.0", "/slack/api", "/google/drive/v3"
UPLOAD = "/google/upload/drive/v3"
problems, checked = [], 0


def check(schema, value, what):
    global checked
    checked += 1
    for error in list(Draft202012Validator(schema).iter_errors(value))[:5]:
        where = "/".join(str(step) for step in error.absolute_path)
        problems.append(f"{what} at /{where}: {error.message[:200]}")


def openapi(document, prefix, exchange):
    """Request and answer of one accepted call, by the OpenAPI operation its path and method name."""
    path = urlsplit(exchange["path"]).path[len(prefix):]
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        operation = operations.get(exchange["method"].lower())
        if not re.fullmatch(pattern, path) or operation is None:
            continue
        what = f"{exchange['method']} {template}"

        def resolved(schema):
            return {**schema, "components": document["components"]}

        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content and exchange["request"] is not None:
            check(resolved(content["application/json"]["schema"]), exchange["request"], f"request of {what}")
        answer = operation["responses"].get(str(exchange["status"]), {}).get("content", {}).get("application/json")
        if answer:
            check(resolved(answer["schema"]), exchange["response"], f"answer of {what}")
        return
    problems.append(f"{exchange['method']} {path}: no such operation")


def nullable(part):
    """OpenAPI 3.0 says `nullable` where JSON Schema says that null is one of the types."""
    if isinstance(part, list):
        return [nullable(item) for item in part]
    if not isinstance(part, dict):
        return part
    out = {key: nullable(value) for key, value in part.items() if key != "nullable"}
    # A member that may be null says so in any branch of its allOf.
    branches = part.get("allOf", [])
    if part.get("nullable") is True or any(isinstance(b, dict) and b.get("nullable") is True for b in branches):
        return {"anyOf": [out, {"type": "null"}]}
    return out


def discovery(schema):
    """A Google discovery schema as JSON Schema. Sizes and other 64-bit numbers are strings there already."""
    if "$ref" in schema:
        return {}
    out = {key: schema[key] for key in ("type", "enum") if key in schema}
    if "properties" in schema:
        out["properties"] = {name: discovery(part) for name, part in schema["properties"].items()}
        out["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        out["additionalProperties"] = discovery(schema["additionalProperties"])
    if "items" in schema:
        out["items"] = discovery(schema["items"])
    return out


def drive(document, exchange):
    schemas = document["schemas"]
    answer = exchange["response"]
    file = discovery(schemas["File"])
    what = f"{exchange['method']} {urlsplit(exchange['path']).path}"
    if isinstance(answer, dict) and "files" in answer:
        for entry in answer["files"]:
            check(file, entry, f"answer of {what}")
    elif isinstance(answer, dict) and "ids" in answer:
        check(discovery(schemas["GeneratedIds"]) if "GeneratedIds" in schemas else {}, answer, f"answer of {what}")
    elif isinstance(answer, dict):
        check(file, answer, f"answer of {what}")
    if exchange["method"] in ("POST", "PATCH") and isinstance(exchange["request"], dict):
        check(file, exchange["request"], f"request of {what}")


def load(name):
    return json.loads((SPECS / name).read_text())


clickup, slack = load("clickup-v2-subset.openapi.json"), load("slack-web-subset.openapi.json")
asana = nullable(load("asana-1.0-subset.openapi.json"))
google = load("google/drive.v3.json")
for exchange in json.loads(Path(sys.argv[2]).read_text()):
    if "schema" in exchange:
        schema = load(exchange["schema"])
        if "definition" in exchange:
            schema = {**schema, "$ref": f"#/$defs/{exchange['definition']}"}
        check(schema, exchange["value"], exchange["schema"])
        continue
    path, answer = exchange["path"], exchange["response"]
    if exchange["status"] not in (200, 201):
        continue
    if path.startswith(CLICKUP):
        openapi(clickup, CLICKUP, exchange)
    elif path.startswith(ASANA):
        openapi(asana, ASANA, exchange)
    elif path.startswith(SLACK):
        if answer.get("ok"):
            openapi(slack, SLACK, exchange)
    elif path.startswith((DRIVE, UPLOAD)) and answer is not None:
        drive(google, exchange)

print("\n".join(problems))
print(f"checked {checked}")
sys.exit(1 if problems else 0)
