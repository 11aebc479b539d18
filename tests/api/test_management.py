"""Keys, tokens, settings, annotations and the audit log over HTTP."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.api.test_permissions import token_for
from tests.state.state_builder import ident, new_id

from passerby.accounts.records import Project
from passerby.accounts.scopes import Scope


def project_of(api: ApiClient) -> Project:
    return api.server.projects.project_numbered(api.project)


def listed(api: ApiClient) -> dict[int, dict[str, Any]]:
    return {key["id"]: key for key in api.get("/v1/keys").json()["keys"]}


def test_a_key_is_added_listed_rotated_and_revoked(api: ApiClient) -> None:
    made = api.post("/v1/keys", body={"kind": "segment.write_key", "label": "web shop"}).json()
    shown = listed(api)[made["id"]]
    assert (shown["value"], shown["label"], shown["secret"], shown["scopes"]) == (made["value"], "web shop", False, [])
    assert shown["revoked_at"] is None
    fresh = api.post(f"/v1/keys/{made['id']}/rotate").json()
    assert fresh["value"] != made["value"]
    found = listed(api)
    assert found[made["id"]]["revoked_at"] is not None
    assert (found[fresh["id"]]["label"], found[fresh["id"]]["revoked_at"]) == ("web shop", None)
    assert api.post(f"/v1/keys/{fresh['id']}/revoke").json() == {"id": fresh["id"], "revoked": True}
    assert listed(api)[fresh["id"]]["revoked_at"] is not None
    assert api.post(f"/v1/keys/{fresh['id']}/rotate").status_code == 404


def test_a_token_has_the_chosen_scopes_and_is_shown_once(api: ApiClient) -> None:
    made = api.post("/v1/keys", body={"kind": "api_token", "scopes": ["read"]}).json()
    api.server.credentials.refresh_if_changed()
    assert api.get("/v1/stats", made["value"]).status_code == 200
    assert api.post("/v1/merges", made["value"], {}).status_code == 403
    shown = listed(api)[made["id"]]
    assert (shown["value"], shown["secret"], shown["scopes"]) == (None, True, ["read"])
    fresh = api.post(f"/v1/keys/{made['id']}/rotate").json()
    assert listed(api)[fresh["id"]]["scopes"] == ["read"]


def test_a_value_that_clients_use_already_is_taken(api: ApiClient) -> None:
    value = new_id()
    assert api.post("/v1/keys", body={"kind": "segment.write_key", "value": value}).json()["value"] == value
    again = api.post("/v1/keys", body={"kind": "segment.write_key", "value": value})
    assert "in use" in again.json()["error"]["message"]


@pytest.mark.parametrize("body", [{"kind": "door"}, {"kind": "segment.write_key", "value": "x"}, {}, {"kind": 1}])
def test_a_key_that_cannot_be_is_refused(api: ApiClient, body: dict[str, Any]) -> None:
    assert api.post("/v1/keys", body=body).status_code == 400


def test_another_projects_key_is_not_found(api: ApiClient) -> None:
    theirs = api.server.projects.keys(api.server.projects.project_numbered(api.other_project))[0]
    for verb in ("rotate", "revoke"):
        assert api.post(f"/v1/keys/{theirs.id}/{verb}").status_code == 404


def test_settings_change_and_what_is_not_given_stays(api: ApiClient) -> None:
    before = api.get("/v1/project").json()
    assert (before["timezone"], before["rate_factor"]) == ("UTC", None)
    changed = api.patch(
        "/v1/project", body={"timezone": "Europe/Lisbon", "phone_country": "pt", "rate_factor": 2.5}
    ).json()
    assert changed == {**before, "timezone": "Europe/Lisbon", "phone_country": "PT", "rate_factor": 2.5}
    name = f"shop-{new_id()[-12:]}"
    changed = api.patch("/v1/project", body={"name": name, "redirect_hosts": ["Shop.Example"]}).json()
    assert (changed["name"], changed["redirect_hosts"]) == (name, ["shop.example"])
    assert api.patch("/v1/project", body={"name": name, "rate_factor": None}).json()["rate_factor"] is None
    assert project_of(api).settings.timezone == "Europe/Lisbon"


@pytest.mark.parametrize(
    "body",
    [
        {"timezone": "Nowhere/Land"},
        {"phone_country": "XX"},
        {"redirect_hosts": ["http://a"]},
        {"rate_factor": -1},
        {"name": "Not A Name"},
        {"name": "default"},
        {"color": "red"},
    ],
)
def test_a_setting_that_cannot_be_changes_nothing(api: ApiClient, body: dict[str, Any]) -> None:
    before = api.get("/v1/project").json()
    assert api.patch("/v1/project", body={"timezone": "UTC", **body}).status_code == 400
    assert api.get("/v1/project").json() == before


def test_events_attributes_and_traits_are_marked(api: ApiClient) -> None:
    said = api.patch("/v1/catalogue/annotations", body={"event": "Seen", "planned": True}).json()
    assert (said["event"], said["attribute"], said["planned"], said["hidden"]) == ("Seen", None, True, False)
    api.patch("/v1/catalogue/annotations", body={"event": "Seen", "description": "A product was viewed."})
    api.patch("/v1/catalogue/annotations", body={"event": "Seen", "attribute": "price", "hidden": True})
    api.patch("/v1/catalogue/annotations", body={"attribute": "plan", "description": "What they pay."})
    found = api.get("/v1/catalogue/annotations").json()["marks"]
    assert [(each["event"], each["attribute"], each["description"]) for each in found] == [
        (None, "plan", "What they pay."),
        ("Seen", None, "A product was viewed."),
        ("Seen", "price", ""),
    ]
    assert found[1]["planned"]
    assert all(each["changed_at"] for each in found)
    assert api.get("/v1/catalogue/annotations", api.other_token).json()["marks"] == []


def test_a_mark_of_nothing_is_refused_and_so_is_one_too_many(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.patch("/v1/catalogue/annotations", body={"planned": True}).status_code == 400
    monkeypatch.setattr("passerby.accounts.sqlite.annotations.MOST", 1)
    assert api.patch("/v1/catalogue/annotations", body={"event": "A"}).status_code == 200
    assert api.patch("/v1/catalogue/annotations", body={"event": "B"}).status_code == 400
    assert api.patch("/v1/catalogue/annotations", body={"event": "A", "hidden": True}).status_code == 200


def entries(api: ApiClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v1/audit", **query).json()["entries"]
    return found


def test_every_change_is_recorded_with_its_actor_and_without_secrets(api: ApiClient) -> None:
    token = api.server.projects.add_key(project_of(api), "api_token", 1, label="back office").value
    api.server.credentials.refresh_if_changed()
    secret = "battery-staple-".ljust(20, "9") + "abcdefghijklmnopqrst"
    made = api.post("/v1/keys", token, {"kind": "webengage.api_key", "value": secret, "label": "shop"}).json()
    api.post(f"/v1/keys/{made['id']}/revoke", token)
    api.patch("/v1/project", token, {"timezone": "Europe/Lisbon"})
    api.put("/v1/identity/policy", token, {"blocked_values": ["guest"]})
    assert [(each["who"], each["action"], each["subject"]) for each in entries(api)] == [
        ("back office", "policy.changed", ""),
        ("back office", "project.changed", ""),
        ("back office", "key.revoked", str(made["id"])),
        ("back office", "key.added", str(made["id"])),
    ]
    assert entries(api)[3]["details"] == {"kind": "webengage.api_key", "label": "shop"}
    assert secret not in api.get("/v1/audit").text


def test_rejected_changes_and_reads_are_not_recorded(api: ApiClient) -> None:
    api.get("/v1/project")
    api.post("/v1/identity/preview", body={"identifiers": []})
    api.patch("/v1/project", body={"timezone": "Nowhere/Land"})
    api.post(f"/v1/merges/{new_id()}/undo")
    assert entries(api) == []


def test_the_audit_log_comes_page_by_page(api: ApiClient) -> None:
    for zone in ("UTC", "Europe/Lisbon", "Europe/Madrid"):
        api.patch("/v1/project", body={"timezone": zone})
    first = api.get("/v1/audit", limit=2).json()
    assert [each["details"]["timezone"] for each in first["entries"]] == ["Europe/Madrid", "Europe/Lisbon"]
    assert [each["details"]["timezone"] for each in entries(api, cursor=first["cursor"])] == ["UTC"]
    assert entries(api, cursor=first["cursor"])[0]["who"]


@pytest.mark.parametrize("dialect", ["crossengage", "webengage", "customerlabs", "antsomi", "segment"])
def test_a_test_event_goes_the_way_of_every_other(api: ApiClient, dialect: str) -> None:
    projects = api.server.projects
    for kind in ("crossengage.mobile_api_key", "webengage.license_code", "customerlabs.webhook_path"):
        projects.add_key(project_of(api), kind, 1)
    for kind in ("antsomi.portal_id", "antsomi.prop_id", "segment.write_key"):
        projects.add_key(project_of(api), kind, 1)
    found = api.post(f"/v1/sources/{dialect}/test").json()
    assert found["status"] < 300, found
    api.server.apply()
    api.server.deliver()
    (id_,) = found["message_ids"]
    detail = api.get(f"/v1/events/{id_}").json()
    assert (detail["dialect"], detail["kind"], detail["trail"][-1]["outcome"]) == (dialect, "track", "done")


def test_without_a_key_there_is_no_test(api: ApiClient) -> None:
    assert api.post("/v1/sources/segment/test").status_code == 404
    assert api.post("/v1/sources/unknown/test").status_code == 400
    api.identify(ident("user_id", "u1"))


def test_errors_of_the_dialect_are_reported(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.dialects.contract import Fault, RequestFault  # noqa: PLC0415 - of this test alone
    from passerby.dialects.segment import calls  # noqa: PLC0415 - likewise

    def refuses(*_: object) -> None:
        raise RequestFault(Fault.NOT_JSON)

    api.server.projects.add_key(project_of(api), "segment.write_key", 1)
    monkeypatch.setattr(calls, "_authorised", refuses)
    found = api.post("/v1/sources/segment/test").json()
    assert (found["status"], found["message_ids"]) == (400, [])


def test_a_token_makes_no_token_with_scopes_that_it_lacks(api: ApiClient) -> None:
    own = token_for(api, Scope.READ, Scope.MANAGE)
    refused = api.post("/v1/keys", token=own, body={"kind": "api_token", "scopes": ["read", "identity"]})
    assert (refused.status_code, refused.json()["error"]["details"]) == (403, {"scope": "identity"})
    assert api.post("/v1/keys", token=own, body={"kind": "api_token"}).status_code == 403
    made = api.post("/v1/keys", token=own, body={"kind": "api_token", "scopes": ["manage"]})
    assert made.status_code == 200
    assert api.post("/v1/keys", token=own, body={"kind": "segment.write_key"}).status_code == 200


def test_a_token_rotates_no_token_with_scopes_that_it_lacks(api: ApiClient) -> None:
    own = token_for(api, Scope.MANAGE)
    keys = api.get("/v1/keys").json()["keys"]
    strong = next(key["id"] for key in keys if key["kind"] == "api_token" and "identity" in key["scopes"])
    assert api.post(f"/v1/keys/{strong}/rotate", token=own).status_code == 403
    assert api.get("/v1/stats").status_code == 200
    weak = next(key["id"] for key in api.get("/v1/keys").json()["keys"] if key["scopes"] == ["manage"])
    assert api.post(f"/v1/keys/{weak}/rotate", token=own).status_code == 200


def test_the_audit_log_is_filtered(api: ApiClient) -> None:
    api.post("/v1/keys", body={"kind": "segment.write_key", "label": "=1+1"})
    api.patch("/v1/project", body={"timezone": "Europe/Lisbon"})
    assert [each["action"] for each in entries(api, action="key.")] == ["key.added"]
    assert {each["action"] for each in entries(api, who="without a label")} == {"key.added", "project.changed"}
    assert entries(api, who="another user") == []
    at = entries(api, action="key.")[0]["at"]
    assert [each["action"] for each in entries(api, **{"from": at})] == ["project.changed", "key.added"]
    assert entries(api, to=at) == []
    assert api.get("/v1/audit", to="yesterday").status_code == 400
    assert entries(api, action="key.")[0]["address"] == "testclient"


def test_the_audit_log_is_exported(api: ApiClient) -> None:
    api.server.projects.add_key(project_of(api), "api_token", 1, label="=cmd()")
    token = api.server.projects.add_key(project_of(api), "api_token", 1, label="=cmd()").value
    api.server.credentials.refresh_if_changed()
    for _ in range(3):
        api.patch("/v1/project", token, {"timezone": "Europe/Lisbon"})
    exported = api.get("/v1/audit/export", action="project.")
    assert len(exported.json()["entries"]) == 3
    assert exported.headers["content-disposition"] == 'attachment; filename="audit.json"'
    table = api.get("/v1/audit/export.csv", action="project.")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["who"] for row in rows] == ["'=cmd()"] * 3
    assert rows[0]["details"] == '{"timezone":"Europe/Lisbon"}'


def test_a_rotated_key_works_for_its_grace_period(api: ApiClient) -> None:
    made = api.post("/v1/keys", body={"kind": "api_token", "scopes": ["read"]}).json()
    fresh = api.post(f"/v1/keys/{made['id']}/rotate?grace_seconds=3600").json()
    api.server.credentials.refresh_if_changed()
    assert [api.get("/v1/stats", each["value"]).status_code for each in (made, fresh)] == [200, 200]
    shown = listed(api)[made["id"]]
    assert (shown["revoked_at"], shown["expires_at"] > shown["created_at"]) == (None, True)
    assert api.post(f"/v1/keys/{made['id']}/rotate").status_code == 404
    assert api.post(f"/v1/keys/{made['id']}/revoke").status_code == 200
    api.server.credentials.refresh_if_changed()
    assert api.get("/v1/stats", made["value"]).status_code == 401
    assert (listed(api)[made["id"]]["expires_at"], listed(api)[fresh["id"]]["expires_at"]) == (None, None)


@pytest.mark.parametrize("grace", ["-1", "604801", "soon"])
def test_a_grace_period_has_bounds(api: ApiClient, grace: str) -> None:
    made = api.post("/v1/keys", body={"kind": "segment.write_key"}).json()
    assert api.post(f"/v1/keys/{made['id']}/rotate?grace_seconds={grace}").status_code == 400
    assert listed(api)[made["id"]]["revoked_at"] is None
