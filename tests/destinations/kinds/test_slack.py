"""Slack: messages that are not sent, and addresses that are not Slack's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.destinations.items import NAMES, item

from passerby.destinations.configuration import configure, split
from passerby.destinations.kind import InvalidConfig, Payload, Skipped
from passerby.destinations.kinds import slack

CONFIG = slack.Config(
    url="https://hooks.slack.com/services/T0/B0/x1", text="{{data.event.name}}: {{data.event.properties.plan}}"
)


@pytest.mark.parametrize(
    "mapped, prepared",
    [
        ("hello", Payload({"text": "hello"})),
        ("x" * 40_001, Payload({"text": "x" * 40_000})),
        ({"blocks": [1]}, Payload({"blocks": [1]})),
        ("  ", Skipped("no_text")),
        ({"text": ""}, Skipped("no_text")),
        ({}, Skipped("no_text")),
        ([1], Skipped("no_text")),
        (7, Skipped("no_text")),
    ],
)
def test_a_map_makes_a_text_or_a_message(mapped: Any, prepared: object) -> None:
    assert slack.prepare(CONFIG, item("signed_up"), mapped, 0) == prepared


def test_a_text_of_the_configuration_is_filled() -> None:
    envelope = item("signed_up")
    assert slack.prepare(CONFIG, envelope, envelope, 0) == Payload({"text": "Signed Up: gold"})


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_default_text_for_every_type(name: str) -> None:
    envelope = item(name)
    prepared = slack.prepare(slack.Config(url=CONFIG.url), envelope, envelope, 0)
    assert isinstance(prepared, Payload)
    assert "{{" not in prepared.body["text"]
    assert "  " not in prepared.body["text"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/x",
        "https://hooks.slack.com",
        "https://hooks.slack.com.evil.example/services/x",
        "https://evil.example/hooks.slack.com/x",
        "https://user@hooks.slack.com/services/x",
        "https://hooks.slack.com/a b",
    ],
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        configure(slack.KIND, {"url": url})
    assert refused.value.path == "config.url"


def test_the_address_is_a_secret() -> None:
    assert split(slack.KIND, {"url": CONFIG.url, "text": "x"}) == ({"text": "x"}, {"url": CONFIG.url})
