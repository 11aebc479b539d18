"""The reference page of the API, `docs/reference/api.md`, generated from the OpenAPI description.

`python -m passerby.api.openapi.reference` prints it.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import Litestar

from passerby.accounts.keys import API_TOKEN
from passerby.api.app import application
from passerby.api.openapi.document import BEARER, describe
from passerby.dialects import registry
from passerby.web.errors import MEANING, STATUS

CONSOLE_URL = "http://127.0.0.1:8081"
INGEST_URL = "http://127.0.0.1:8080"

METHODS = ("get", "put", "post", "patch", "delete")

Described = Mapping[str, Any]

_PAGE = """\
# HTTP API

{description}
A running server serves the OpenAPI description at `{console}/openapi.json`. This page is generated from it
(`python -m passerby.api.openapi.reference`). Times are ISO 8601 in UTC with milliseconds. Lists are paginated: pass
`cursor` of an answer to get the next page; it is null on the last one.

## Errors of the management API

Every answer with a status of 400 or more has one shape: `{{"error": {{"code", "message", "details"}}}}`. The code is
what a program may act on.

| code | status | meaning |
|---|---|---|
{errors}

{sections}

## Former paths

They answer as before, with the header `Deprecation`.

| former | now |
|---|---|
{former}
"""

_OPERATION = """\
### {summary}

`{method} {path}`

{description}

{parameters}{call}

{answers}

{example}"""

_PARAMETERS = """\
| parameter | in | bounds | meaning |
|---|---|---|---|
{rows}

"""

_ANSWERS = """\
| status | answer |
|---|---|
{rows}"""


class Operation(NamedTuple):
    """An operation of the description, with the URL of its server and all security schemes."""

    method: str
    path: str
    base: str
    described: Described
    schemes: Described


def page(description: Described) -> str:
    """Return the reference page as Markdown."""
    operations = list(_operations(description))
    abouts = {tag["name"]: tag["description"] for tag in description["tags"]}
    # In the order of the description; the dialects' tags, which only operations name, come last.
    tags = dict.fromkeys([*abouts, *(tag for each in operations for tag in each.described["tags"])])
    sections = []
    for tag in tags:
        ours = [each for each in operations if tag in each.described["tags"] and "deprecated" not in each.described]
        about = [abouts[tag]] if tag in abouts else []
        sections.append("\n\n".join([f"## {tag}", *about, *map(_operation, ours)]))
    return _PAGE.format(
        description=description["info"]["description"],
        console=CONSOLE_URL,
        errors="\n".join(f"| `{code}` | {STATUS[code].value} | {meaning} |" for code, meaning in MEANING.items()),
        sections="\n\n".join(sections),
        former="\n".join(
            f"| `{each.method} {each.path}` | {each.described['description']} |"
            for each in operations
            if "deprecated" in each.described
        ),
    )


def _operations(description: Described) -> Iterator[Operation]:
    schemes = description["components"]["securitySchemes"]
    for path, item in description["paths"].items():
        base = item["servers"][0]["url"] if "servers" in item else CONSOLE_URL
        for method in METHODS:
            if method in item:
                yield Operation(method.upper(), path, base, item[method], schemes)


def _operation(operation: Operation) -> str:
    """Return the section of an operation: parameters, an example call, and the responses with an example."""
    described = operation.described
    parameters = []
    for each in described.get("parameters", ()):
        name = f"`{each['name']}`" + (" (required)" if each.get("required") else "")
        parameters.append(f"| {name} | {each['in']} | {_bounds(each['schema'])} | {each['description']} |")
    responses = described["responses"]
    success = next(iter(responses.values()))
    text = _OPERATION.format(
        summary=described["summary"],
        method=operation.method,
        path=operation.path,
        description=described["description"],
        parameters=_PARAMETERS.format(rows="\n".join(parameters)) if parameters else "",
        call=_fenced("sh", shlex.join(_call(operation))),
        answers=_ANSWERS.format(rows="\n".join(f"| {each} | {responses[each]['description']} |" for each in responses)),
        example=_fenced("json", _first_example(success)) if "application/json" in success.get("content", {}) else "",
    )
    return text.rstrip()


_BOUNDS = {
    "enum": "one of {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}


def _bounds(schema: Described) -> str:
    """Return the bounds of a value as text, and its default unless that is empty."""
    texts = []
    for key, text in _BOUNDS.items():
        if key in schema:
            bound = schema[key]
            texts.append(text.format(", ".join(f"`{each}`" for each in bound) if isinstance(bound, list) else bound))
    default = schema.get("default")
    return ", ".join([*texts, *([] if default in (None, "") else [f"default {default}"])])


def _call(operation: Operation) -> list[str]:
    """Return the words of a curl command; placeholders are in angle brackets."""
    described = operation.described
    parameters = described.get("parameters", ())
    in_path = {each["name"]: each.get("example", f"<{each['name']}>") for each in parameters if each["in"] == "path"}
    query = {each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each}
    url = operation.base + operation.path.format_map(in_path)
    words = ["curl"]
    if operation.method != ("POST" if "requestBody" in described else "GET"):  # what curl sends by itself
        words += ["-X", operation.method]
    words += [f"{url}?{urlencode(query)}" if query else url, *_credentials(operation)]
    for each in parameters:
        if each["in"] == "header" and "example" in each:
            words += ["-H", f"{each['name']}: {each['example']}"]
    if "requestBody" in described:
        words += ["-H", "Content-Type: application/json", "-d", _first_example(described["requestBody"])]
    return words


def _credentials(operation: Operation) -> list[str]:
    """Return curl options for the first way to authenticate."""
    for name in (name for way in operation.described.get("security", ()) for name in way):
        scheme = operation.schemes[name]
        if scheme["type"] == "apiKey":
            return ["-H", f"{scheme['name']}: <{_KEYS.get(name, name)}>"]
        if scheme.get("scheme") == "bearer":
            return ["-H", f"Authorization: Bearer <{_KEYS.get(name, name)}>"]
        return ["-u", f"<{_KEYS.get(name, name)}>:"]
    return []


_KEYS = {BEARER: API_TOKEN} | {
    scheme: kind.partition(".")[2] for dialect in registry.ALL for scheme, kind in dialect.openapi.scheme_keys.items()
}
"""Name of the key of each security scheme, as `passerby init` prints it."""


def _first_example(part: Described) -> str:
    example = next(iter(part["content"]["application/json"]["examples"].values()))
    return json.dumps(example["value"], indent=2, ensure_ascii=False)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def no_context() -> Any:
    """Raise RuntimeError: an application that only describes its routes has no context."""
    raise RuntimeError("this application only describes its routes")


def application_to_describe() -> Litestar:
    """Return the API without a context, for its description."""
    return application(no_context)


def current() -> str:
    """Return the reference page of the current routes."""
    return page(describe(application_to_describe(), INGEST_URL))


if __name__ == "__main__":
    sys.stdout.write(current())
