"""CrossEngage's REST API answers as the vendor's does, and states in messages exactly what it promises."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.crossengage.crossengage_calls import REAL, body_of, call, headers, known_user
from tests.dialects.dialect_calls import AUTH_TOKEN, PROJECT, RECEIVED_AT, Keys, request
from tests.dialects.test_properties import OBJECTS, VALUES

from passerby.dialects.common.values import ID_LIMIT
from passerby.dialects.contract import Fault, Lookup, LookupResult, Outcome
from passerby.dialects.crossengage.entries import STRING_LIMIT
from passerby.dialects.crossengage.events import EVENTS_LIMIT
from passerby.dialects.crossengage.reads import CHANNELS
from passerby.dialects.crossengage.removal import USER_DELETED
from passerby.dialects.crossengage.rest import DELETED
from passerby.dialects.crossengage.tracking import LIFETIME_MS
from passerby.dialects.crossengage.users import BATCH_LIMIT
from passerby.dialects.registry import match
from passerby.messages import Identifier, Message
from passerby.profiles.person import Person

USER: Final = {
    "id": "1234",
    "email": "ada@example.com",
    "businessUnit": "DE",
    "firstName": "Ada",
    "traits": {"plan": "pro", "age": None},
}
WHO: Final = Identifier("user_id", "1234")
MAIL: Final = Identifier("email", "ada@example.com", "DE")
TRAITS: Final = {"firstName": "Ada", "plan": "pro", "age": None, "businessUnit": "DE"}
BEHIND: Final = LookupResult(behind=True)
METHODS: Final = [(method, path) for path in REAL if (one := match(path)) for method in sorted(one.methods)]


def stated(outcome: Outcome) -> list[tuple[tuple[Identifier, ...], dict[str, Any]]]:
    """Whom the messages name, and the traits that they give."""
    return [(message.identifiers, message.traits) for message in outcome.messages]


def problems(outcome: Outcome) -> list[tuple[str, str]]:
    return [(each["field"], each["type"]) for each in body_of(outcome)["errors"]]


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    return [(each["code"], each["source"]["pointer"]) for each in body_of(outcome)["errors"]]


def test_a_user_is_put_with_the_fields_and_traits_that_were_sent() -> None:
    outcome = call("PUT", "/users/1234", USER)
    assert outcome.reply.status == 200
    assert body_of(outcome) == {
        "id": "1234",
        "xngId": None,
        "email": "ada@example.com",
        "businessUnit": "DE",
        "success": True,
    }
    (message,) = outcome.messages
    assert message == Message(
        project=PROJECT,
        id="id-1",
        dialect="crossengage",
        kind="identify",
        identifiers=(WHO, MAIL),
        time=RECEIVED_AT,
        received_at=RECEIVED_AT,
        traits=TRAITS,
        context={DELETED: None},
    )


def test_an_email_without_a_business_unit_belongs_to_the_empty_one() -> None:
    outcome = call("PUT", "/users/1234", {"email": "ada@example.com"})
    assert stated(outcome) == [((WHO, Identifier("email", "ada@example.com", "")), {})]


@pytest.mark.parametrize("unit", [None, ""])
def test_an_empty_business_unit_takes_the_trait_away(unit: str | None) -> None:
    assert stated(call("PUT", "/users/1234", {"businessUnit": unit})) == [((WHO,), {"businessUnit": None})]


def test_another_id_in_the_body_than_in_the_path_is_a_conflict() -> None:
    outcome = call("PUT", "/users/1234", USER | {"id": "9"})
    assert (outcome.reply.status, outcome.messages) == (409, [])
    assert problems(outcome) == [("id", "user_IDS_MISMATCH")]
    assert body_of(outcome)["success"] is False


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"email": "ada"}, [("email", "WRONG_FORMAT")]),
        ({"email": 5}, [("email", "WRONG_FORMAT")]),
        ({"email": "a" * ID_LIMIT + "@x.io"}, [("email", "WRONG_FORMAT")]),
        ({"businessUnit": {}}, [("businessUnit", "WRONG_VALUE")]),
        ({"traits": "x"}, [("traits", "WRONG_VALUE")]),
        ({"lastName": "x" * (STRING_LIMIT + 1)}, [("lastName", "WRONG_VALUE")]),
        ({"traits": {"a": "x" * (STRING_LIMIT + 1)}}, [("traits.a", "WRONG_VALUE")]),
        ({"id": []}, [("id", "WRONG_VALUE")]),
        ({"email": "?", "traits": 1}, [("email", "WRONG_FORMAT"), ("traits", "WRONG_VALUE")]),
    ],
)
def test_a_user_with_wrong_fields_is_refused_in_both_versions(fields: Any, expected: Any) -> None:
    now = call("PUT", "/users/1234", fields)
    later = call("PUT", "/users", {"id": "1234"} | fields, "2")
    for outcome in (now, later):
        assert (outcome.reply.status, outcome.messages) == (400, [])
    assert problems(now) == expected
    assert body_of(now)["success"] is False
    assert [pointer for _, pointer in codes(later)] == ["/" + field.replace(".", "/") for field, _ in expected]


def test_an_id_that_identifies_no_user_is_rejected() -> None:
    assert problems(call("PUT", "/users/null", {})) == [("id", "WRONG_VALUE")]
    assert codes(call("PUT", "/users", {"id": "null"}, "2")) == [("2", "/id")]


@pytest.mark.parametrize("body", [[], "x", None, 5])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    encoded = msgspec.json.encode(body)
    for method, path, version in [
        ("PUT", "/users/1234", "1"),
        ("PUT", "/users", "2"),
        ("POST", "/users/batch", "1"),
        ("POST", "/users/batch", "2"),
        ("POST", "/leads", "1"),
        ("POST", "/events", "1"),
        ("PUT", "/users/1234/optout-status", "1"),
    ]:
        outcome = call(method, path, encoded, version, known_user())
        assert (outcome.reply.status, outcome.messages) == (400, []), path


def test_a_user_put_in_version_2_is_accepted_with_a_tracking_id() -> None:
    outcome = call("PUT", "/users", USER, "2")
    assert outcome.reply.status == 202
    assert body_of(outcome).keys() == {"trackingId"}
    assert stated(outcome) == [((WHO, MAIL), TRAITS)]
    assert codes(call("PUT", "/users", {"email": "ada@example.com"}, "2")) == [("2", "/id")]


def tracked(outcome: Outcome, known: LookupResult, project_path: str = "/users/track/") -> Outcome:
    return call("GET", project_path + body_of(outcome)["trackingId"], None, "2", known)


def test_a_tracking_id_is_pending_until_the_last_message_is_applied() -> None:
    outcome = call("POST", "/users/batch", {"updated": [USER, {"id": "2"}, {"email": "?"}]}, "2")
    counts = {"total": 3, "success": 2, "error": 1}
    assert [bool(message.deduplication_key) for message in outcome.messages] == [False, True]
    asked: list[Lookup] = []
    path = f"/users/track/{body_of(outcome)['trackingId']}"

    def find(inquiry: Lookup) -> LookupResult:
        asked.append(inquiry)
        return LookupResult(seen=True)

    assert body_of(call("GET", path, None, "2", find)) == {"stage": "PROCESSED"} | counts
    assert asked[0].key == ("crossengage", outcome.messages[-1].deduplication_key)
    assert body_of(call("GET", path, None, "2", LookupResult())) == {"stage": "PENDING"} | counts


def test_a_tracking_id_without_messages_is_processed_at_once() -> None:
    outcome = call("DELETE", "/users/9", None, "2")
    assert (outcome.reply.status, outcome.messages) == (202, [])
    assert body_of(tracked(outcome, LookupResult()))["stage"] == "PROCESSED"


@pytest.mark.parametrize("change", [lambda _: "tid", lambda id_: id_ + "0", lambda id_: id_.replace("_1_0_", "_9_0_")])
def test_an_unknown_tracking_id_is_not_found(change: Any) -> None:
    id_ = change(body_of(call("PUT", "/users", USER, "2"))["trackingId"])
    assert call("GET", f"/users/track/{id_}", None, "2", LookupResult(seen=True)).reply.status == 404


def test_a_tracking_id_is_not_found_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = call("PUT", "/users", USER, "2")
    monkeypatch.setattr("tests.dialects.dialect_calls.RECEIVED_AT", RECEIVED_AT + LIFETIME_MS + 1)
    assert tracked(outcome, LookupResult(seen=True)).reply.status == 404


def test_a_batch_keeps_good_entries_and_lists_the_others() -> None:
    body = {"updated": [USER, {"email": "?"}, 5], "deleted": [{"id": "2"}, {"id": "3"}, {}, {"id": "2"}]}

    def find(inquiry: Lookup) -> LookupResult:
        return known_user({"city": "Thane"}) if inquiry.identifiers == (Identifier("user_id", "2"),) else LookupResult()

    outcome = call("POST", "/users/batch", body, "1", find)
    assert outcome.reply.status == 400
    answer = body_of(outcome)
    assert [each["success"] for each in answer["updated"]] == [True, False, False]
    assert [(each["field"], each["type"]) for each in answer["updated"][1]["errors"]] == [
        ("email", "WRONG_FORMAT"),
        ("id", "NOT_NULL"),
    ]
    assert [each["success"] for each in answer["deleted"]] == [True, False, False, True]
    assert stated(outcome) == [
        ((WHO, MAIL), TRAITS),
        ((Identifier("user_id", "2"),), {"city": None}),
        ((Identifier("user_id", "2"),), {}),
    ]


def test_a_batch_in_version_2_takes_unknown_deletions_and_points_to_what_is_wrong() -> None:
    body = {"updated": [USER, {"id": "2", "email": "?"}], "deleted": [{"id": "3"}, {"id": []}]}
    outcome = call("POST", "/users/batch", body, "2")
    assert outcome.reply.status == 202
    assert codes(outcome) == [("4", "/updated/1/email"), ("2", "/deleted/1/id")]
    assert stated(outcome) == [((WHO, MAIL), TRAITS)]


def test_a_user_that_a_batch_updates_and_deletes_loses_what_the_batch_gave() -> None:
    outcome = call("POST", "/users/batch", {"updated": [USER], "deleted": [{"id": "1234"}]}, "1", LookupResult())
    assert outcome.reply.status == 200
    assert outcome.messages[1].traits == dict.fromkeys(TRAITS)
    assert outcome.messages[2].name == USER_DELETED


@pytest.mark.parametrize("field", ["updated", "deleted"])
def test_a_batch_has_at_most_a_thousand_entries(field: str) -> None:
    full = call("POST", "/users/batch", {field: [{"id": "1", "firstName": "A", "lastName": "B"}] * BATCH_LIMIT}, "2")
    assert full.reply.status == 202
    body = {field: [{"id": "1"}] * (BATCH_LIMIT + 1)}
    assert codes(call("POST", "/users/batch", body, "2")) == [("9", f"/{field}")]
    assert problems(call("POST", "/users/batch", body)) == [(field, "WRONG_VALUE")]


def test_one_entry_beyond_the_limits_of_every_call_costs_only_itself() -> None:
    rich = {"id": "2", "traits": {str(number): number for number in range(1_001)}}
    outcome = call("POST", "/users/batch", {"updated": [USER, rich]})
    assert [each["success"] for each in body_of(outcome)["updated"]] == [True, False]
    assert len(outcome.messages) == 1
    assert problems(call("POST", "/users/batch", {"deleted": [rich]})) == [("", "WRONG_VALUE")]


@pytest.mark.parametrize("version, shape", [("1", "type"), ("2", "code")])
@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100 + b"]" * 100])
def test_a_body_that_cannot_be_read_is_refused_in_the_shape_of_the_version(
    body: bytes, version: str, shape: str
) -> None:
    outcome = call("POST", "/users/batch", body, version)
    assert outcome.reply.status == 400
    assert shape in body_of(outcome)["errors"][0]


@pytest.mark.parametrize("field", ["updated", "deleted"])
def test_the_lists_of_a_batch_must_be_arrays(field: str) -> None:
    assert problems(call("POST", "/users/batch", {field: "x"})) == [(field, "WRONG_VALUE")]


def test_leads_are_profiles_by_email() -> None:
    lead = {"id": "1", "email": "ada@example.com", "businessUnit": "DE", "lastName": "Byron"}
    outcome = call("POST", "/leads", {"updated": [lead]})
    assert outcome.reply.status == 200
    assert body_of(outcome) == {"updated": [{"xngId": None, "success": True}], "deleted": []}
    assert stated(outcome) == [((MAIL,), {"lastName": "Byron", "businessUnit": "DE"})]


def test_leads_without_an_email_are_listed_and_the_others_kept() -> None:
    outcome = call("POST", "/leads", {"updated": [{"email": "ada@example.com"}, {"lastName": "x"}]})
    assert outcome.reply.status == 400
    assert body_of(outcome)["updated"][1]["errors"][0]["field"] == "email"
    assert len(outcome.messages) == 1
    assert problems(call("POST", "/leads", {"updated": 5})) == [("updated", "WRONG_VALUE")]
    assert problems(call("POST", "/leads", {"updated": [{}] * (BATCH_LIMIT + 1)})) == [("updated", "WRONG_VALUE")]


def test_events_are_those_of_a_user_or_of_an_email_in_its_business_unit() -> None:
    events = [{"event": "Viewed Page", "properties": {"a": 1}}, {"event": "Left"}]
    outcome = call("POST", "/events", {"id": "1234", "email": "x@x.io", "events": events})
    assert (outcome.reply.status, outcome.reply.body) == (202, b"")
    assert [(each.name, each.properties, each.identifiers) for each in outcome.messages] == [
        ("Viewed Page", {"a": 1}, (WHO,)),
        ("Left", {}, (WHO,)),
    ]
    named = {"email": "ada@example.com", "businessUnit": "DE"}
    assert call("POST", "/events", {**named, "events": events}).messages[0].identifiers == (MAIL,)


@pytest.mark.parametrize(
    "body, field, kind",
    [
        ({"events": [{"event": "E"}]}, "email", "NOT_NULL"),
        ({"id": [], "events": [{"event": "E"}]}, "id", "WRONG_VALUE"),
        ({"id": "1"}, "events", "WRONG_VALUE"),
        ({"id": "1", "events": []}, "events", "WRONG_VALUE"),
        ({"id": "1", "events": [{"event": "E"}] * (EVENTS_LIMIT + 1)}, "events", "WRONG_VALUE"),
        ({"id": "1", "events": [5]}, "events", "WRONG_VALUE"),
        ({"id": "1", "events": [{"event": "E"}, {}]}, "event", "NOT_NULL"),
        ({"id": "1", "events": [{"event": 5}]}, "event", "WRONG_VALUE"),
        ({"id": "1", "events": [{"event": "E" * 513}]}, "event", "WRONG_VALUE"),
        ({"id": "1", "events": [{"event": "E", "properties": 5}]}, "properties", "WRONG_VALUE"),
    ],
)
def test_events_are_all_kept_or_refused_with_the_first_problem(body: Any, field: str, kind: str) -> None:
    outcome = call("POST", "/events", body)
    assert (outcome.reply.status, outcome.messages) == (400, [])
    assert (body_of(outcome)["field"], body_of(outcome)["type"]) == (field, kind)


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_user_is_shown_as_it_was_put(version: str) -> None:
    known = known_user(
        {"firstName": "Ada", "plan": "pro", "businessUnit": "DE", "optOut.MAIL": True, "blacklisted": False},
        user_id="1234",
        email="ada@example.com",
    )
    outcome = call("GET", "/users/1234", None, version, known)
    assert outcome.reply.status == 200
    assert body_of(outcome) == {
        "id": "1234",
        "xngId": "p-1",
        "email": "ada@example.com",
        "businessUnit": "DE",
        "firstName": "Ada",
        "traits": {"plan": "pro"},
    }


@pytest.mark.parametrize(
    "path, scope",
    [("/users/email/a@x.io/bu/DE", "DE"), ("/users/email/a@x.io/bu/", ""), ("/users/email/a@x.io/bu", "")],
)
def test_a_user_is_found_by_email_in_its_business_unit(path: str, scope: str) -> None:
    def find(inquiry: Lookup) -> LookupResult:
        return known_user() if inquiry.identifiers == (Identifier("email", "a@x.io", scope),) else LookupResult()

    assert call("GET", path, None, "2", find).reply.status == 200


@pytest.mark.parametrize(
    "method, path, body",
    [
        ("GET", "/users/9", None),
        ("GET", "/users/9/optout-status", None),
        ("PUT", "/users/9/optout-status", {"optOut": True}),
        ("GET", "/users/9/blacklist-status", None),
        ("PUT", "/users/9/blacklist-status", {"blacklisted": True}),
        ("GET", "/users/9/recipient-status", None),
        ("DELETE", "/users/9", {"id": "9"}),
    ],
)
def test_an_unknown_or_deleted_user_is_not_found_unless_it_may_be_on_its_way(method: str, path: str, body: Any) -> None:
    for known in (LookupResult(), known_user(context={DELETED: True})):
        outcome = call(method, path, body, "1", known)
        assert (outcome.reply.status, outcome.reply.body, outcome.messages) == (404, b"", [])
    assert call(method, path, body, "1", BEHIND).reply.status == 503
    assert call(method, path, body, "1", known_user({"a": 1}, {DELETED: True})).reply.status < 300


def test_deleting_takes_every_trait_away_and_records_an_event() -> None:
    known = known_user({"firstName": "Ada", "optOut.MAIL": True}, {DELETED: None})
    outcome = call("DELETE", "/users/1234", {"id": "1234"}, "1", known)
    assert (outcome.reply.status, outcome.reply.body) == (204, b"")
    traits, event = outcome.messages
    assert (traits.traits, traits.context) == ({"firstName": None, "optOut.MAIL": None}, {DELETED: True})
    assert (event.kind, event.name, event.identifiers) == ("track", USER_DELETED, (WHO,))
    later = call("DELETE", "/users/1234", b"no json is needed", "2", known)
    assert (later.reply.status, len(later.messages)) == (202, 2)


def test_deleting_waits_for_traits_that_would_survive() -> None:
    known = msgspec.structs.replace(known_user({"a": 1}), behind=True)
    for version in ("1", "2"):
        outcome = call("DELETE", "/users/1234", None, version, known)
        assert (outcome.reply.status, outcome.messages) == (503, [])


def test_an_opt_out_is_a_trait_of_its_channel() -> None:
    path = "/users/1234/optout-status"
    outcome = call("PUT", f"{path}?channelType=MAIL", {"optOut": True}, "1", known_user())
    assert (outcome.reply.status, body_of(outcome)) == (200, {"optOut": True})
    assert stated(outcome) == [((WHO,), {"optOut.MAIL": True})]
    assert stated(call("PUT", path, {"optOut": False}, "1", known_user())) == [((WHO,), {"optOut.ALL": False})]
    for channel in CHANNELS:
        for traits, expected in ({}, False), ({f"optOut.{channel}": True}, True), ({"optOut.ALL": True}, True):
            answer = call("GET", f"{path}?channelType={channel}", None, "1", known_user(traits))
            assert body_of(answer) == {"optOut": expected}
    assert body_of(call("GET", path, None, "1", known_user({"optOut.MAIL": True}))) == {"optOut": False}


@pytest.mark.parametrize("query", ["channelType=POST", "channelType=MAIL&a=" + "a" * 1_000])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_unknown_channel_is_refused(method: str, query: str) -> None:
    outcome = call(method, f"/users/1234/optout-status?{query}", {"optOut": True}, "1", known_user())
    assert (outcome.reply.status, problems(outcome)) == (400, [("channelType", "UNKNOWN_VALUE")])


def test_the_blacklist_is_a_trait() -> None:
    path = "/users/1234/blacklist-status"
    outcome = call("PUT", path, {"blacklisted": True}, "1", known_user())
    assert (body_of(outcome), stated(outcome)) == ({"blacklisted": True}, [((WHO,), {"blacklisted": True})])
    assert body_of(call("GET", path, None, "1", known_user({"blacklisted": True}))) == {"blacklisted": True}
    assert body_of(call("GET", path, None, "1", known_user())) == {"blacklisted": False}
    assert problems(call("PUT", path, {"blacklisted": 1}, "1", known_user())) == [("blacklisted", "WRONG_VALUE")]


def test_the_status_of_a_recipient_sums_everything_up() -> None:
    traits = {"blacklisted": True, "optOut.SMS": True, "optOut.MAIL": False, "optOut.ALL": True}
    answer = body_of(call("GET", "/users/1234/recipient-status", None, "1", known_user(traits)))
    assert answer == {"blacklisted": True, "optOutAll": True, "optOutChannels": ["SMS"]}


@pytest.mark.parametrize("method, path", METHODS)
def test_the_key_comes_before_the_body_and_every_answer_has_a_request_id(method: str, path: str) -> None:
    for sent in ({}, {"x-xng-authtoken": "other", "x-xng-apiversion": "1"}, {"x-xng-authtoken": ""}):
        outcome = call(method, path, b"no json", sent=sent)
        assert (outcome.reply.status, outcome.reply.body, outcome.messages) == (401, b"", [])
        assert dict(outcome.reply.headers).keys() == {"X-Request-ID"}
    found = match(path)
    assert found is not None
    assert found.fault(Fault.UNKNOWN_KEY, "").status == 401
    assert found.authorise is not None
    replies = [found.authorise(request(path, b"", sent), {}, Keys()) for sent in (headers(), {"x-xng-authtoken": "x"})]
    assert [each and (each.status, each.body) for each in replies] == [None, (401, b"")]


@pytest.mark.parametrize("method, path", METHODS)
@pytest.mark.parametrize("version", ["", "3", "12", "x"])
def test_the_error_for_a_missing_api_version_names_the_required_one(method: str, path: str, version: str) -> None:
    sent = {"x-xng-authtoken": AUTH_TOKEN} | ({"x-xng-apiversion": version} if version else {})
    outcome = call(method, path, {}, sent=sent)
    assert (outcome.reply.status, outcome.messages) == (400, [])
    assert b"X-XNG-ApiVersion" in outcome.reply.body


def test_a_call_is_refused_in_a_version_that_lacks_it() -> None:
    assert b"X-XNG-ApiVersion: 1." in call("PUT", "/users/1234", USER, "2").reply.body
    assert b"X-XNG-ApiVersion: 2." in call("PUT", "/users", USER, "1").reply.body


def test_another_method_is_answered_with_those_that_there_are() -> None:
    found = match("/users/1234")
    assert found is not None
    assert found.fault(Fault.METHOD_NOT_ALLOWED, "").headers == (("Allow", "DELETE, GET, PUT"),)


@pytest.mark.parametrize("path", ["/users/1/x", "/users/1/optout-status/x", "/users/xngId/x"])
def test_an_unknown_path_below_users_is_not_found(path: str) -> None:
    found = match(path)
    assert found is not None
    assert found.name == "unknown"
    assert call("DELETE", path).reply.status == 404


def holds(outcome: Outcome) -> None:
    """What holds of every outcome."""
    body_of(outcome)
    assert 200 <= outcome.reply.status < 500
    for message in outcome.messages:
        assert message.project == PROJECT
        assert message.identifiers
        assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


FIELDS: Final = ("id", "email", "businessUnit", "traits", "updated", "deleted", "events", "optOut", "blacklisted")
ENTRIES: Final = st.dictionaries(st.sampled_from([*FIELDS, "event", "properties", "x"]), VALUES)
BODIES: Final = VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES | st.lists(ENTRIES))
PEOPLE: Final = st.builds(
    lambda traits, context: LookupResult(Person(traits, context, {})), OBJECTS, st.just({}) | st.just({DELETED: True})
)


@given(st.sampled_from(METHODS), BODIES | st.binary(), st.sampled_from(["1", "2"]), st.just(LookupResult()) | PEOPLE)
def test_any_body_gets_a_response(one: tuple[str, str], body: Any, version: str, known: LookupResult) -> None:
    holds(call(*one, body, version, known))


@given(st.lists(ENTRIES, max_size=5), st.lists(ENTRIES, max_size=5), st.sampled_from(["1", "2"]))
def test_a_batch_keeps_exactly_the_entries_that_it_calls_good(updated: Any, deleted: Any, version: str) -> None:
    outcome = call("POST", "/users/batch", {"updated": updated, "deleted": deleted}, version, LookupResult())
    holds(outcome)
    answer = body_of(outcome)
    if version == "1":
        good = [each["id"] for each in answer["updated"] if each["success"]]
        assert (outcome.reply.status == 200) == all(each["success"] for each in answer["updated"] + answer["deleted"])
    else:
        bad = {
            each["source"]["pointer"].split("/")[2]
            for each in answer.get("errors", [])
            if "/updated/" in each["source"]["pointer"]
        }
        good = [str(entry) for entry in range(len(updated)) if str(entry) not in bad]
    identified = [each for each in outcome.messages if each.kind == "identify" and not each.context.get(DELETED)]
    assert len(identified) == len(good)


@given(st.text(max_size=300), st.dictionaries(st.sampled_from(list(headers())), st.text()))
def test_any_path_and_headers_get_a_response(text: str, sent: dict[str, str]) -> None:
    for path in (f"/users/{text}", f"/users/track/{text}", f"/users/email/{text}/bu/{text}"):
        found = match(path.partition("?")[0])
        if found is not None:
            holds(call(min(found.methods), path, {}, sent=headers() | sent))
