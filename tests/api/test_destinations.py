"""Destinations over the API: what is wrong is refused with its path, secrets are never shown, and counts add up."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient

from passerby.deliveries.protocol import Changes, Dead, Exchange, Parked

CRM: dict[str, Any] = {
    "kind": "webhook",
    "name": "crm",
    "config": {"url": "https://crm.example.com/hook", "headers": {"authorization": "Bearer a-secret-that-is-long"}},
    "when": {"event": "Order Placed"},
}


@pytest.fixture
def crm(api: ApiClient) -> dict[str, Any]:
    answer = api.post("/v1/destinations", body=CRM)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def path(made: dict[str, Any]) -> str:
    return f"/v1/destinations/{made['id']}"


def test_a_destination_is_added_with_the_defaults_of_its_kind(api: ApiClient, crm: dict[str, Any]) -> None:
    assert crm["signing_secret"].startswith("whsec_")
    assert crm["verification_key"] == crm["signing_secret"]
    assert (crm["state"], crm["types"], crm["ordering"], crm["version"]) == ("running", ["event"], "person", 1)
    shown = api.get(path(crm)).json()
    assert "signing_secret" not in shown
    assert api.get("/v1/destinations").json()["destinations"] == [shown]


def test_secrets_are_never_shown(api: ApiClient, crm: dict[str, Any]) -> None:
    for text in (str(crm), api.get("/v1/destinations").text, api.get(path(crm)).text):
        assert "a-secret-that-is-long" not in text
    assert crm["config"]["headers"] == {"authorization": "…long"}


@pytest.mark.parametrize(
    "changes, name, words",
    [
        ({"kind": "fax"}, "kind", "expected one of webhook"),
        ({"config": {}}, "config.url", "required"),
        ({"config": {"url": "http://crm.example.com/"}}, "config.url", "https"),
        ({"config": {"url": "https://127.0.0.1/"}}, "config.url", "public"),
        ({"config": {"url": "https://crm.example.com/", "colour": "red"}}, "config.colour", "no such member"),
        ({"map": {"a": "=data.["}}, "map.a", ""),
        ({"when": {"colour": "red"}}, "when", ""),
        ({"types": ["fax.sent"]}, "types[0]", ""),
        ({"name": ""}, "name", ""),
        ({"unknown": 1}, "unknown", ""),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_path(
    api: ApiClient, changes: dict[str, Any], name: str, words: str
) -> None:
    answer = api.post("/v1/destinations", body=CRM | changes)
    assert answer.status_code == 400
    (fault,) = answer.json()["error"]["details"]["parameters"]
    assert name.split("[", maxsplit=1)[0] in f"{fault['name']} {fault['message']}"
    assert words in fault["message"]
    assert api.get("/v1/destinations").json()["destinations"] == []


def test_two_destinations_of_a_project_have_different_names(api: ApiClient, crm: dict[str, Any]) -> None:
    answer = api.post("/v1/destinations", body=CRM)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["parameters"][0]["name"] == "name"
    other = api.post("/v1/destinations", body=CRM | {"name": "other"}).json()
    assert api.patch(path(other), body={"name": crm["name"]}).status_code == 400


def test_a_change_keeps_what_it_leaves_out(api: ApiClient, crm: dict[str, Any]) -> None:
    changed = api.patch(path(crm), body={"config": {"url": "https://crm.example.com/v2"}, "types": ["event"]}).json()
    assert changed["config"] == {"url": "https://crm.example.com/v2", "headers": {"authorization": "…long"}}
    assert (changed["when"], changed["version"]) == (CRM["when"], 2)
    removed = api.patch(path(crm), body={"config": {"headers": None}}).json()
    assert removed["config"] == {"url": "https://crm.example.com/v2"}
    assert api.patch(path(crm), body={"when": None}).json()["when"] is None
    assert api.patch(path(crm), body={"config": {"url": "https://10.0.0.1/"}}).status_code == 400


def test_a_paused_destination_is_resumed(api: ApiClient, crm: dict[str, Any]) -> None:
    paused = api.post(f"{path(crm)}/pause").json()
    assert (paused["state"], paused["pause_reason"]) == ("paused", "user")
    resumed = api.post(f"{path(crm)}/resume").json()
    assert (resumed["state"], resumed["pause_reason"]) == ("running", "")


def test_a_rotation_shows_the_new_secret_once(api: ApiClient, crm: dict[str, Any]) -> None:
    rotated = api.post(f"{path(crm)}/rotate", body={"overlap": "2h"}).json()
    assert rotated["signing_secret"] != crm["signing_secret"]
    assert api.post(f"{path(crm)}/rotate", body={"overlap": "8d"}).status_code == 400
    assert api.post(f"{path(crm)}/rotate", body={"overlap": "soon"}).status_code == 400


def test_a_deleted_destination_is_gone(api: ApiClient, crm: dict[str, Any]) -> None:
    assert api.delete(path(crm)).json() == {"id": crm["id"], "deleted": True}
    for answer in (api.get(path(crm)), api.delete(path(crm)), api.get(f"{path(crm)}/overview")):
        assert answer.status_code == 404


def test_the_overview_of_a_new_destination_is_empty(api: ApiClient, crm: dict[str, Any]) -> None:
    overview = api.get(f"{path(crm)}/overview").json()
    assert overview["counts"]["selected"] == 0
    assert overview["counts"]["adds_up"]
    assert overview["latency_ms"] == {"p50": None, "p95": None, "p99": None}


def test_the_overview_accounts_for_every_selected_item(api: ApiClient, crm: dict[str, Any]) -> None:
    now = api.server.context.now()
    with api.server.context.deliveries() as store:
        store.begin(crm["id"], 0, now)
        changes = Changes(9, 7, now, waiting=2, oldest_at=now, parked=[Parked(3, "", now, 1, now, now)])
        changes.dead.append(Dead(4, "event", "e", "", now, 1, 422, "http_422", "no such field"))
        changes.exchanges.append(Exchange(now, "permanent", "http_422", 422, "POST", "422"))
        for step, n in {"selected": 9, "delivered": 4, "dead": 1}.items():
            changes.count(step, "http_422" if step == "dead" else "", n)  # type: ignore[arg-type]  # the names of steps
        changes.count("filtered", "when")
        changes.count("latency", "20", 4)
        store.record(crm["id"], changes)
    overview = api.get(f"{path(crm)}/overview").json()
    assert overview["counts"] == {
        "selected": 9,
        "filtered": {"when": 1},
        "withheld": {},
        "delivered": 4,
        "dead": {"http_422": 1},
        "expired": 0,
        "parked": 1,
        "waiting": 2,
        "adds_up": True,
    }
    assert overview["latency_ms"] == {"p50": 32, "p95": 32, "p99": 32}
    assert overview["oldest_waiting_at"] is not None
    assert [each["status"] for each in overview["exchanges"]] == [422]
    assert sum(n for _, n in overview["delivered_by_minute"]) == 4


def test_dead_items_are_listed_in_pages_and_replayed(api: ApiClient, crm: dict[str, Any]) -> None:
    with api.server.context.deliveries() as store:
        dead = [Dead(n, "event", f"e{n}", "", n, 1, 422, "http_422" if n % 2 else "http_400") for n in range(1, 6)]
        store.record(crm["id"], Changes(9, 9, 1, dead=dead))
    first = api.get(f"{path(crm)}/dead", limit=3).json()
    assert [item["subject"] for item in first["items"]] == ["e5", "e4", "e3"]
    last = api.get(f"{path(crm)}/dead", limit=3, cursor=first["cursor"]).json()
    assert ([item["subject"] for item in last["items"]], last["cursor"]) == (["e2", "e1"], None)
    assert len(api.get(f"{path(crm)}/dead", reason="http_400").json()["items"]) == 2
    answer = api.post(f"{path(crm)}/replay", body={"what": "dead", "reason": "http_400"})
    assert (answer.status_code, answer.json()) == (202, {"items": 2})
    assert api.post(f"{path(crm)}/replay", body={}).json() == {"items": 3}
    assert api.get(f"{path(crm)}/dead").json()["items"] == []


def test_every_kind_describes_its_configuration(api: ApiClient) -> None:
    kinds = {kind["name"]: kind for kind in api.get("/v1/destination-kinds").json()["kinds"]}
    assert {"webhook", "slack"} <= kinds.keys()
    assert "url" in str(kinds["webhook"]["config_schema"])


def test_a_destination_of_another_project_does_not_exist(api: ApiClient, crm: dict[str, Any]) -> None:
    other = ApiClient(api.server)
    assert other.get(path(crm)).status_code == 404
    assert other.get("/v1/destinations").json()["destinations"] == []
    assert other.delete(path(crm)).status_code == 404


def test_without_the_key_of_the_secrets_the_answer_says_what_to_run(api: ApiClient, crm: dict[str, Any]) -> None:
    key = api.server.folder / "secret.key"
    kept = key.read_bytes()
    key.unlink()
    answers = [api.get(path(crm)), api.get("/v1/destinations"), api.post(f"{path(crm)}/rotate", body={})]
    key.write_bytes(kept)
    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["error"]["details"] == {"store": "secrets of destinations"}
        assert "passerby doctor" in answer.json()["error"]["message"]
    assert api.get(path(crm)).status_code == 200
