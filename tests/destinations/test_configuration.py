"""Configurations: refused with the path of the member, secrets separated from the rest."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.destinations.configuration import configure, masked, secret_texts, split, urls
from passerby.destinations.kind import InvalidConfig
from passerby.destinations.kinds import webhook
from passerby.destinations.records import Batch

URL = "https://example.com/hook"


@pytest.mark.parametrize(
    "config, path, reason",
    [
        ({}, "config.url", "is required"),
        ({"url": URL, "ulr": 1}, "config.ulr", "Webhook has no such member"),
        ({"url": URL, "batch": {"max_items": 2}}, "config.batch", "Webhook has no such member"),
        ({"url": 1}, "config.url", "Expected `str`, got `int`"),
        ({"url": URL, "method": "GET"}, "config.method", "Invalid enum value 'GET'"),
        ({"url": URL, "headers": {"a": 1}}, "config.headers[...]", "Expected `str`, got `int`"),
        ({"url": URL, "headers": {"a b": ""}}, "config.headers.a b", "is not the name of a header"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(config: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        configure(webhook.KIND, config)
    assert (refused.value.path, refused.value.reason) == (path, reason)
    assert str(refused.value) == f"{path}: {reason}"


def test_a_batch_is_set_from_the_destination() -> None:
    batch = Batch(max_items=7)
    assert configure(webhook.KIND, {"url": URL}, batch) == webhook.Config(url=URL, batch=batch)
    assert configure(webhook.KIND, {"url": URL}) == webhook.Config(url=URL)


def test_addresses_are_yielded_with_their_path() -> None:
    assert list(urls(webhook.KIND, {"url": URL, "method": "PUT"})) == [("config.url", URL)]


def test_secrets_are_separated_from_what_can_be_shown() -> None:
    shown, secret = split(webhook.KIND, {"url": URL, "headers": {"authorization": "Bearer 0123456789"}})
    assert shown == {"url": URL}
    assert secret == {"headers": {"authorization": "Bearer 0123456789"}}


def test_the_end_of_a_long_secret_is_shown() -> None:
    secrets = {"token": "abcdefghijkl0123", "short": "abcdefghijkl012", "headers": {"x": "Bearer 0123456789"}}
    assert masked(secrets) == {"token": "…0123", "short": "…", "headers": {"x": "…6789"}}


def test_every_secret_text_can_be_masked_the_longest_first() -> None:
    secrets = {"token": "abc", "headers": {"x": "Bearer abc", "empty": ""}, "number": 12}
    assert secret_texts(secrets) == ["Bearer abc", "abc", "12"]
