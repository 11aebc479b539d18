"""Device, operating system and browser of user agents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.profiles.user_agents import LONGEST, UserAgent, parse

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
PHONE = CHROME.replace(" Safari", " Mobile Safari")


@pytest.mark.parametrize(
    "text, found",
    [
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) {SAFARI}",
            UserAgent("Apple iPhone", "iOS 17.4", "Mobile Safari 17.4"),
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}",
            UserAgent("", "Windows 10", "Chrome 124"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {PHONE}",
            UserAgent("Samsung SM-S918B", "Android 14", "Chrome Mobile 124"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {PHONE}",
            UserAgent("", "Android 10", "Chrome Mobile 124"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
            UserAgent("", "Linux", "Firefox 125"),
        ),
        ("", UserAgent()),
        ("x" * 10 * LONGEST, UserAgent()),
    ],
)
def test_a_user_agent_states_device_system_and_browser(text: str, found: UserAgent) -> None:
    assert parse(text) == found


@given(st.text())
def test_any_text_can_be_parsed(text: str) -> None:
    assert all(isinstance(part, str) for part in parse(text))
