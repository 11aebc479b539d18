"""Alert settings are kept in the control file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.old_files import CONTROL, older

from passerby.accounts.alerting import AlertSettings, checked_address
from passerby.accounts.errors import BadSetting
from passerby.accounts.sqlite.alerting import SqliteAlerting


def test_settings_and_states_are_kept(tmp_path: Path) -> None:
    alerting = SqliteAlerting(tmp_path / "control.db")
    assert (alerting.settings(), alerting.states()) == (AlertSettings(), None)
    changed = AlertSettings(address="https://hooks.example.com/x", format="slack", lag_seconds=None)
    alerting.change_settings(changed)
    alerting.keep_states("{}")
    again = SqliteAlerting(tmp_path / "control.db")
    assert (again.settings(), again.states()) == (changed, "{}")


def test_a_control_file_of_the_version_before_gets_the_table(tmp_path: Path) -> None:
    with older(tmp_path / "control.db", CONTROL, 5):
        pass
    assert SqliteAlerting(tmp_path / "control.db").settings() == AlertSettings()


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.com/services/T0/B0/x",
        "http://127.0.0.1:9093/a?b=c",
        "https://[::1]/x",
        " https://a.example ",
    ],
)
def test_addresses_of_webhooks_are_taken(address: str) -> None:
    assert checked_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "", "hooks.example.com", "ftp://a.example/", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///x",
        "https://user:secret@a.example/", "https://a.example:port/", "https://a.example:99999/", "https://[::1/",
        "https://a.example/with space", "https://a.example/\r\nX: y", "https://ä.example/",
        "https://a.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(BadSetting, match="Invalid address"):
        checked_address(address)


@given(st.text(max_size=200) | st.text(max_size=100).map("https://a.example/{}".format))
def test_an_address_is_taken_or_refused(text: str) -> None:
    try:
        taken = checked_address(text)
    except BadSetting:
        return
    assert AlertSettings(address=taken).host
