"""Writes a sample request as code: shell, JavaScript and Python."""

from __future__ import annotations

import json
import pprint
from collections.abc import Callable, Mapping
from typing import Final

from passerby.dialects.samples import SampleCall


def shell(url: str, call: SampleCall) -> str:
    """Write a call for a shell, with curl. `url` is the address of the ingest port."""
    headers = [("Content-Type", "application/json"), *call.headers]
    options = [f"-H {_quoted(f'{name}: {value}')}" for name, value in headers]
    options += [f"-u {_quoted(f'{call.user}:')}"] if call.user else []
    return " \\\n  ".join([f"curl -sS {_quoted(url + call.path)}", *options, f"-d {_quoted(json.dumps(call.body))}"])


def javascript(url: str, call: SampleCall) -> str:
    """Write a call for a page, or Node."""
    # `<` is escaped: no body can end the script element that the text may be pasted into.
    body = json.dumps(call.body, indent=2).replace("\n", "\n  ").replace("<", "\\u003c")
    headers = json.dumps(call.http_headers(), indent=2).replace("\n", "\n  ")
    return (
        f"const response = await fetch({json.dumps(url + call.path)}, {{\n"
        f'  method: "POST",\n  headers: {headers},\n  body: JSON.stringify({body}),\n'
        "});\nconsole.log(response.status);"
    )


def python(url: str, call: SampleCall) -> str:
    """Write a call for Python with the standard library only."""
    body = pprint.pformat(call.body, width=80, sort_dicts=False)
    headers = pprint.pformat(call.http_headers(), width=80, sort_dicts=False)
    return (
        f"import json\nfrom urllib.request import Request, urlopen\n\nbody = {body}\nheaders = {headers}\n"
        f"request = Request({url + call.path!r}, json.dumps(body).encode(), headers)\nprint(urlopen(request).status)"
    )


LANGUAGES: Final[Mapping[str, Callable[[str, SampleCall], str]]] = {
    "Shell": shell,
    "JavaScript": javascript,
    "Python": python,
}


def _quoted(text: str) -> str:
    """Quote a text for a shell. Always, unlike `shlex.quote`: users replace values with others that need the quotes."""
    return "'" + text.replace("'", "'\\''") + "'"
