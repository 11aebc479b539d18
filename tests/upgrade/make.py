"""Write an archive for this folder, with the code of the version to keep: `python -m tests.upgrade.make NAME.tar.xz`.

It holds `data/`, a data directory in which everything happened that a later version has to understand, and
`answers.json`, what the API of that version answered about it.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import apsw
from tests.server_process import Json, Server, running

PEOPLE: Final = 25


def main(archive: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = Server(data)
        with running(server):
            fill(server)
            answers = everything(server)
        for file in data.glob("*.db"):
            connection = apsw.Connection(str(file))
            connection.pragma("user_version")  # a connection that has read nothing checkpoints nothing
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            connection.close()
        shutil.rmtree(data / "run")
        (Path(folder) / "answers.json").write_text(json.dumps(answers))
        with tarfile.open(archive, "w:xz") as packed:
            packed.add(data, "data")
            packed.add(Path(folder) / "answers.json", "answers.json")


def fill(server: Server) -> None:
    """Load sample data, merge, undo, detach, edit the catalogue and the policy, send requests that are rejected."""
    passerby("demo", "--people", str(PEOPLE), "--seed", "5", "--data", str(server.data), "--json")
    send(server, {"userId": "passerby-test-1", "event": "Test"})
    for number in (1, 2):
        send(server, {"userId": f"twin-{number}", "event": "Signed In"})
        call(server, "/v1/identify", {"userId": f"twin-{number}", "traits": {"email": "twins@example.com"}})
    send(server, {"anonymousId": "tablet", "event": "Viewed Home Page"})
    send(server, {"anonymousId": "tablet", "userId": "twin-1", "event": "Signed In"})
    server.read("/v1/stats")
    passerby("test-data", "delete", "--data", str(server.data))

    merges = server.read("/v1/merges")["merges"]
    changed(server, "POST", f"/v1/merges/{merges[-1]['id']}/undo", {"reason": "a tablet that two people share"})
    anonymous = server.read("/v1/profiles", stage="anonymous")["profiles"]
    winner, loser = anonymous[0]["id"], anonymous[1]["id"]
    changed(server, "POST", "/v1/merges", {"winner": winner, "loser": loser, "reason": "known to the shop"})
    twins = [server.read("/v1/profiles", namespace="user_id", value=f"twin-{number}")["id"] for number in (1, 2)]
    changed(server, "POST", "/v1/duplicates/dismiss", {"profiles": twins, "reason": "two people with one address"})
    tablet = {"namespace": "anonymous_id", "value": "tablet", "scope": "", "reason": "the tablet was sold"}
    changed(server, "POST", f"/v1/profiles/{twins[0]}/detach", tablet)
    changed(server, "POST", "/v1/catalogue/aliases", {"event": "Signed In", "attribute": None, "into": "Sign in"})
    changed(
        server, "PATCH", "/v1/catalogue/annotations", {"event": "Sign in", "planned": True, "description": "Of a user."}
    )
    changed(server, "PUT", "/v1/identity/policy", {"blocked_values": ["guest"], "limits": {"mobile_id": 50}})
    changed(server, "PATCH", "/v1/project", {"timezone": "Europe/Lisbon"})
    added = changed(server, "POST", "/v1/keys", {"kind": "api_token", "label": "dashboard", "scopes": ["read"]})
    changed(server, "POST", f"/v1/keys/{added['id']}/revoke", None)

    send(server, {"event": "no identifier"})
    assert post(server, "/v1/track", b'{"event":"cut off', server.keys["segment"]["write_key"]) == 400
    assert post(server, "/v1/track", b'{"userId":"u-1","event":"unknown key"}', "unknown-key") >= 400


def everything(server: Server) -> dict[str, Json]:
    """What the API answers about profiles, events, merges, the catalogue and the project."""
    profiles = pages(server, "/v1/profiles", "profiles", test=True)
    return {
        "stats": server.read("/v1/stats"),
        "profiles": {one["id"]: server.read(f"/v1/profiles/{one['id']}") for one in profiles},
        "events": {one["id"]: pages(server, f"/v1/profiles/{one['id']}/events", "events") for one in profiles},
        "history": {one["id"]: pages(server, f"/v1/profiles/{one['id']}/history", "history") for one in profiles},
        "merges": pages(server, "/v1/merges", "merges"),
        "duplicates": server.read("/v1/duplicates"),
        "catalogue": server.read("/v1/catalogue"),
        "aliases": server.read("/v1/catalogue/aliases"),
        "marks": server.read("/v1/catalogue/annotations"),
        "policy": server.read("/v1/identity/policy"),
        "project": server.read("/v1/project"),
        "keys": server.read("/v1/keys"),
        "audit": pages(server, "/v1/audit", "entries"),
        "rejected": pages(server, "/v1/rejected-requests", "refused"),
    }


def pages(server: Server, path: str, name: str, **query: object) -> list[Json]:
    """All items of a paginated answer."""
    found: list[Json] = []
    cursor: str | None = None
    for _ in range(1000):
        page = server.read(path, **query, **({"cursor": cursor} if cursor else {}))
        found += page[name]
        cursor = page.get("cursor")
        if not cursor:
            break
    return found


def send(server: Server, event: Mapping[str, str]) -> None:
    call(server, "/v1/track", event)


def call(server: Server, path: str, body: Mapping[str, Any]) -> None:
    assert post(server, path, json.dumps(body).encode(), server.keys["segment"]["write_key"]) == http.HTTPStatus.OK


def post(server: Server, path: str, body: bytes, key: str) -> int:
    """The status of a call to the ingest port, with a Segment write key."""
    headers = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode(), "Content-Type": "application/json"}
    return request(server.port, "POST", path, body, headers)[0]


def changed(server: Server, method: str, path: str, body: Json) -> Json:
    """The answer to a change that must succeed."""
    headers = {"Authorization": f"Bearer {server.keys['api_token']}", "Content-Type": "application/json"}
    status, answer = request(server.console_port, method, path, json.dumps(body).encode(), headers)
    assert status in {200, 201, 204}, (method, path, status, answer)
    return json.loads(answer) if answer else None


def request(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def passerby(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "passerby", *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
