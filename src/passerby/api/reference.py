"""The reference of the API, `docs/reference/api.md`, made of its OpenAPI description.

`python -m passerby.api.reference` prints it.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from passerby.api.app import application
from passerby.api.errors import MEANING, STATUS
from passerby.api.openapi import describe

CONSOLE_URL = "http://127.0.0.1:8081"
INGEST_URL = "http://127.0.0.1:8080"

Described = Mapping[str, Any]

_PAGE = """\
# HTTP API

{description}
A running server describes itself at `{console}/openapi.json`, which this page is made of
(`python -m passerby.api.reference`). Times are ISO 8601 in UTC with milliseconds. Lists come in pages: `cursor` in an
answer leads to the next page, and is null on the last.

## Errors of the management API

Every answer with a status of 400 or more has one shape: `{{"error": {{"code", "message", "details"}}}}`. The code is
what a program may act on.

| code | status | meaning |
|---|---|---|
{errors}

{sections}
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
    """The reference as Markdown."""
    errors = "\n".join(f"| `{code}` | {STATUS[code].value} | {meaning} |" for code, meaning in MEANING.items())
    sections = "\n\n".join(_section(description, tag) for tag in _tags(description))
    about = description["info"]["description"]
    return _PAGE.format(description=about, console=CONSOLE_URL, errors=errors, sections=sections)


def _operations(description: Described) -> Iterable[tuple[str, str, Described]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post"}:
                yield method.upper(), path, operation


def _tags(description: Described) -> list[str]:
    """The tags in the order in which the description names them; those that it only uses come last."""
    named = [tag["name"] for tag in description["tags"]]
    used = [tag for _, _, operation in _operations(description) for tag in operation["tags"]]
    return list(dict.fromkeys([*named, *used]))


def _section(description: Described, tag: str) -> str:
    abouts = [each["description"] for each in description["tags"] if each["name"] == tag]
    parts = [_operation(*each) for each in _operations(description) if tag in each[2]["tags"]]
    return "\n\n".join([f"## {tag}", *abouts, *parts])


def _operation(method: str, path: str, operation: Described) -> str:
    text = _OPERATION.format(
        summary=operation["summary"],
        method=method,
        path=path,
        description=operation["description"],
        parameters=_parameters(operation),
        call=_fenced("sh", _call(method, path, operation)),
        answers=_ANSWERS.format(rows="\n".join(_answer(*each) for each in operation["responses"].items())),
        example=_example(operation),
    )
    return text.rstrip()


def _parameters(operation: Described) -> str:
    rows = [_parameter(each) for each in operation.get("parameters", ())]
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
    """The limits of a value in words; its default where it has one that says something."""
    told = [text.format(_listed(schema[key])) for key, text in _BOUNDS.items() if key in schema]
    default = schema.get("default")
    return ", ".join([*told, *([] if default in (None, "") else [f"default {default}"])])


def _listed(value: Any) -> str:
    return ", ".join(f"`{each}`" for each in value) if isinstance(value, list) else str(value)


def _call(method: str, path: str, operation: Described) -> str:
    """A request that can be pasted into a shell, once the words in angle brackets are replaced."""
    parameters = operation.get("parameters", ())
    given = {each["name"]: each.get("example", f"<{each['name']}>") for each in parameters if each["in"] == "path"}
    query = {each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each}
    url = (INGEST_URL if "requestBody" in operation else CONSOLE_URL) + path.format_map(given)
    words = ["curl", *(["-X", method] if method != "GET" and "requestBody" not in operation else [])]
    words += [f"{url}?{urlencode(query)}" if query else url]
    for scheme in operation.get("security", ()):
        words += ["-H", f"Authorization: Bearer <{_token(scheme)}>"]
    if "requestBody" in operation:
        words += ["-H", "Content-Type: application/json", "-d", _first_example(operation["requestBody"])]
    return shlex.join(words)


def _token(scheme: Described) -> str:
    return {"apiToken": "api_token"}.get(next(iter(scheme)), "api_key")


def _answer(status: str, answer: Described) -> str:
    return f"| {status} | {answer['description']} |"


def _example(operation: Described) -> str:
    answer = next(iter(operation["responses"].values()))
    return _fenced("json", _first_example(answer)) if "application/json" in answer["content"] else ""


def _first_example(part: Described) -> str:
    example = next(iter(part["content"]["application/json"]["examples"].values()))
    return json.dumps(example["value"], indent=2, ensure_ascii=False)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _no_desk() -> Any:
    """What stands in for the desk: a description is made without any request."""
    raise RuntimeError("only describes the routes")


def current() -> str:
    """The reference of the routes as they are."""
    return page(describe(application(_no_desk), INGEST_URL))


if __name__ == "__main__":
    sys.stdout.write(current())
