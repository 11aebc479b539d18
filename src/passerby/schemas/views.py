"""The JSON form of a page of the console: an object of its fields, in which records look as in the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, get_args, get_type_hints

import msgspec

from passerby.accounts.annotations import Annotation
from passerby.accounts.policy import PolicyChange
from passerby.audit.protocol import Entry
from passerby.catalogue.aliases import Alias
from passerby.clock import Milliseconds, iso
from passerby.identity.preview import Preview
from passerby.messages import Message, StoredEvent
from passerby.profiles.summary import ProfileSummary
from passerby.profiles.view import Profile, ProfileIdentifier
from passerby.rejected_requests.record import RejectedRequest
from passerby.schemas.audit import audit_entry
from passerby.schemas.catalogue import alias_info, annotation_info, catalogue_answer
from passerby.schemas.counts import daily_counts_json, deleted_test_data, series_json, violations_json
from passerby.schemas.decisions import explained_decision, preview_answer
from passerby.schemas.events import event, message_detail_json, raw_message
from passerby.schemas.keys import key_info
from passerby.schemas.live import live_recent_json, rejected_request_json
from passerby.schemas.merges import duplicate_json, explained_merge_detail
from passerby.schemas.policy import policy_change
from passerby.schemas.profiles import profile_identifier_json, profile_json, profile_summary_json
from passerby.services.catalogue import CataloguePage
from passerby.services.keys import ListedKey
from passerby.services.live import LiveRecent
from passerby.services.series import DailyCounts, Series, Violations
from passerby.services.trail import MessageDetail
from passerby.state.views import Deletion, Duplicate, HistoryEntry, MergeDetail

_RECORDS: Final[Mapping[type, Callable[[Any], object]]] = {
    Alias: alias_info,
    Annotation: annotation_info,
    CataloguePage: catalogue_answer,
    DailyCounts: daily_counts_json,
    Deletion: deleted_test_data,
    Duplicate: duplicate_json,
    Entry: audit_entry,
    HistoryEntry: explained_decision,
    ListedKey: key_info,
    LiveRecent: live_recent_json,
    MergeDetail: explained_merge_detail,
    Message: raw_message,
    MessageDetail: message_detail_json,
    PolicyChange: policy_change,
    Preview: preview_answer,
    Profile: profile_json,
    ProfileIdentifier: profile_identifier_json,
    ProfileSummary: profile_summary_json,
    RejectedRequest: rejected_request_json,
    Series: series_json,
    StoredEvent: event,
    Violations: violations_json,
}


def view_json(value: Any) -> Any:
    """Return the JSON of what a page shows. Fields of the type `Milliseconds` become ISO 8601 texts."""
    if record := _RECORDS.get(type(value)):
        return record(value)
    # A view of the console. Records that have no function here hold no times, such as an identity policy.
    if isinstance(value, msgspec.Struct):
        times = _times(type(value))
        return {
            name: _iso(getattr(value, name)) if name in times else view_json(getattr(value, name))
            for name in value.__struct_fields__
        }
    if isinstance(value, list):
        return [view_json(each) for each in value]
    return value


def _iso(moments: Any) -> Any:
    if isinstance(moments, list):
        return [iso(moment) for moment in moments]
    return None if moments is None else iso(moments)


@lru_cache(maxsize=256)
def _times(view: type[msgspec.Struct]) -> frozenset[str]:
    """Return the fields of a view that hold a time, several, or None."""
    hints = get_type_hints(view, include_extras=True)
    return frozenset(name for name, hint in hints.items() if Milliseconds in {hint, *get_args(hint)})
