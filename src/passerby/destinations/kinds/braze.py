"""Braze: attributes, events and purchases by `/users/track`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from passerby.clock import iso
from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import (
    an_object,
    answer,
    by_index,
    index_of,
    objects,
    order_id,
    post,
    reason_of,
    time_ms,
    without_nulls,
)
from passerby.destinations.kind import SECRET, URL, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import currency, number, text
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, by_status

OBJECTS: Final = 75
"""Attributes, events and purchases of a request together."""
BODY_BYTES: Final = 4_000_000
OBJECT_BYTES: Final = 100_000
QUANTITY: Final = 100
_ROOM: Final = 2_000
_ARRAYS: Final = ("attributes", "events", "purchases")
_BAD_REQUEST: Final = 400


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a workspace."""

    url: Annotated[
        str,
        URL,
        msgspec.Meta(
            title="REST endpoint",
            description="Such as https://rest.fra-01.braze.eu",
            pattern=r"^https://rest\.[a-z0-9-]+\.braze\.(com|eu)/?$",
        ),
    ]
    api_key: Annotated[str, SECRET, msgspec.Meta(title="REST API key", min_length=1, max_length=200)]
    app_id: Annotated[
        str, msgspec.Meta(title="App identifier", description="Of events and purchases", max_length=100)
    ] = ""


def limits(_config: Config) -> Limits:
    """Return Braze's limits: 3,000 requests in three seconds."""
    return Limits(
        max_items=OBJECTS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=OBJECT_BYTES, requests_per_second=250.0
    )


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped | list[Payload]:
    """Return the objects of an item: a purchase for each product, an event, or attributes."""
    document = an_object(without_nulls(mapped))
    person = _person(document)
    if not person:
        return Skipped("no_identifier")
    if attributes := an_object(document.get("attributes")):
        return Payload({"array": "attributes", "object": {**attributes, **person}})
    own: dict[str, Any] = {**person, "time": iso(time_ms(document.get("time"), envelope))}
    if config.app_id:
        own["app_id"] = config.app_id
    properties = an_object(document.get("properties"))
    if order := order_id(envelope):
        properties = {"order_id": order, **properties}
    if "products" in document:
        return _purchases(document, own, properties) or Skipped("no_currency")
    if not (name := text(document.get("name"))):
        return Skipped("not_mapped")
    return Payload({"array": "events", "object": {**own, "name": name, "properties": properties}})


def _person(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what identifies a person: an external id, else an e-mail address, else an alias."""
    if external := text(document.get("external_id")):
        return {"external_id": external}
    if email := text(document.get("email")):
        return {"email": email}
    if alias := text(document.get("alias")):
        return {
            "user_alias": {"alias_name": alias, "alias_label": "anonymous_id"},
            "_update_existing_only": False,
        }
    return {}


def _purchases(document: Mapping[str, Any], own: Mapping[str, Any], properties: Mapping[str, Any]) -> list[Payload]:
    """Return a purchase for each product with a price; else one for the order's value; none without a currency."""
    code = currency(document.get("currency"))
    products = [each for each in objects(document["products"]) if text(each.get("id")) and number(each.get("price"))]
    if not products and (value := number(document.get("value"))):
        products = [{"id": "order", "price": value}]
    if code is None:
        return []
    return [
        Payload(
            {
                "array": "purchases",
                "object": {
                    **own,
                    "product_id": text(product["id"]),
                    "currency": code,
                    "price": number(product["price"]),
                    "quantity": int(min(max(number(product.get("quantity")) or 1, 1), QUANTITY)),
                    "properties": {**properties, **_described(product)},
                },
            }
        )
        for product in products[:OBJECTS]
    ]


def _described(product: Mapping[str, Any]) -> dict[str, Any]:
    """Return the other members of a product."""
    return {name: value for name, value in product.items() if name not in ("id", "price", "quantity")}


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request with the three arrays."""
    body: dict[str, list[Any]] = {}
    for payload in payloads:
        body.setdefault(payload.body["array"], []).append(payload.body["object"])
    headers = {"authorization": f"Bearer {config.api_key}"}
    if len(payloads) > 1:
        headers["x-braze-batch"] = "true"
    return post(f"{config.url.rstrip('/')}/users/track", body, headers)


def judge(_config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the errors, which name an array and an index; Braze takes the other objects, unless it takes none."""
    places = {name: [at for at, each in enumerate(payloads) if each.body["array"] == name] for name in _ARRAYS}
    failed: dict[int, Outcome] = {}
    for error in objects(answer(response).get("errors")):
        array, index = error.get("input_array"), index_of(error.get("index"))
        at = places.get(array, []) if isinstance(array, str) else []
        if index is not None and index < len(at):
            failed[at[index]] = Outcome("permanent", reason_of(error.get("type"), "invalid"))
    taken = 200 <= response.status < 300  # noqa: PLR2004 - the successful statuses
    if failed and (taken or (response.status == _BAD_REQUEST and len(failed) == len(payloads))):
        return by_index(failed, payloads)
    return by_status(response)


KIND: Final = Kind(
    name="braze",
    title="Braze",
    summary="Attributes, events, segments as an attribute, and purchases with each product.",
    docs_url="https://www.braze.com/docs/api/endpoints/user_data/post_user_track",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event", "profile.created", "profile.updated"),
    default_ordering="person",
    default_purposes=("email",),
    limits=limits,
    template=default_map("braze"),
    prepare=prepare,
    request=request,
    judge=judge,
)
