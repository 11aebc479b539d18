"""The use cases that change destinations; see `changes.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.services.change import Change
from tests.services.harness import ServiceHarness

from passerby.deliveries.protocol import Changes, Dead
from passerby.destinations.records import Destination

CRM: Final = {"kind": "webhook", "name": "crm", "config": {"url": "https://crm.example.com/hook"}}


def _destinations(harness: ServiceHarness) -> list[Destination]:
    with harness.server.context.destinations() as stored:
        return stored.of_project(harness.number)


def _destination(harness: ServiceHarness) -> None:
    harness.made.update(destination=harness.client.post("/v1/destinations", body=CRM).json()["id"])


def _destination_path(harness: ServiceHarness) -> str:
    return f"/v1/destinations/{harness.made['destination']}"


def _paused_destination(harness: ServiceHarness) -> None:
    _destination(harness)
    with harness.server.context.destinations() as stored:
        stored.set_state(harness.made["destination"], "auth", 1)


def _dead_item(harness: ServiceHarness) -> None:
    _destination(harness)
    with harness.server.context.deliveries() as store:
        changes = Changes(0, 0, 1, dead=[Dead(1, "event", "e", "", 1, 1, 422, "http_422")])
        store.record(harness.made["destination"], changes)


def _dead(harness: ServiceHarness) -> int:
    with harness.server.context.deliveries() as store:
        return len(store.dead(harness.made["destination"], limit=10))


CHANGES: Final[Mapping[str, Change]] = {
    "destinations.add_destination": Change(
        "destination.added",
        lambda harness: [each.name for each in _destinations(harness)],
        ["crm"],
        api=lambda harness: harness.api("POST", "/v1/destinations", CRM),
        command=lambda harness: harness.command("destinations", "add", harness.file(CRM), project="--project"),
    ),
    "destinations.change_destination": Change(
        "destination.changed",
        lambda harness: [each.types for each in _destinations(harness)],
        [("profile.created",)],
        prepare=_destination,
        api=lambda harness: harness.api("PATCH", _destination_path(harness), {"types": ["profile.created"]}),
        command=lambda harness: harness.command(
            "destinations",
            "change",
            harness.made["destination"],
            harness.file({"types": ["profile.created"]}),
            project="--project",
        ),
    ),
    "destinations.delete_destination": Change(
        "destination.deleted",
        _destinations,
        [],
        prepare=_destination,
        api=lambda harness: harness.api("DELETE", _destination_path(harness)),
        command=lambda harness: harness.command(
            "destinations", "delete", harness.made["destination"], project="--project"
        ),
    ),
    "destinations.pause_destination": Change(
        "destination.paused",
        lambda harness: [each.pause_reason for each in _destinations(harness)],
        ["user"],
        prepare=_destination,
        api=lambda harness: harness.api("POST", f"{_destination_path(harness)}/pause"),
        command=lambda harness: harness.command(
            "destinations", "pause", harness.made["destination"], project="--project"
        ),
    ),
    "destinations.resume_destination": Change(
        "destination.resumed",
        lambda harness: [each.state for each in _destinations(harness)],
        ["running"],
        prepare=_paused_destination,
        api=lambda harness: harness.api("POST", f"{_destination_path(harness)}/resume"),
        command=lambda harness: harness.command(
            "destinations", "resume", harness.made["destination"], project="--project"
        ),
    ),
    "destinations.rotate_signing_secret": Change(
        "destination.secret_rotated",
        lambda harness: [len(each.signing_secrets) for each in _destinations(harness)],
        [2],
        prepare=_destination,
        api=lambda harness: harness.api("POST", f"{_destination_path(harness)}/rotate", {"overlap": "1h"}),
        command=lambda harness: harness.command(
            "destinations", "rotate", harness.made["destination"], project="--project"
        ),
    ),
    "destinations.replay_dead": Change(
        "destination.replayed",
        _dead,
        0,
        prepare=_dead_item,
        api=lambda harness: harness.api("POST", f"{_destination_path(harness)}/replay", {"reason": "http_422"}),
        command=lambda harness: harness.command(
            "destinations", "replay", harness.made["destination"], project="--project"
        ),
    ),
}
