"""Reads all identity records of a project (`passerby.state.records`)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import msgspec

from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.profiles.traits import Versioned
from passerby.state.manager.connector import Connector
from passerby.state.manager.ids import to_text
from passerby.state.records import DetachmentRecord, Home, IdentityRecords, MergeRecord, ProfileRecord

_value: Final = msgspec.json.Decoder().decode


def read_records(db: Connector, project: int) -> IdentityRecords:
    """See `passerby.state.views.StateReader.identity_records`."""
    homes: list[Any] = db.rows("records.identifiers", (project,))
    links: list[Any] = db.rows("records.links", (project,))
    separations: list[Any] = db.rows("records.separations", (project,))
    traits: dict[bytes, dict[str, Versioned]] = defaultdict(dict)
    for profile, name, value, time, position in db.rows("records.traits", (project,)):
        traits[profile][name] = Versioned(_value(value), time, position)
    merges = []
    for id_, winner, loser, *evidence, undone in db.rows("records.merges", (project,)):
        via, by = (Identifier(*names) if names[0] else None for names in (evidence[:3], evidence[3:]))
        merges.append(MergeRecord(to_text(id_), to_text(winner), to_text(loser), via, by, bool(undone)))
    return IdentityRecords(
        profiles=[
            ProfileRecord(to_text(id_), into and to_text(into), Stage(stage), user_id, event_count, traits[id_])
            for id_, into, stage, user_id, event_count in db.rows("records.profiles", (project,))
        ],
        homes={Identifier(*row[:3]): Home(to_text(row[3]), to_text(row[4])) for row in homes},
        merges=merges,
        detachments=[DetachmentRecord(*map(to_text, row)) for row in db.rows("records.detachments", (project,))],
        links={(Identifier(*row[:3]), to_text(row[3])) for row in links},
        separations={(Identifier(*row[:3]), frozenset(map(to_text, row[3:]))) for row in separations},
        decisions=dict(db.rows("records.decisions", (project,))),
    )
