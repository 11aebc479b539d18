"""Identifiers in events of Antsomi's collector."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.antsomi.antsomi_calls import JSON, VIEW, message, post, refused

from passerby.messages import Identifier

VISITOR = Identifier("anonymous_id", "v-1")
DEVICE = Identifier("device_id", "d-1")
CUSTOMER = Identifier("user_id", "c-1")
EXTRA = {"identify_id": "c-1"}
DIMS = {"customers": {"customer_id": "c-1"}}
RESET = {"ec": "user", "ea": "reset_anonymous_id"}
EVENT = {"ec": "product", "ea": "view"}


@pytest.mark.parametrize(
    "fields, identifiers",
    [
        ({"uid": "v-1"}, (VISITOR,)),
        ({"uid": 7}, (Identifier("anonymous_id", "7"),)),
        ({"uid": "v-1", "aid": "d-1"}, (VISITOR, DEVICE)),
        ({"uid": "d-1", "aid": "d-1"}, (Identifier("anonymous_id", "d-1"), DEVICE)),
        ({"uid": "v-1", "cid": "c-1"}, (VISITOR,)),
        ({"uid": "v-1", "extra": EXTRA}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": DIMS}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": DIMS, "extra": EXTRA}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": {"customers": [DIMS["customers"]]}}, (CUSTOMER, VISITOR)),
        (
            {"uid": "v-1", "dims": {"customers": [DIMS["customers"]], "users": [{"user_id": "v-1"}]}},
            (CUSTOMER, VISITOR),
        ),
        ({"uid": "v-1", "dims": {"customers": [], "users": []}}, (VISITOR,)),
        ({"uid": "v-1", "dims": [DIMS, {"customers": [DIMS["customers"]]}]}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": '{"customers":[{"customer_id":"c-1"}]}'}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "extra": [EXTRA]}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "extra": '[{"identify_id":"c-1"}]'}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": DIMS, "extra": {"identify_id": " c-1 "}}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": [DIMS, {"promotion_code": {"id": 1}}]}, (CUSTOMER, VISITOR)),
        ({"uid": "v-1", "dims": [DIMS, {"customers": {"name": "Ann"}}, DIMS]}, (CUSTOMER, VISITOR)),
        ({"aid": "d-1", "extra": EXTRA}, (CUSTOMER, DEVICE)),
        ({"extra": {"identify_id": 5}}, (Identifier("user_id", "5"),)),
        ({"uid": "v-1", "extra": {"identify_id": None}}, (VISITOR,)),
    ],
)
def test_visitor_device_and_customer_ids_are_distinguished(
    fields: dict[str, Any], identifiers: tuple[Identifier, ...]
) -> None:
    assert message(EVENT | fields).identifiers == identifiers


NOTHING = Identifier("user_id", "(null)")
EMAIL = {"identify_email": "a@x.io"}


@pytest.mark.parametrize(
    "fields, query, identifiers",
    [
        ({"uid": "v-1", "extra": {"identify_id": "(null)"}}, {}, (VISITOR, NOTHING)),
        ({"uid": "v-1", "extra": {"identify_id": "(null)"}, "dims": DIMS}, {}, (CUSTOMER, VISITOR)),
        ({"extra": EMAIL | {"identify_id": "(null)"}}, {}, (Identifier("email", "a@x.io"), NOTHING)),
        ({"uid": "c-1", "extra": {"identify_id": "(null)"}}, {"is_s2s": "1"}, (CUSTOMER, NOTHING)),
        ({"extra": {"identify_id": "(null)"}}, {}, (NOTHING,)),
        ({"uid": "v-1", "dims": DIMS, "extra": {"identify_id": "c-\u200b1"}}, {}, (CUSTOMER, VISITOR)),
    ],
)
def test_a_placeholder_is_not_a_customer_id_and_hides_no_other_identifier(
    fields: dict[str, Any], query: dict[str, str], identifiers: tuple[Identifier, ...]
) -> None:
    assert message(EVENT | fields, JSON | query).identifiers == identifiers


@pytest.mark.parametrize("type_", [None, "", "exact", "Exact "])
def test_an_identity_that_is_known_names(type_: str | None) -> None:
    assert message(VIEW | {"extra": EXTRA | {"identify_type": type_}}).identifiers == (CUSTOMER, VISITOR)


@pytest.mark.parametrize("type_", ["predict", 1, True, ["exact"]])
def test_an_inferred_identity_is_not_an_identifier(type_: Any) -> None:
    dims = {"customers": {"customer_id": "c-1", "name": "Ann"}, "users": {"visits": 3}}
    extra = {"identify_id": "c-1", "identify_email": "a@x.io", "identify_type": type_}
    made = message(VIEW | {"dims": dims, "extra": extra})
    assert made.identifiers == (VISITOR,)
    assert made.traits == {"visits": 3}
    assert made.properties == extra | {"dims": {"customers": dims["customers"]}}


@pytest.mark.parametrize(
    "fields, query, identifiers, context",
    [
        ({"uid": "c-1", "extra": EXTRA}, {}, (CUSTOMER,), {}),
        ({"uid": "c-1", "dims": DIMS}, {}, (CUSTOMER,), {}),
        ({"uid": "c-1", "aid": "d-1", "extra": EXTRA}, {}, (CUSTOMER, Identifier("anonymous_id", "c-1"), DEVICE), None),
        ({"uid": "c-1"}, {"is_s2s": "1"}, (CUSTOMER,), {}),
        ({"uid": "c-1"}, {"is_s2s": "true"}, (CUSTOMER,), {}),
        ({"uid": "c-1", "is_s2s": 1}, {}, (CUSTOMER,), {}),
        ({"uid": "c-1"}, {"is_s2s": "0"}, (Identifier("anonymous_id", "c-1"),), None),
        ({"uid": "v-9", "extra": EXTRA}, {"is_s2s": "1"}, (CUSTOMER,), {"uid": "v-9"}),
        ({"uid": "c-1", "extra": {"identify_email": "a@x.io"}}, {"is_s2s": "1"}, (CUSTOMER,), {}),
        ({"extra": {"identify_email": "a@x.io"}}, {"is_s2s": "1"}, (Identifier("email", "a@x.io"),), {}),
        ({"uid": "c-1", "extra": EXTRA | {"identify_type": "predict"}}, {}, (), {"uid": "c-1"}),
    ],
)
def test_events_from_servers_identify_the_customer(
    fields: dict[str, Any],
    query: dict[str, str],
    identifiers: tuple[Identifier, ...],
    context: dict[str, Any] | None,
) -> None:
    made = message(EVENT | fields, JSON | query)
    assert made.identifiers == identifiers
    assert made.context == context if context is not None else made.context["ip"]


@pytest.mark.parametrize(
    "extra, contacts",
    [
        ({"identify_email": "a@x.io"}, [Identifier("email", "a@x.io")]),
        ({"identify_phone": "+84 901"}, [Identifier("phone", "+84 901")]),
        ({"identify_phone": 84901234}, [Identifier("phone", "84901234")]),
        (
            {"identify_email": "a@x.io", "identify_phone": "84901234"},
            [Identifier("email", "a@x.io"), Identifier("phone", "84901234")],
        ),
        ({"identify_email": "a@x.io", "identify_id": "c-1"}, [CUSTOMER]),
        ({"identify_email": "no-address", "identify_phone": "12"}, []),
        ({"identify_email": ["a@x.io"], "identify_phone": None}, []),
    ],
)
def test_contacts_name_where_there_is_no_customer_id(extra: dict[str, Any], contacts: list[Identifier]) -> None:
    assert message(VIEW | {"extra": extra}).identifiers == (*contacts, VISITOR)


def test_an_email_of_the_customers_dims_is_a_trait_only() -> None:
    made = message(VIEW | {"dims": {"customers": {"email": "a@x.io"}}})
    assert (made.identifiers, made.traits) == ((VISITOR,), {"email": "a@x.io"})


@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, "uid is needed, or an identity"),
        ({"uid": "", "aid": "d-1"}, "uid is needed, or an identity"),
        ({"uid": " "}, "uid is needed, or an identity"),
        ({"extra": {"identify_email": "no-address"}}, "uid is needed, or an identity"),
        ({"uid": {}}, "uid must be a string or a number."),
        ({"uid": True}, "uid must be a string or a number."),
        ({"uid": "v" * 513}, "uid must have at most 512 characters."),
        ({"uid": "v-1", "aid": []}, "aid must be a string or a number."),
        (
            {"uid": "v-1", "dims": DIMS, "extra": {"identify_id": "c-2"}},
            "dims.customers.customer_id and extra.identify_id differ.",
        ),
        ({"uid": "v-1", "extra": {"identify_id": ["c-1"]}}, "identify_id must be a string or a number."),
        ({"uid": "v-1", "dims": {"customers": [1]}}, "dims.customers must be one object."),
        ({"uid": "v-1", "dims": {"customers": [{}, {}]}}, "dims.customers must be one object."),
        ({"uid": "v-1", "dims": [DIMS, {"customers": {"customer_id": "c-2"}}]}, "dims.customers must be one object."),
    ],
)
def test_who_it_is_must_be_clear(fields: dict[str, Any], said: str) -> None:
    assert refused(post(EVENT | fields)).startswith(said)


NEW = Identifier("anonymous_id", "v-2")


@pytest.mark.parametrize(
    "fields, identifiers",
    [
        ({"uid": "v-1", "reset_uid": "v-1", "generate_uid": "v-2"}, (VISITOR,)),
        ({"uid": "v-1", "extra": {"reset_uid": "v-1", "generate_uid": "v-2"}}, (VISITOR,)),
        ({"uid": "v-2", "extra": {"reset_uid": "v-1", "generate_uid": "v-2"}}, (VISITOR,)),
        ({"extra": {"reset_uid": "v-1", "generate_uid": "v-2"}}, (VISITOR,)),
        ({"uid": "v-1", "generate_uid": "v-2"}, (VISITOR,)),
        ({"uid": "v-1"}, (VISITOR,)),
        ({"uid": "v-1", "reset_uid": "v-1", "extra": EXTRA}, (CUSTOMER, VISITOR)),
        ({"uid": "v-2", "reset_uid": "v-1", "generate_uid": "v-2", "extra": EXTRA}, (CUSTOMER, VISITOR)),
        ({"uid": "v-2", "generate_uid": "v-2", "extra": EXTRA}, (NEW,)),
        ({"uid": "v-2", "generate_uid": "v-2", "extra": {"identify_email": "a@x.io"}}, (NEW,)),
    ],
)
def test_a_reset_is_recorded_for_the_previous_visitor(
    fields: dict[str, Any], identifiers: tuple[Identifier, ...]
) -> None:
    made = message(RESET | {"aid": "d-1"} | fields)
    assert made.identifiers == identifiers
    assert made.context["aid"] == "d-1"


def test_the_ids_of_a_reset_are_kept_with_it() -> None:
    ids = {"reset_uid": "v-1", "generate_uid": "v-2"}
    assert message(RESET | {"uid": "v-1", "extra": ids}).properties == ids
    assert message(RESET | {"uid": "v-1"} | ids).properties == ids


def test_the_event_after_a_reset_is_the_new_visitors() -> None:
    assert message(VIEW | {"uid": "v-2", "aid": "d-1"}).identifiers == (NEW, DEVICE)
