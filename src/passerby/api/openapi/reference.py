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


def page(description: Described) -> str:
    """Return the reference page as Markdown."""
    errors = "\n".join(f"| `{code}` | {STATUS[code].value} | {meaning} |" for code, meaning in MEANING.items())
    sections = "\n\n".join(_section(description, tag) for tag in _tags(description))
    former = "\n".join(
        f"| `{each.method} {each.path}` | {each.told['description']} |"
        for each in _operations(description)
        if "deprecated" in each.told
    )
    about = description["info"]["description"]
    return _PAGE.format(description=about, console=CONSOLE_URL, errors=errors, sections=sections, former=former)


class Operation(NamedTuple):
    """An operation of the description, with the URL of its server and all security schemes."""

    method: str
    path: str
    base: str
    told: Described
    schemes: Described


def _operations(description: Described) -> Iterator[Operation]:
    schemes = description["components"]["securitySchemes"]
    for path, item in description["paths"].items():
        base = item["servers"][0]["url"] if "servers" in item else CONSOLE_URL
        for method in METHODS:
            if method in item:
                yield Operation(method.upper(), path, base, item[method], schemes)


def _tags(description: Described) -> list[str]:
    """Return the tags in the order of the description; tags that only operations name come last."""
    named = [tag["name"] for tag in description["tags"]]
    used = [tag for operation in _operations(description) for tag in operation.told["tags"]]
    return list(dict.fromkeys([*named, *used]))


def _section(description: Described, tag: str) -> str:
    abouts = [each["description"] for each in description["tags"] if each["name"] == tag]
    parts = [
        _operation(each)
        for each in _operations(description)
        if tag in each.told["tags"] and "deprecated" not in each.told
    ]
    return "\n\n".join([f"## {tag}", *abouts, *parts])


def _operation(operation: Operation) -> str:
    told = operation.told
    text = _OPERATION.format(
        summary=told["summary"],
        method=operation.method,
        path=operation.path,
        description=told["description"],
        parameters=_parameters(told),
        call=_fenced("sh", shlex.join(_call(operation))),
        answers=_ANSWERS.format(rows="\n".join(_answer(*each) for each in told["responses"].items())),
        example=_example(told),
    )
    return text.rstrip()


def _parameters(told: Described) -> str:
    rows = [_parameter(each) for each in told.get("parameters", ())]
    return _PARAMETERS.format(rows="\n".join(rows)) if rows else ""


def _parameter(parameter: Described) -> str:
    name = f"`{parameter['name']}`" + (" (required)" if parameter.get("required") else "")
    return f"| {name} | {parameter['in']} | {_bounds(parameter['schema'])} | {parameter['description']} |"


_BOUNDS = {
    "enum": "one of {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}


def _bounds(schema: Described) -> str:
    """Return the bounds of a value as text, and its default unless that is empty."""
    told = [text.format(_listed(schema[key])) for key, text in _BOUNDS.items() if key in schema]
    default = schema.get("default")
    return ", ".join([*told, *([] if default in (None, "") else [f"default {default}"])])


def _listed(value: Any) -> str:
    return ", ".join(f"`{each}`" for each in value) if isinstance(value, list) else str(value)


def _call(operation: Operation) -> list[str]:
    """Return the words of a curl command; placeholders are in angle brackets."""
    told = operation.told
    words = ["curl"]
    if operation.method != ("POST" if "requestBody" in told else "GET"):
        words += ["-X", operation.method]
    words += [_url(operation), *_credentials(operation), *_headers(told)]
    if "requestBody" in told:
        words += ["-H", "Content-Type: application/json", "-d", _first_example(told["requestBody"])]
    return words


def _headers(told: Described) -> list[str]:
    """Return curl options for header parameters that have an example."""
    headers = [each for each in told.get("parameters", ()) if each["in"] == "header" and "example" in each]
    return [word for each in headers for word in ("-H", f"{each['name']}: {each['example']}")]


def _url(operation: Operation) -> str:
    parameters = operation.told.get("parameters", ())
    given = {each["name"]: each.get("example", f"<{each['name']}>") for each in parameters if each["in"] == "path"}
    query = {each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each}
    url = operation.base + operation.path.format_map(given)
    return f"{url}?{urlencode(query)}" if query else url


def _credentials(operation: Operation) -> list[str]:
    """Return curl options for the first way to authenticate."""
    for name in (name for way in operation.told.get("security", ()) for name in way):
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


def _answer(status: str, answer: Described) -> str:
    return f"| {status} | {answer['description']} |"


def _example(told: Described) -> str:
    answer = next(iter(told["responses"].values()))
    return _fenced("json", _first_example(answer)) if "application/json" in answer.get("content", {}) else ""


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
