"""The examples about a project itself."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from passerby.api.schemas.projects import ChangeProjectRequest, ProjectInfo
from passerby.services.answers import (
    DeletedTestData,
    Health,
)
from passerby.services.management_answers import (
    AddKeyRequest,
    FreshKey,
    KeyInfo,
    KeyList,
    RevokedKey,
    SourceTested,
)
from passerby.web.auditing import AuditEntry, AuditPage

_MADE = "2026-11-20T10:00:00.000Z"
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
                created_at=_MADE,
                revoked_at=None,
            ),
            KeyInfo(
                id=2,
                kind="segment.write_key",
                secret=False,
                value="9f3c5d1e7a8b4c60",
                label="web shop",
                scopes=[],
                created_at=_MADE,
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
        created_at=_MADE,
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
                at=_MADE,
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
        message_ids=["0199c1e2-7a3f-7210-8e07-5f9c1d6a4b38"],
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
