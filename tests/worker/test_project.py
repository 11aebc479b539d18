"""The effects of a message in its project."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.worker.comparison import DAY, HOUR, TIGHT_LIMITS, Comparison

from passerby.messages import (
    CLAIMED,
    NO_REJECTION_DETAIL,
    SERVER,
    SIGNED,
    Assurance,
    Identifier,
    Rejected,
    Rejection,
    RejectionDetail,
    StoredEvent,
    Violation,
)

U1, U2 = (Identifier("user_id", value) for value in ("u1", "u2"))
M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))
G1, G2 = (Identifier("aaid", value) for value in ("g1", "g2"))
E1 = Identifier("email", "e1@x.io")


def events(comparison: Comparison) -> list[StoredEvent]:
    comparison.apply()
    comparison.observer.read_outbox()
    return comparison.observer.events


def traits(comparison: Comparison, table: str = "traits") -> dict[str, Any]:
    comparison.apply()
    query = {"traits": "SELECT name, value FROM traits", "rejected": "SELECT name, value FROM rejected_traits"}[table]
    return {name: msgspec.json.decode(value) for name, value in comparison.observer.rows(query)}


def violations(comparison: Comparison) -> dict[tuple[str, str, str], int]:
    comparison.apply()
    rows = comparison.observer.rows("SELECT kind, subject, attribute, count FROM violations")
    return {(kind, subject, attribute): count for kind, subject, attribute, count in rows}


def test_an_event_is_stored_as_it_was_sent(comparison: Comparison) -> None:
    told = comparison.append(
        M1, name="Bought", properties={"price": 1.5, "tags": ["a"]}, context={"ip": "127.0.0.1"}, session_id="s1"
    )
    (event,) = events(comparison)
    (profile,) = comparison.observer.rows("SELECT lower(hex(id)) FROM profiles")[0]
    assert event.profile_id.replace("-", "") == profile
    assert event.position == 1
    assert event.rejected == []
    fields = ("id", "project", "time", "received_at", "name", "properties", "context", "session_id", "dialect")
    assert [getattr(event, field) for field in fields] == [getattr(told, field) for field in fields]


@pytest.mark.parametrize("assurance", [CLAIMED, SIGNED, SERVER])
def test_an_event_has_the_assurance_of_its_message(comparison: Comparison, assurance: Assurance) -> None:
    comparison.append(M1, name="Bought", assurance=assurance)
    assert [event.assurance for event in events(comparison)] == [assurance]


def test_an_event_keeps_what_a_rule_refused_apart_with_the_reason(comparison: Comparison) -> None:
    comparison.append(M1, name="Bought", properties={"price": 1})
    comparison.append(M1, dialect="webengage", name="Bought", properties={"price": "one", "we_x": 1, "sku": "A"})
    event = events(comparison)[1]
    assert event.properties == {"sku": "A"}
    assert event.rejected == [
        Rejection("price", "one", "type_mismatch", RejectionDetail(expected="number", got="string")),
        Rejection("we_x", 1, "reserved_name", NO_REJECTION_DETAIL),
    ]
    assert violations(comparison) == {("type_mismatch", "Bought", "price"): 1, ("reserved_name", "Bought", "we_x"): 1}


def test_an_event_with_a_reserved_name_is_applied_and_counted_but_leaves_nothing_else(comparison: Comparison) -> None:
    comparison.append(M1, dialect="webengage", name="we_bought", traits={"a": "x"})
    assert events(comparison) == []
    assert comparison.observer.rows("SELECT * FROM profiles") == []
    assert comparison.observer.totals(1) == {"applied": 1, "violations": 1}
    assert violations(comparison) == {("reserved_name", "we_bought", ""): 1}


def test_what_breaks_a_rule_of_webengage_is_kept_where_another_dialect_sent_it(comparison: Comparison) -> None:
    comparison.append(M1, name="we_chat_opened", properties={"price": 1})
    properties = {"price": "one", "we_x": 1, "page": "x" * 2000, **{f"p{n}": n for n in range(40)}}
    comparison.append(M1, name="we_chat_opened", properties=properties, traits={"age": 5, "we_age": 5})
    comparison.append(M1, name="we_chat_opened", traits={"age": "five"})
    second = events(comparison)[1]
    assert (second.properties, second.rejected) == (properties, [])
    assert traits(comparison) == {"age": "five", "we_age": 5}
    assert traits(comparison, "rejected") == {}
    assert violations(comparison) == {
        ("reserved_name", "we_chat_opened", ""): 3,
        ("type_mismatch", "we_chat_opened", "price"): 1,
        ("reserved_name", "we_chat_opened", "we_x"): 1,
        ("string_too_long", "we_chat_opened", "page"): 1,
        ("reserved_name", "", "we_age"): 1,
        ("type_mismatch", "", "age"): 1,
    }


def test_a_message_that_identifies_is_no_event(comparison: Comparison) -> None:
    comparison.append(M1, U1, kind="identify", properties={"not": "kept"})
    assert events(comparison) == []
    assert comparison.observer.rows("SELECT event_count FROM profiles") == [(0,)]


def test_the_newest_value_of_a_trait_counts_and_of_equals_the_last_in_the_log(comparison: Comparison) -> None:
    comparison.append(M1, time=DAY + 2000, traits={"a": "newest"})
    comparison.append(M1, time=DAY + 1000, traits={"a": "older", "b": "first"})
    comparison.apply()
    comparison.append(M1, time=DAY + 1000, traits={"b": "last"})
    assert traits(comparison) == {"a": "newest", "b": "last"}


def test_traits_that_a_rule_refused_are_kept_apart_with_the_reason(comparison: Comparison) -> None:
    comparison.append(M1, traits={"age": 5})
    comparison.append(M1, dialect="webengage", traits={"age": "five"}, time=DAY + 2000)
    comparison.append(M1, dialect="webengage", traits={"age": "four"}, time=DAY + 1000)
    assert traits(comparison) == {"age": 5}
    assert traits(comparison, "rejected") == {"age": "five"}
    rows = comparison.observer.rows("SELECT kind, detail FROM rejected_traits")
    assert rows == [("type_mismatch", '{"expected":"number","got":"string"}')]
    assert violations(comparison) == {("type_mismatch", "", "age"): 2}


@pytest.mark.parametrize("kind", ["unreadable_number", "unreadable_number: expected a finite number"])
def test_numbers_that_no_dialect_can_read_are_kept_with_the_rejected_values(comparison: Comparison, kind: str) -> None:
    """Messages of an earlier version, which the log may still have, hold the rule as a sentence."""
    unreadable = (Rejected("price", "1e400", kind),)
    stated: dict[str, Any] = {
        "properties": {"we_x": 1, "sku": "A"},
        "rejected": unreadable,
        "rejected_traits": unreadable,
    }
    comparison.append(M1, name="Bought", dialect="webengage", **stated)
    comparison.append(M1, name="Bought", properties={"sku": "A"}, rejected=unreadable)
    comparison.append(M2, kind="identify", rejected_traits=unreadable)
    first, second = events(comparison)
    assert [(entry.name, entry.value) for entry in first.rejected] == [("we_x", 1), ("price", "1e400")]
    assert second.rejected == [Rejection("price", "1e400", "unreadable_number", NO_REJECTION_DETAIL)]
    rows = comparison.observer.rows("SELECT name, value, kind, detail FROM rejected_traits")
    assert rows == [("price", '"1e400"', "unreadable_number", "{}")] * 2


def test_a_refused_trait_is_replaced_by_a_newer_refused_one_of_a_later_batch(comparison: Comparison) -> None:
    comparison.append(M1, traits={"age": 5})
    comparison.append(M1, dialect="webengage", traits={"age": "five"})
    comparison.apply()
    comparison.append(M1, dialect="webengage", traits={"age": "six"})
    assert traits(comparison, "rejected") == {"age": "six"}


def test_a_contact_that_another_profile_keeps_is_stored_as_a_trait(comparison: Comparison) -> None:
    comparison.append(U1, E1, kind="identify")
    comparison.append(U2, E1, kind="identify")
    assert traits(comparison) == {"email": "e1@x.io"}
    comparison.check()
    assert comparison.observer.rows("SELECT event, name FROM catalogue_attributes") == [("", "email")]


def test_a_trait_of_the_same_name_in_the_same_message_counts_more(comparison: Comparison) -> None:
    comparison.append(U1, E1, kind="identify")
    comparison.append(U2, E1, kind="identify", traits={"email": "typed@x.io"})
    assert traits(comparison) == {"email": "typed@x.io"}


def test_a_device_that_another_profile_keeps_is_not_a_trait(comparison: Comparison) -> None:
    comparison.append(M1)
    comparison.append(U1, M1, kind="identify")
    comparison.append(M2)
    comparison.append(U1, M2, kind="identify")
    comparison.apply()
    comparison.undo(1, 0)
    comparison.append(U1, M2, kind="identify")
    assert traits(comparison) == {}
    assert comparison.observer.view(1).history["conflict"] == 1


def test_the_context_keeps_the_newest_value_of_each_key(comparison: Comparison) -> None:
    comparison.append(M1, time=DAY + 2000, context={"ip": "2", "os": {"name": "x"}})
    comparison.apply()
    comparison.append(M1, time=DAY + 1000, context={"ip": "1", "locale": "de"})
    comparison.append(M1, time=DAY + 3000, context={"os": None})
    comparison.apply()
    ((context,),) = comparison.observer.rows("SELECT context FROM profiles")
    assert {key: value[0] for key, value in msgspec.json.decode(context).items()} == {
        "ip": "2",
        "os": None,
        "locale": "de",
    }


def test_first_and_last_seen_are_the_earliest_and_latest_event_times(comparison: Comparison) -> None:
    for time in (DAY, DAY + HOUR, DAY - HOUR):
        comparison.append(M1, time=time)
        comparison.apply()
    comparison.append(M1, time=DAY + 2 * HOUR)
    comparison.append(M1, M2, time=DAY + 3 * HOUR)
    comparison.append(M1, time=DAY - 2 * HOUR)
    comparison.apply()
    rows = comparison.observer.rows
    assert rows("SELECT first_seen, last_seen FROM profiles") == [(DAY - 2 * HOUR, DAY + 3 * HOUR)]
    seen = {value: times for value, *times in rows("SELECT value, first_seen, last_seen FROM identifiers")}
    assert seen == {"m1": [DAY - 2 * HOUR, DAY + 3 * HOUR], "m2": [DAY + 3 * HOUR, DAY + 3 * HOUR]}


def test_an_identifier_beyond_a_limit_is_seen_from_when_there_is_room_for_it(tmp_path: Path) -> None:
    with closing(Comparison(tmp_path / "state.db", TIGHT_LIMITS)) as comparison:
        comparison.append(U1, G1, G2, kind="identify", time=DAY)
        comparison.append(U2, G2, kind="identify", time=DAY + 1000)
        comparison.apply()
        seen = comparison.observer.rows("SELECT first_seen, last_seen FROM identifiers WHERE value = 'g2'")
        assert seen == [(DAY + 1000, DAY + 1000)]


def test_what_is_blocked_is_counted_with_what_was_sent(comparison: Comparison) -> None:
    comparison.append(Identifier("user_id", "undefined"), M1)
    assert violations(comparison) == {("blocked_identifier", "", "user_id"): 1}
    assert comparison.observer.rows("SELECT sample FROM violations") == [("undefined",)]


def test_a_message_without_usable_identifiers_is_counted_in_either_case(comparison: Comparison) -> None:
    comparison.append(kind="track", name="Seen")
    comparison.append(kind="identify")
    comparison.append(Identifier("device_id", "d1"), kind="track", name="Seen")
    assert violations(comparison) == {("no_identifier", "Seen", ""): 2, ("no_identifier", "", ""): 1}
    assert comparison.observer.totals(1)["events"] == comparison.observer.totals(1)["anonymous"] == 2


def test_violations_that_a_dialect_noticed_are_counted(comparison: Comparison) -> None:
    comparison.append(M1, violations=(Violation("odd", "Seen", "field", "value"),))
    assert violations(comparison) == {("odd", "Seen", "field"): 1}


def test_a_message_that_states_nothing_is_set_aside_with_its_body(comparison: Comparison) -> None:
    comparison.append(
        M1, kind="invalid", properties={"body": {"type": "?"}}, violations=(Violation("odd"), Violation("wrong"))
    )
    comparison.apply()
    assert comparison.observer.rows("SELECT project, kinds, body FROM invalid_messages") == [
        (1, '["odd","wrong"]', '{"type":"?"}')
    ]
    assert comparison.observer.rows("SELECT * FROM profiles") == []
    assert comparison.observer.totals(1) == {"applied": 1, "violations": 2}
