"""Checks captured requests against OpenAPI descriptions.

Usage: validate_requests.py SPEC_FOLDER REQUESTS_JSON
REQUESTS_JSON is a list of {"spec", "method", "path", "query", "contentType", "body"}; `path` is relative to the
description's paths, `body` is text. Prints one line per problem and exits 1 when there is any.
"""
import json
import pathlib
import re
import sys
import urllib.parse

import jsonschema


def resolved(node, root):
    while isinstance(node, dict) and "$ref" in node:
        target = root
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def operation(root, method, path):
    best = None
    for template, methods in root["paths"].items():
        pattern = re.sub(r"\{[^/]+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in methods:
            if best is None or template.count("{") < best[0].count("{"):
                best = (template, methods)
    if best is None:
        return None
    # What stands with the path counts for each of its methods.
    found = best[1][method.lower()]
    return {**found, "parameters": best[1].get("parameters", []) + found.get("parameters", [])}


def problems(root, folder, request):
    found = operation(root, request["method"], request["path"])
    if found is None:
        return ["no such operation"]
    result = []
    names = {p["name"] for p in map(lambda p: resolved(p, root), found.get("parameters", [])) if p.get("in") == "query"}
    for name, _ in urllib.parse.parse_qsl(request["query"], keep_blank_values=True):
        if name not in names:
            result.append(f"unknown query parameter {name}")
    content = found.get("requestBody", {}).get("content", {})
    kind = request["contentType"].split(";")[0].strip()
    if kind == "multipart/form-data":
        return result if kind in content else result + ["multipart is not accepted"]
    if not request["body"]:
        return result + (["body missing"] if found.get("requestBody", {}).get("required") else [])
    if kind not in content:
        return result + [f"content type {kind} is not accepted"]
    if kind == "application/json":
        body = json.loads(request["body"])
    else:
        body = {k: typed(v) for k, v in urllib.parse.parse_qsl(request["body"], keep_blank_values=True)}
    # References stay inside the description, so it becomes the schema's own definitions.
    schema = {**root, **content[kind]["schema"]}
    for error in jsonschema.Draft202012Validator(schema).iter_errors(body):
        result.append(f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    if isinstance(body, dict) and isinstance(body.get("blocks"), list):
        blocks = json.loads((folder / "slack-blockkit-message.schema.json").read_text())
        for error in jsonschema.Draft202012Validator(blocks).iter_errors(body["blocks"]):
            result.append(f"blocks/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    return result


def typed(text):
    """Forms know only text; the descriptions give the types meant."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def main():
    folder = pathlib.Path(sys.argv[1])
    bad = 0
    for request in json.loads(pathlib.Path(sys.argv[2]).read_text()):
        root = json.loads((folder / request["spec"]).read_text())
        for problem in problems(root, folder, request):
            bad += 1
            print(f"{request['method']} {request['path']}: {problem}")
    sys.exit(1 if bad else 0)


main()
