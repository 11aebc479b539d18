"""The examples about a project itself."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from passerby.api.openapi.examples.story import MESSAGE_ID, SEEN
from passerby.schemas.audit import AuditEntry, AuditPage
from passerby.schemas.counts import DeletedTestData, Health
from passerby.schemas.keys import AddKeyRequest, FreshKey, KeyInfo, KeyList, RevokedKey
from passerby.schemas.projects import ChangeProjectRequest, ProjectInfo
from passerby.services.sources import SourceTested

KEYS = {
    "keys": KeyList(
        keys=[
            KeyInfo(
                id=1,
                kind="api_token",
                secret=True,
                value=None,
                label="back office",
                scopes=["identity", "read"],
                created_at=SEEN,
                revoked_at=None,
            ),
            KeyInfo(
                id=2,
                kind="segment.write_key",
                secret=False,
                value="9f3c5d1e7a8b4c60",
                label="web shop",
                scopes=[],
                created_at=SEEN,
                revoked_at=None,
            ),
        ]
    )
}
FRESH_KEY = {"fresh": FreshKey(id=3, kind="segment.write_key", value="41d8cd98f00b2047")}
REVOKED_KEY = {"revoked": RevokedKey(id=3, revoked=True)}
PROJECT = {
    "project": ProjectInfo(
        name="default",
        created_at=SEEN,
        timezone="Europe/Lisbon",
        phone_country="PT",
        redirect_hosts=["shop.example.com"],
        rate_factor=None,
        answers_with_profile=False,
    )
}
AUDIT = {
    "page": AuditPage(
        entries=[
            AuditEntry(
                id=12,
                at=SEEN,
                who="back office",
                action="key.added",
                subject="",
                details={"kind": "segment.write_key", "label": "web shop"},
                address="203.0.113.7",
                outcome="done",
            )
        ],
        cursor=None,
    )
}
TESTED = {
    "accepted": SourceTested(
        dialect="segment",
        call="track",
        status=200,
        answer='{"success":true}',
        message_ids=[MESSAGE_ID],
    )
}

TEST_DATA = {"deleted": DeletedTestData(profiles=2, events=17, kept=0, more=False)}

HEALTH = {"ready": Health(status="ready", checks=["state", "log", "positions", "events", "relay", "edge", "worker"])}

PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "rotateKey": {"key_id": "3"},
    "revokeKey": {"key_id": "3"},
    "sendTestEvent": {"dialect": "segment"},
}
BODIES: Mapping[str, Mapping[str, msgspec.Struct]] = {
    "addKey": {"a token that only reads": AddKeyRequest(kind="api_token", label="dashboard", scopes=["read"])},
    "changeProject": {"another zone": ChangeProjectRequest(timezone="Europe/Lisbon")},
}
