"""What every registered dialect must do, checked on a real server: a dialect that passes needs no test elsewhere."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
import uuid_utils
from hypothesis import given
from hypothesis import strategies as st
from tests.server_process import Server, serving

from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.commerce.vocabulary import fold
from passerby.console.documentation import pages
from passerby.demo.day import afterwards, day
from passerby.demo.people import people
from passerby.dialects import registry
from passerby.dialects.common.languages import LANGUAGES
from passerby.dialects.contract import Fault, Request
from passerby.dialects.dialect import DAY_MS, HOUR_MS, Dialect, RequestParts
from passerby.dialects.openapi import security_schemes
from passerby.dialects.samples import CUSTOMER, PHONE, TESTER, SampleCall
from passerby.messages import Message
from passerby.settings import WorkerSettings
from passerby.storage.data_dir import DataDir
from passerby.worker.deduplicate import windows

METHODS = ("delete", "get", "head", "patch", "post", "put")
ADDRESS = "https://cdp.example"

every_dialect = pytest.mark.parametrize("dialect", registry.ALL, ids=list(registry.NAMED))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this suite, whose only project has a key of every kind."""
    with serving(tmp_path_factory.mktemp("conformance") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def keys(server: Server) -> dict[str, str]:
    """The project's keys by kind, as `passerby init` printed them."""
    return {
        f"{owner}.{field}": str(value)
        for owner, fields in server.keys.items()
        if owner in registry.NAMED
        for field, value in fields.items()
    }


@pytest.fixture(scope="session")
def console(server: Server) -> Iterator[httpx.Client]:
    """A browser in which the administrator is signed in."""
    address = f"http://127.0.0.1:{server.console_port}"
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=60) as client:
        client.post("/sign-in", data=server.keys["console"])
        yield client


def post(server: Server, call: SampleCall, body: bytes | None = None) -> httpx.Response:
    content = json.dumps(call.body).encode() if body is None else body
    address = f"http://127.0.0.1:{server.port}{call.path}"
    return httpx.post(address, content=content, headers=call.http_headers(), timeout=60)


def messages_of(server: Server, call: SampleCall) -> list[Message]:
    """The messages that a call becomes, with the real keys of the project."""
    path, _, query = call.path.partition("?")
    found = registry.match(path)
    assert found is not None
    headers = {name.lower(): value for name, value in call.http_headers().items()}
    now, body = time.time_ns() // 1_000_000, json.dumps(call.body).encode()
    request = Request("POST", path, query, headers, body, now, "192.0.2.1", lambda: str(uuid_utils.uuid7()))
    with closing(ProjectCredentials(SqliteChangeFeed(DataDir(server.data).control))) as credentials:
        return found.handle(request, found.parameters, credentials).messages


def sample_of(dialect: Dialect, keys: Mapping[str, str]) -> SampleCall:
    call = dialect.test_call(keys)
    assert call is not None
    return call


