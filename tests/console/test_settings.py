"""Settings by form: project, tokens, policy, users, and the audit entries of changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.clock import now_ms
from passerby.console.pages.project import ProjectForm, request_of
from passerby.services.errors import ServiceError
from passerby.storage.data_dir import DataDir

PROJECT = "workshop"


@pytest.fixture(scope="session")
def workshop(console: ConsoleServer) -> Any:
    """A project to change: its keys."""
    return console.new_project(PROJECT)


@pytest.fixture
def admin(console: ConsoleServer, workshop: Any) -> Iterator[httpx.Client]:
    assert workshop
    with console.client(ADMIN) as client:
        yield client


def noted(client: httpx.Client) -> list[tuple[str, str, str]]:
    """Who did what to what, the newest first."""
    entries = client.get(f"/p/{PROJECT}/settings/audit.json").json()["entries"]
    return [(entry["who"], entry["action"], entry["subject"]) for entry in entries]


def secret_of(page: str) -> str:
    return page.partition('id="secret"')[2].partition(">")[2].partition("<")[0]


def test_what_a_project_is_set_to_is_what_the_api_says(
    console: ConsoleServer, admin: httpx.Client, workshop: Any
) -> None:
    form = {
        "name": PROJECT,
        "timezone": "Europe/Lisbon",
        "phone_country": "pt",
        "redirect_hosts": "www.example.com\r\n\r\nExample.org",
        "rate_factor": "2.5",
    }
    answer = admin.post(f"/p/{PROJECT}/settings", data=form)
    assert answer.headers["location"] == f"/p/{PROJECT}/settings?said=saved"
    bearer = {"Authorization": f"Bearer {workshop['api_token']}"}
    found = admin.get("/v1/project", headers=bearer).json()
    assert found["timezone"] == "Europe/Lisbon"
    assert found["phone_country"] == "PT"
    assert found["redirect_hosts"] == ["www.example.com", "example.org"]
    assert found["rate_factor"] == 2.5
    assert admin.get(f"/p/{PROJECT}/settings.json").json() == found
    assert noted(admin)[0] == ("console user admin", "project.changed", "")
    assert console.url


def test_a_project_that_is_renamed_is_at_its_new_address_at_once(console: ConsoleServer) -> None:
    console.new_project("before")
    with console.client(ADMIN) as client:
        answer = client.post("/p/before/settings", data={"name": "after", "timezone": "UTC"})
        assert answer.headers["location"] == "/p/after/settings?said=saved"
        assert client.get("/p/after/settings?said=saved").status_code == 200
        assert client.get("/p/before/settings").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Olympus"},
        {"phone_country": "XX"},
        {"redirect_hosts": "http://www.example.com/"},
        {"rate_factor": "fast"},
        {"rate_factor": "nan"},
        {"name": "Not A Name"},
        {"name": "default"},
    ],
)
def test_what_a_project_cannot_be_set_to_is_refused(admin: httpx.Client, wrong: dict[str, str]) -> None:
    before = admin.get(f"/p/{PROJECT}/settings.json").json()
    answer = admin.post(f"/p/{PROJECT}/settings", data={"name": PROJECT, "timezone": "UTC", **wrong})
    assert answer.status_code == 400
    assert admin.get(f"/p/{PROJECT}/settings.json").json() == before


@pytest.mark.parametrize("text", ["-1", "1e99", "inf", "x"])
def test_a_factor_is_a_number_within_bounds(text: str) -> None:
    with pytest.raises(ServiceError):
        request_of(ProjectForm(name="a", timezone="UTC", rate_factor=text))


def test_no_factor_means_what_the_server_is_set_to() -> None:
    assert request_of(ProjectForm(name="a", timezone="UTC", rate_factor=" ")).rate_factor is None


def test_a_token_does_what_it_was_made_for_until_it_is_revoked(console: ConsoleServer, admin: httpx.Client) -> None:
    made = admin.post(f"/p/{PROJECT}/settings/tokens", data={"label": "reader", "scopes": "read"})
    token = secret_of(made.text)
    assert token.startswith("pby_")

    def status(path: str) -> int:
        answer = httpx.get(f"{console.url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        return answer.status_code

    console.until(lambda: status("/v1/stats") == 200)
    assert status("/v1/keys") == 403
    number = noted(admin)[0][2]
    assert noted(admin)[0][:2] == ("console user admin", "key.added")
    assert token not in admin.get(f"/p/{PROJECT}/settings/tokens").text
    assert admin.post(f"/p/{PROJECT}/settings/tokens/{number}/revoke").status_code == 303
    console.until(lambda: status("/v1/stats") == 401)
    assert admin.post(f"/p/{PROJECT}/settings/tokens/{number}/rotate").status_code == 404
    assert noted(admin)[0] == ("console user admin", "key.revoked", number)


def test_a_rotated_token_keeps_its_label_and_scopes(admin: httpx.Client) -> None:
    scopes = ["read", "identity"]
    admin.post(f"/p/{PROJECT}/settings/tokens", data={"label": "both", "scopes": scopes})
    number = noted(admin)[0][2]
    made = admin.post(f"/p/{PROJECT}/settings/tokens/{number}/rotate")
    assert secret_of(made.text).startswith("pby_")
    tokens = admin.get(f"/p/{PROJECT}/settings/tokens.json").json()["tokens"]
    newest = tokens[0]
    assert (newest["label"], sorted(newest["scopes"]), newest["revoked_at"]) == ("both", sorted(scopes), None)
    assert noted(admin)[0][:2] == ("console user admin", "key.rotated")


@pytest.mark.parametrize("form", [{"label": "x"}, {"label": "", "scopes": "read"}, {"label": "x", "scopes": "all"}])
def test_a_token_needs_a_label_and_something_that_it_may(admin: httpx.Client, form: dict[str, str]) -> None:
    assert admin.post(f"/p/{PROJECT}/settings/tokens", data=form).status_code == 400


def test_a_key_of_a_source_is_no_token(console: ConsoleServer, admin: httpx.Client) -> None:
    keys = console.passerby("keys", "list", "--project", PROJECT)
    number = next(key["id"] for key in keys if key["kind"] == "segment.write_key")
    assert admin.post(f"/p/{PROJECT}/settings/tokens/{number}/revoke").status_code == 404


def test_every_change_is_noted_without_its_secrets(console: ConsoleServer, admin: httpx.Client) -> None:
    base = f"/p/{PROJECT}"
    secret = "a password of mine"  # noqa: S105 - a made-up one
    admin.post(f"{base}/settings/policy", data={"blocked_values": "test", "contact_traits": "email"})
    admin.post(f"{base}/settings/users/add", data={"name": "noted", "password": secret})
    admin.post(f"{base}/settings/users/role", data={"name": "noted", "role": "admin"})
    admin.post(f"{base}/settings/users/password", data={"name": "noted", "password": secret})
    admin.post(f"{base}/settings/users/remove", data={"name": "noted"})
    admin.post(f"{base}/sources/segment/keys", data={"kind": "segment.write_key", "label": "shop"})
    added = noted(admin)[0][2]
    admin.post(f"{base}/sources/segment/keys/{added}/rotate")
    admin.post(f"{base}/sources/segment/test")
    actions = [(action, subject) for _, action, subject in noted(admin)]
    assert actions[:8] == [
        ("source.tested", "segment"),
        ("key.rotated", added),
        ("key.added", added),
        ("user.removed", "noted"),
        ("password.changed", "noted"),
        ("user.changed", "noted"),
        ("user.added", "noted"),
        ("policy.changed", ""),
    ]
    page = admin.get(f"{base}/settings/audit").text
    assert secret not in page
    assert "console user admin" in page
    assert console.passwords[ADMIN] not in page


def test_the_audit_log_has_pages(admin: httpx.Client) -> None:
    for _ in range(26):
        admin.post(f"/p/{PROJECT}/settings/policy", data={"contact_traits": ["email", "phone"]})
        admin.post(f"/p/{PROJECT}/settings/policy", data={"contact_traits": "email"})
    first = admin.get(f"/p/{PROJECT}/settings/audit.json").json()
    second = admin.get(f"/p/{PROJECT}/settings/audit.json", params={"cursor": first["cursor"]}).json()
    assert len(first["entries"]) == 50
    assert second["entries"][0]["id"] < first["entries"][-1]["id"]
    assert "Next page" in admin.get(f"/p/{PROJECT}/settings/audit").text


def test_the_audit_log_is_for_administrators(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        assert client.get(f"/p/{PROJECT}/settings/audit").status_code == 403
        assert client.get(f"/p/{PROJECT}/settings/audit.json").json()["error"]["code"] == "forbidden"
        assert "Audit log" not in client.get(f"/p/{PROJECT}/settings").text


@pytest.mark.parametrize("dialect", ["crossengage", "webengage", "customerlabs", "antsomi", "segment"])
def test_a_test_event_arrives(console: ConsoleServer, admin: httpx.Client, dialect: str) -> None:
    sent = admin.post(f"/p/{PROJECT}/sources/{dialect}/test")
    assert sent.headers["location"].endswith("said=test-sent")
    arrived = f"/p/{PROJECT}/sources/{dialect}/arrival"
    console.until(lambda: "Receiving events" in admin.get(arrived).text)


def test_without_a_key_there_is_no_test_event(console: ConsoleServer) -> None:
    console.new_project("keyless")
    with console.client(ADMIN) as client:
        key = client.get("/p/keyless/sources/segment.json").json()["source"]["keys"][0]["id"]
        client.post(f"/p/keyless/sources/segment/keys/{key}/revoke")
        assert client.post("/p/keyless/sources/segment/test").status_code == 404
        assert "No active keys" in client.get("/p/keyless/sources").text


def test_sign_ins_are_in_the_audit_log_with_their_address(console: ConsoleServer, admin: httpx.Client) -> None:
    came = "203.0.113.77"
    console.sign_in(VIEWER, "wrong", came)
    console.sign_in(VIEWER, console.passwords[VIEWER], came)
    console.sign_in("my secret password", "", came)
    page = admin.get(f"/p/{PROJECT}/settings/audit.json").json()
    noted = [(each["action"], each["subject"]) for each in page["entries"] if each["address"] == came]
    assert noted == [("sign_in.failed", ""), ("signed_in", VIEWER), ("sign_in.failed", VIEWER)]
    assert "my secret password" not in admin.get(f"/p/{PROJECT}/settings/audit").text


def test_a_change_that_was_interrupted_is_marked_in_the_audit_log(console: ConsoleServer, admin: httpx.Client) -> None:
    with SqliteProjects(DataDir(console.server.data).control) as store:
        number = store.project(PROJECT).id
    with SqliteAuditLog(DataDir(console.server.data).audit) as log:
        entry = log.note(number, now_ms(), who="kim", action="key.rotated", outcome="unknown")
        assert "outcome unknown" in admin.get(f"/p/{PROJECT}/settings/audit", params={"who": "kim"}).text
        log.complete(entry, number, "7", None)
    assert "outcome unknown" not in admin.get(f"/p/{PROJECT}/settings/audit", params={"who": "kim"}).text


def test_the_audit_log_is_filtered_and_exported(console: ConsoleServer, admin: httpx.Client) -> None:
    console.sign_in(VIEWER, console.passwords[VIEWER], "203.0.113.78")
    query = {"who": VIEWER, "action": "signed_in", "from": "2020-01-01", "to": ""}
    page = admin.get(f"/p/{PROJECT}/settings/audit.json", params=query).json()
    assert {each["action"] for each in page["entries"]} == {"signed_in"}
    assert 'value="2020-01-01"' in admin.get(f"/p/{PROJECT}/settings/audit", params=query).text
    table = admin.get(f"/p/{PROJECT}/settings/audit/export", params=query)
    assert table.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert table.text.startswith("id,at,who,action,subject,details,address,outcome\r\n")
    whole = admin.get(f"/p/{PROJECT}/settings/audit/export", params=query | {"format": "json"}).json()
    assert {each["action"] for each in whole["entries"]} == {"signed_in"}
    with console.client(VIEWER) as client:
        assert client.get(f"/p/{PROJECT}/settings/audit/export").status_code == 403
