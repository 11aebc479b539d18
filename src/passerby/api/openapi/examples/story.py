"""What all examples are about: an app's visitor, who later signed up as `u-1001`."""

from __future__ import annotations

from typing import Final

from passerby.identity.decisions import NO_DETAIL, WORKER
from passerby.schemas.decisions import ExplainedDecision, HistoryIdentifier

CUSTOMER_ID: Final = "0199c1e2-6f08-7d35-a1c9-40e8b2f7d615"
VISITOR_ID: Final = "0199c1d9-1b70-7e92-b6f3-8d5a07c4e29f"
EVENT_ID: Final = "0199c1d9-1b6e-7c43-9a58-f21e7b0d3c64"
MESSAGE_ID: Final = "0199c1e2-7a3f-7210-8e07-5f9c1d6a4b38"
MERGE_ID: Final = "0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21"

SEEN: Final = "2026-11-20T10:00:00.000Z"
RECEIVED: Final = "2026-11-20T10:00:00.212Z"
SIGNED_UP: Final = "2026-11-20T10:10:14.000Z"

DEVICE: Final = HistoryIdentifier(namespace="mobile_id", value="m-7f3a", scope="")
ATTACHED: Final = ExplainedDecision(
    at=SEEN,
    kind="attached",
    message_id=EVENT_ID,
    identifier=DEVICE,
    from_=None,
    to=VISITOR_ID,
    merge_id=None,
    rule="R2",
    actor=WORKER,
    detail=NO_DETAIL,
    reason="R2: identifier not known before",
)