def shape(error: str) -> Any:
    """The structure of an error without its texts: JSON, JSON within the call of a function, or nothing."""

    def of(value: Any) -> Any:
        return {name: of(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value).__name__

    inner = re.fullmatch(r"\w+\((.*)\);", error)
    return of(json.loads(inner[1] if inner else error)) if error else ""


# The record


@every_dialect
def test_a_dialect_says_what_pages_and_documents_need(dialect: Dialect) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*", dialect.name)
    assert dialect.title
    assert dialect.keys_title
    assert dialect.about.endswith(".")
    assert dialect.guide in pages()
    for platform in dialect.platforms:
        guide, _, heading = platform.guide.partition("#")
        assert f'id="{heading}"' in pages()[guide].html or not heading


def test_what_must_be_unique_is_unique_among_all_dialects() -> None:
    operations = [
        operation["operationId"]
        for dialect in registry.ALL
        for item in dialect.openapi.paths.values()
        for method, operation in item.items()
        if method in METHODS
    ]
    for values in (
        operations,
        [dialect.name for dialect in registry.ALL],
        [kind.name for dialect in registry.ALL for kind in dialect.key_kinds],
        [path for dialect in registry.ALL for path in dialect.openapi.paths],
        [scheme for dialect in registry.ALL for scheme in dialect.openapi.security_schemes],
        [platform.name for dialect in registry.ALL for platform in dialect.platforms],
        [platform.rank for dialect in registry.ALL for platform in dialect.platforms],
        [snippet.command for dialect in registry.ALL for snippet in dialect.snippets if snippet.command],
        [dialect.demo.channel.place for dialect in registry.ALL if dialect.demo and dialect.demo.channel],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


@every_dialect
def test_a_deduplication_key_counts_for_hours_or_days(dialect: Dialect) -> None:
    assert HOUR_MS <= windows(WorkerSettings())[dialect.name] <= 366 * DAY_MS


@every_dialect
def test_the_vocabulary_has_no_name_for_two_events(dialect: Dialect) -> None:
    names = [fold(word) for words in dialect.vocabulary.events.values() for word in words] if dialect.vocabulary else []
    assert len(set(names)) == len(names)


# Keys


@every_dialect
def test_keys_are_made_in_the_form_that_their_kind_demands(dialect: Dialect) -> None:
    assert dialect.key_kinds
    for kind in dialect.key_kinds:
        made = {kind.make(secrets.token_bytes) for _ in range(20)}
        assert kind.name.startswith(f"{dialect.name}.")
        assert kind.title
        assert len(made) == 20
        assert all(kind.pattern.fullmatch(value) for value in made)
        assert all(value.isdigit() for value in made) or not kind.number
        assert kind.guarded or not kind.secret
        assert all(kind.webhook is None or value.startswith(kind.webhook.prefix) for value in made)


@every_dialect
def test_keys_are_added_by_the_command_line_the_api_and_the_console(
    server: Server, console: httpx.Client, dialect: Dialect
) -> None:
    def known() -> list[str]:
        return [key["kind"] for key in server.read("/v1/keys")["keys"]]

    before = Counter(known())
    for kind in dialect.key_kinds:
        command = [sys.executable, "-m", "passerby", "keys", "add", kind.name, "--json", "--data", str(server.data)]
        assert json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["kind"] == kind.name
        bearer = {"Authorization": f"Bearer {server.keys['api_token']}"}
        address = f"http://127.0.0.1:{server.console_port}/v1/keys"
        assert httpx.post(address, json={"kind": kind.name}, headers=bearer, timeout=60).is_success
        made = console.post(f"/p/default/sources/{dialect.name}/keys", data={"kind": kind.name})
        assert made.is_success or made.is_redirect, made.text
        assert Counter(known())[kind.name] == before[kind.name] + 3


PARTS = st.builds(
    RequestParts,
    st.dictionaries(st.text(), st.text(), max_size=2),
    st.text(),
    st.dictionaries(st.sampled_from(["authorization", "x-api-key"]) | st.text(), st.text(), max_size=2),
    st.binary(max_size=200),
)


@every_dialect
@given(parts=PARTS)
def test_keys_are_searched_in_any_rejected_request_without_an_error(dialect: Dialect, parts: RequestParts) -> None:
    kinds = {kind.name for kind in dialect.key_kinds}
    assert all(kind in kinds and isinstance(value, str) for kind, value in dialect.find_keys(parts))


@every_dialect
def test_a_rejected_request_is_shown_to_the_project_whose_key_it_has(
    server: Server, keys: dict[str, str], dialect: Dialect
) -> None:
    answer = post(server, sample_of(dialect, keys), b'{"cut": ')
    assert 400 <= answer.status_code < 500
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for kept in server.read("/v1/rejected-requests", limit=100)["refused"]:
            if (kept["dialect"], kept["known"], kept["status"]) == (dialect.name, True, answer.status_code):
                assert kept["message"]
                assert "{" not in kept["message"], "error_members names where the sentence is"
                return
        time.sleep(0.1)
    raise AssertionError("no rejected request of this project is shown")


# Calls


@every_dialect
def test_the_test_event_makes_a_test_profile(server: Server, keys: dict[str, str], dialect: Dialect) -> None:
    call = sample_of(dialect, keys)
    (message,) = messages_of(server, call)
    assert (message.dialect, message.kind) == (dialect.name, "track")
    assert message.identifiers
    assert all(identifier.value.startswith(TESTER) for identifier in message.identifiers)
    assert post(server, call).is_success


@every_dialect
def test_the_test_event_of_the_api_is_kept(server: Server, dialect: Dialect) -> None:
    status, sent = server.api("POST", f"/v1/sources/{dialect.name}/test")
    assert (status, len(sent["message_ids"])) == (200, 1), sent
    detail = server.read(f"/v1/events/{sent['message_ids'][0]}")
    assert (detail["dialect"], detail["kind"]) == (dialect.name, "track")


@every_dialect
def test_without_its_public_keys_there_is_no_test_event(dialect: Dialect) -> None:
    assert dialect.test_call({}) is None


@every_dialect
def test_the_walkthrough_is_accepted(server: Server, keys: dict[str, str], dialect: Dialect) -> None:
    for title, call in dialect.samples.walkthrough(keys):
        assert title
        messages = messages_of(server, call)
        assert {message.dialect for message in messages} == {dialect.name}
        assert all(message.kind != "invalid" for message in messages)
        named = {identifier.value for message in messages for identifier in message.identifiers}
        assert named & {CUSTOMER, PHONE} or all("@" in value for value in named)
        assert post(server, call).is_success


@every_dialect
def test_a_wrong_key_gets_the_vendors_own_error(server: Server, keys: dict[str, str], dialect: Dialect) -> None:
    kinds = [kind for kind in dialect.key_kinds if kind.name in dialect.samples.kinds]
    wrong = [sample_of(dialect, {**keys, kind.name: kind.make(secrets.token_bytes)}) for kind in kinds]
    right = sample_of(dialect, keys)
    bare = SampleCall(right.path.partition("?")[0], right.body)
    if bare != right:  # else the key is part of the path
        wrong.append(bare)
    for call in wrong:
        answer, found = post(server, call), registry.match(call.path.partition("?")[0])
        assert found is not None
        assert found.dialect == dialect.name
        assert answer.status_code in {401, 403, 404}
        assert shape(answer.text) == shape(found.fault(Fault.UNKNOWN_KEY, "").body.decode())


@every_dialect
def test_every_fault_has_an_answer(keys: dict[str, str], dialect: Dialect) -> None:
    found = registry.match(sample_of(dialect, keys).path.partition("?")[0])
    assert found is not None
    for fault in Fault:
        reply = found.fault(fault, "a detail")
        assert 400 <= reply.status < 600
        assert (reply.status >= 500) == (fault is Fault.UNAVAILABLE)


@every_dialect
@given(path=st.text())
def test_any_path_is_matched_without_an_error(dialect: Dialect, path: str) -> None:
    for each in (path, f"/{path}"):
        found = dialect.match(each)
        assert found is None or found.dialect == dialect.name


CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@every_dialect
@given(data=st.data())
def test_no_input_causes_a_server_error(
    server: Server, keys: dict[str, str], dialect: Dialect, data: st.DataObject
) -> None:
    """With the real keys and without, to each described call; a valid call is broken in one place, or all is chance."""
    template, method = data.draw(st.sampled_from(operations(dialect)))
    call = sample_of(dialect, keys)
    if data.draw(st.booleans()):
        text = st.text(max_size=20)
        path = re.sub(r"{\w+}", lambda _: quote(data.draw(text), safe=""), template)
        query = quote(data.draw(text), safe="=&%") if data.draw(st.booleans()) else urlsplit(call.path).query
        call = call._replace(path=f"{path}?{query}")
        method = data.draw(st.sampled_from([method, *METHODS]))
    else:
        method = "post"
    broken = JSON.map(lambda value: json.dumps(call.body | {next(iter(call.body)): value}).encode())
    body = data.draw(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()) | broken)
    headers = call.http_headers() | {"Content-Type": data.draw(st.sampled_from(CONTENT_TYPES))}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        assert client.request(method, call.path, content=body, headers=headers).status_code < 500


# OpenAPI


def operations(dialect: Dialect) -> list[tuple[str, str]]:
    return [(path, method) for path, item in dialect.openapi.paths.items() for method in METHODS if method in item]


def real(template: str) -> str:
    return re.sub(r"{\w+}", "0123456789abcdef", template)


@every_dialect
def test_every_call_is_described(server: Server, keys: dict[str, str], dialect: Dialect) -> None:
    status, described = server.api("GET", "/openapi.json")
    assert status == 200
    for template, item in dialect.openapi.paths.items():
        methods = {method for path, method in operations(dialect) if path == template}
        found = dialect.match(real(template))
        assert found is not None
        assert {method.upper() for method in methods} == found.methods
        for method in methods:
            operation = item[method]
            assert operation["summary"]
            assert operation["description"]
            assert operation["responses"]
            assert {name for way in operation["security"] for name in way} <= security_schemes().keys()
            assert described["paths"][template][method]["operationId"] == operation["operationId"]
            declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", template))
    samples = [sample_of(dialect, keys), *(call for _, call in dialect.samples.walkthrough(keys))]
    patterns = [re.sub(r"{\w+}", "[^/]+", template) for template in dialect.openapi.paths]
    for call in samples:
        assert any(re.fullmatch(pattern, call.path.partition("?")[0]) for pattern in patterns), call.path
    assert dialect.openapi.scheme_keys.keys() == dialect.openapi.security_schemes.keys()
    assert set(dialect.openapi.scheme_keys.values()) <= {kind.name for kind in dialect.key_kinds}


# What users see


@every_dialect
def test_the_console_has_a_page_with_keys_and_snippets(console: httpx.Client, dialect: Dialect) -> None:
    path = f"/p/default/sources/{dialect.name}"
    assert f">{dialect.title}</a>" in console.get("/p/default/sources").text
    assert dialect.keys_title in console.get(path).text
    as_json = console.get(f"{path}.json", params={"address": ADDRESS}).json()
    assert [each["language"] for each in as_json["snippets"]] == [
        *(each.title for each in dialect.snippets),
        *LANGUAGES,
    ]
    assert all(ADDRESS in each["text"] for each in as_json["snippets"])
    for key in as_json["source"]["keys"]:
        if key["kind"] in {kind.name for kind in dialect.key_kinds if kind.webhook} and not key["revoked_at"]:
            assert console.get(f"{path}/{key['id']}").is_success
    for platform in dialect.platforms:
        page = console.get(f"/p/default/sources/platforms/{platform.name}.json", params={"address": ADDRESS}).json()
        titles = [snippet.title for snippet in platform.snippets] or list(LANGUAGES)
        assert [each["language"] for each in page["snippets"]] == titles


@every_dialect
def test_snippets_are_printed(server: Server, dialect: Dialect) -> None:
    for snippet in (each for each in dialect.snippets if each.command):
        command = [sys.executable, "-m", "passerby", "snippet", snippet.command, "--url", ADDRESS]
        done = subprocess.run([*command, "--data", str(server.data)], check=True, capture_output=True, text=True)
        assert ADDRESS in done.stdout


@every_dialect
def test_the_demos_calls_are_accepted(server: Server, keys: dict[str, str], dialect: Dialect) -> None:
    if dialect.demo is None:
        return
    all_people, now = people(1, 60), time.time_ns() // 1_000_000
    steps = [*day(all_people, 1, now), *afterwards(all_people, 1, now)]
    own = [step for step in steps if step.call.partition(".")[0] == dialect.name]
    assert own
    for call in {step.call for step in own}:
        for step in [step for step in own if step.call == call][:5]:
            sent = dialect.demo.request(step, {kind: keys[kind] for kind in dialect.demo.kinds})
            assert post(server, sent).is_success, step
