"""Keys, tokens, settings, the catalogue's marks and the audit log over HTTP."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.api.office import Office
from tests.api.test_permissions import token_for
from tests.state.filling import ident, new_id

from passerby.accounts.records import Project
from passerby.accounts.scopes import Scope


def project_of(office: Office) -> Project:
    return office.building.projects.project_numbered(office.ours)


def listed(office: Office) -> dict[int, dict[str, Any]]:
    return {key["id"]: key for key in office.get("/v1/keys").json()["keys"]}


def test_a_key_is_added_listed_rotated_and_revoked(office: Office) -> None:
    made = office.post("/v1/keys", body={"kind": "segment.write_key", "label": "web shop"}).json()
    shown = listed(office)[made["id"]]
    assert (shown["value"], shown["label"], shown["secret"], shown["scopes"]) == (made["value"], "web shop", False, [])
    assert shown["revoked_at"] is None
    fresh = office.post(f"/v1/keys/{made['id']}/rotate").json()
    assert fresh["value"] != made["value"]
    found = listed(office)
    assert found[made["id"]]["revoked_at"] is not None
    assert (found[fresh["id"]]["label"], found[fresh["id"]]["revoked_at"]) == ("web shop", None)
    assert office.post(f"/v1/keys/{fresh['id']}/revoke").json() == {"id": fresh["id"], "revoked": True}
    assert listed(office)[fresh["id"]]["revoked_at"] is not None
    assert office.post(f"/v1/keys/{fresh['id']}/rotate").status_code == 404


def test_a_token_has_the_scopes_that_it_was_given_and_is_told_once(office: Office) -> None:
    made = office.post("/v1/keys", body={"kind": "api_token", "scopes": ["read"]}).json()
    office.building.credentials.refresh_if_changed()
    assert office.get("/v1/stats", made["value"]).status_code == 200
    assert office.post("/v1/merges", made["value"], {}).status_code == 403
    shown = listed(office)[made["id"]]
    assert (shown["value"], shown["secret"], shown["scopes"]) == (None, True, ["read"])
    fresh = office.post(f"/v1/keys/{made['id']}/rotate").json()
    assert listed(office)[fresh["id"]]["scopes"] == ["read"]


def test_a_value_that_clients_use_already_is_taken(office: Office) -> None:
    value = new_id()
    assert office.post("/v1/keys", body={"kind": "segment.write_key", "value": value}).json()["value"] == value
    again = office.post("/v1/keys", body={"kind": "segment.write_key", "value": value})
    assert "in use" in again.json()["error"]["message"]


@pytest.mark.parametrize("body", [{"kind": "door"}, {"kind": "segment.write_key", "value": "x"}, {}, {"kind": 1}])
def test_a_key_that_cannot_be_is_refused(office: Office, body: dict[str, Any]) -> None:
    assert office.post("/v1/keys", body=body).status_code == 400


def test_another_projects_key_is_not_found(office: Office) -> None:
    theirs = office.building.projects.keys(office.building.projects.project_numbered(office.theirs))[0]
    for verb in ("rotate", "revoke"):
        assert office.post(f"/v1/keys/{theirs.id}/{verb}").status_code == 404


def test_settings_change_and_what_is_not_given_stays(office: Office) -> None:
    before = office.get("/v1/project").json()
    assert (before["timezone"], before["rate_factor"]) == ("UTC", None)
    changed = office.patch(
        "/v1/project", body={"timezone": "Europe/Lisbon", "phone_country": "pt", "rate_factor": 2.5}
    ).json()
    assert changed == {**before, "timezone": "Europe/Lisbon", "phone_country": "PT", "rate_factor": 2.5}
    name = f"shop-{new_id()[-12:]}"
    changed = office.patch("/v1/project", body={"name": name, "redirect_hosts": ["Shop.Example"]}).json()
    assert (changed["name"], changed["redirect_hosts"]) == (name, ["shop.example"])
    assert office.patch("/v1/project", body={"name": name, "rate_factor": None}).json()["rate_factor"] is None
    assert project_of(office).settings.timezone == "Europe/Lisbon"


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
def test_a_setting_that_cannot_be_changes_nothing(office: Office, body: dict[str, Any]) -> None:
    before = office.get("/v1/project").json()
    assert office.patch("/v1/project", body={"timezone": "UTC", **body}).status_code == 400
    assert office.get("/v1/project").json() == before


def test_events_attributes_and_traits_are_marked(office: Office) -> None:
    said = office.patch("/v1/catalogue/annotations", body={"event": "Seen", "planned": True}).json()
    assert (said["event"], said["attribute"], said["planned"], said["hidden"]) == ("Seen", None, True, False)
    office.patch("/v1/catalogue/annotations", body={"event": "Seen", "description": "A product was viewed."})
    office.patch("/v1/catalogue/annotations", body={"event": "Seen", "attribute": "price", "hidden": True})
    office.patch("/v1/catalogue/annotations", body={"attribute": "plan", "description": "What they pay."})
    found = office.get("/v1/catalogue/annotations").json()["marks"]
    assert [(each["event"], each["attribute"], each["description"]) for each in found] == [
        (None, "plan", "What they pay."),
        ("Seen", None, "A product was viewed."),
        ("Seen", "price", ""),
    ]
    assert found[1]["planned"]
    assert all(each["changed_at"] for each in found)
    assert office.get("/v1/catalogue/annotations", office.their_token).json()["marks"] == []


def test_a_mark_of_nothing_is_refused_and_so_is_one_too_many(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.patch("/v1/catalogue/annotations", body={"planned": True}).status_code == 400
    monkeypatch.setattr("passerby.accounts.sqlite.annotations.MOST", 1)
    assert office.patch("/v1/catalogue/annotations", body={"event": "A"}).status_code == 200
    assert office.patch("/v1/catalogue/annotations", body={"event": "B"}).status_code == 400
    assert office.patch("/v1/catalogue/annotations", body={"event": "A", "hidden": True}).status_code == 200


def entries(office: Office, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.get("/v1/audit", **query).json()["entries"]
    return found


def test_every_change_is_noted_with_who_made_it_and_without_secrets(office: Office) -> None:
    token = office.building.projects.add_key(project_of(office), "api_token", 1, label="back office").value
    office.building.credentials.refresh_if_changed()
    secret = "battery-staple-".ljust(20, "9") + "abcdefghijklmnopqrst"
    made = office.post("/v1/keys", token, {"kind": "webengage.api_key", "value": secret, "label": "shop"}).json()
    office.post(f"/v1/keys/{made['id']}/revoke", token)
    office.patch("/v1/project", token, {"timezone": "Europe/Lisbon"})
    office.put("/v1/identity/policy", token, {"blocked_values": ["guest"]})
    assert [(each["who"], each["action"], each["subject"]) for each in entries(office)] == [
        ("back office", "policy.changed", ""),
        ("back office", "project.changed", ""),
        ("back office", "key.revoked", str(made["id"])),
        ("back office", "key.added", str(made["id"])),
    ]
    assert entries(office)[3]["details"] == {"kind": "webengage.api_key", "label": "shop"}
    assert secret not in office.get("/v1/audit").text


def test_what_was_refused_or_only_looked_at_is_not(office: Office) -> None:
    office.get("/v1/project")
    office.post("/v1/identity/preview", body={"identifiers": []})
    office.patch("/v1/project", body={"timezone": "Nowhere/Land"})
    office.post(f"/v1/merges/{new_id()}/undo")
    assert entries(office) == []


def test_the_audit_log_comes_page_by_page(office: Office) -> None:
    for zone in ("UTC", "Europe/Lisbon", "Europe/Madrid"):
        office.patch("/v1/project", body={"timezone": zone})
    first = office.get("/v1/audit", limit=2).json()
    assert [each["details"]["timezone"] for each in first["entries"]] == ["Europe/Madrid", "Europe/Lisbon"]
    assert [each["details"]["timezone"] for each in entries(office, cursor=first["cursor"])] == ["UTC"]
    assert entries(office, cursor=first["cursor"])[0]["who"]


@pytest.mark.parametrize("dialect", ["crossengage", "webengage", "customerlabs", "antsomi", "segment"])
def test_a_test_event_goes_the_way_of_every_other(office: Office, dialect: str) -> None:
    projects = office.building.projects
    for kind in ("crossengage.mobile_api_key", "webengage.license_code", "customerlabs.webhook_path"):
        projects.add_key(project_of(office), kind, 1)
    for kind in ("antsomi.portal_id", "antsomi.prop_id", "segment.write_key"):
        projects.add_key(project_of(office), kind, 1)
    found = office.post(f"/v1/sources/{dialect}/test").json()
    assert found["status"] < 300, found
    office.building.apply()
    office.building.carry()
    (id_,) = found["message_ids"]
    detail = office.get(f"/v1/events/{id_}").json()
    assert (detail["dialect"], detail["kind"], detail["trail"][-1]["outcome"]) == (dialect, "track", "done")


def test_without_a_key_there_is_no_test(office: Office) -> None:
    assert office.post("/v1/sources/segment/test").status_code == 404
    assert office.post("/v1/sources/unknown/test").status_code == 400
    office.identify(ident("user_id", "u1"))


def test_what_the_dialect_refuses_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.dialects.contract import Fault, RequestFault  # noqa: PLC0415 - of this test alone
    from passerby.dialects.segment import calls  # noqa: PLC0415 - likewise

    def refuses(*_: object) -> None:
        raise RequestFault(Fault.NOT_JSON)

    office.building.projects.add_key(project_of(office), "segment.write_key", 1)
    monkeypatch.setattr(calls, "_authorised", refuses)
    found = office.post("/v1/sources/segment/test").json()
    assert (found["status"], found["message_ids"]) == (400, [])


def test_a_token_makes_no_token_with_scopes_that_it_lacks(office: Office) -> None:
    own = token_for(office, Scope.READ, Scope.MANAGE)
    refused = office.post("/v1/keys", token=own, body={"kind": "api_token", "scopes": ["read", "identity"]})
    assert (refused.status_code, refused.json()["error"]["details"]) == (403, {"scope": "identity"})
    assert office.post("/v1/keys", token=own, body={"kind": "api_token"}).status_code == 403
    made = office.post("/v1/keys", token=own, body={"kind": "api_token", "scopes": ["manage"]})
    assert made.status_code == 200
    assert office.post("/v1/keys", token=own, body={"kind": "segment.write_key"}).status_code == 200


def test_a_token_rotates_no_token_with_scopes_that_it_lacks(office: Office) -> None:
    own = token_for(office, Scope.MANAGE)
    keys = office.get("/v1/keys").json()["keys"]
    strong = next(key["id"] for key in keys if key["kind"] == "api_token" and "identity" in key["scopes"])
    assert office.post(f"/v1/keys/{strong}/rotate", token=own).status_code == 403
    assert office.get("/v1/stats").status_code == 200
    weak = next(key["id"] for key in office.get("/v1/keys").json()["keys"] if key["scopes"] == ["manage"])
    assert office.post(f"/v1/keys/{weak}/rotate", token=own).status_code == 200


def test_the_audit_log_is_filtered(office: Office) -> None:
    office.post("/v1/keys", body={"kind": "segment.write_key", "label": "=1+1"})
    office.patch("/v1/project", body={"timezone": "Europe/Lisbon"})
    assert [each["action"] for each in entries(office, action="key.")] == ["key.added"]
    assert {each["action"] for each in entries(office, who="without a label")} == {"key.added", "project.changed"}
    assert entries(office, who="another user") == []
    at = entries(office, action="key.")[0]["at"]
    assert [each["action"] for each in entries(office, **{"from": at})] == ["project.changed", "key.added"]
    assert entries(office, to=at) == []
    assert office.get("/v1/audit", to="yesterday").status_code == 400
    assert entries(office, action="key.")[0]["address"] == "testclient"


def test_the_audit_log_is_exported(office: Office) -> None:
    office.building.projects.add_key(project_of(office), "api_token", 1, label="=cmd()")
    token = office.building.projects.add_key(project_of(office), "api_token", 1, label="=cmd()").value
    office.building.credentials.refresh_if_changed()
    for _ in range(3):
        office.patch("/v1/project", token, {"timezone": "Europe/Lisbon"})
    exported = office.get("/v1/audit/export", action="project.")
    assert len(exported.json()["entries"]) == 3
    assert exported.headers["content-disposition"] == 'attachment; filename="audit.json"'
    table = office.get("/v1/audit/export.csv", action="project.")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["who"] for row in rows] == ["'=cmd()"] * 3
    assert rows[0]["details"] == '{"timezone":"Europe/Lisbon"}'


def test_a_rotated_key_works_for_its_grace_period(office: Office) -> None:
    made = office.post("/v1/keys", body={"kind": "api_token", "scopes": ["read"]}).json()
    fresh = office.post(f"/v1/keys/{made['id']}/rotate?grace_seconds=3600").json()
    office.building.credentials.refresh_if_changed()
    assert [office.get("/v1/stats", each["value"]).status_code for each in (made, fresh)] == [200, 200]
    shown = listed(office)[made["id"]]
    assert (shown["revoked_at"], shown["expires_at"] > shown["created_at"]) == (None, True)
    assert office.post(f"/v1/keys/{made['id']}/rotate").status_code == 404
    assert office.post(f"/v1/keys/{made['id']}/revoke").status_code == 200
    office.building.credentials.refresh_if_changed()
    assert office.get("/v1/stats", made["value"]).status_code == 401
    assert (listed(office)[made["id"]]["expires_at"], listed(office)[fresh["id"]]["expires_at"]) == (None, None)


@pytest.mark.parametrize("grace", ["-1", "604801", "soon"])
def test_a_grace_period_has_bounds(office: Office, grace: str) -> None:
    made = office.post("/v1/keys", body={"kind": "segment.write_key"}).json()
    assert office.post(f"/v1/keys/{made['id']}/rotate?grace_seconds={grace}").status_code == 400
    assert listed(office)[made["id"]]["revoked_at"] is None
