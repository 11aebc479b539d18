"""Times and days in the time zone of the project."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.console.console_server import ADMIN, ConsoleServer

from passerby.console.pages.profile import midnight

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "day, start, end",
    [
        ("2026-01-15", "2026-01-14T23:00Z", "2026-01-15T23:00Z"),
        ("2026-03-29", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
        ("2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_of_the_zone(day: str, start: str, end: str) -> None:
    utc = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
    found = [datetime.fromtimestamp(midnight(at, BERLIN) / 1000, UTC) for at in (utc, utc + 86_400_000)]
    assert found == [datetime.fromisoformat(each) for each in (start, end)]


def test_a_day_beyond_the_calendar_is_left_as_it_is() -> None:
    assert midnight(2**62, BERLIN) == 2**62


def test_pages_show_times_in_the_zone_of_the_project_and_utc_on_hover(console: ConsoleServer) -> None:
    console.new_project("zoned")
    with console.client(ADMIN) as client:
        form = {"name": "zoned", "timezone": "Asia/Kolkata"}
        assert client.post("/p/zoned/settings", data=form).status_code == 303
        created = datetime.fromisoformat(client.get("/p/zoned/settings.json").json()["created_at"])
        text = client.get("/p/zoned/settings").text
        other = client.get("/p/default/settings").text
    local = created.astimezone(ZoneInfo("Asia/Kolkata"))
    assert f">{local:%Y-%m-%d %H:%M:%S}</time>" in text
    assert f'title="{created:%Y-%m-%d %H:%M:%S} UTC, ' in text
    assert '<body data-zone="Asia/Kolkata">' in text
    assert '<body data-zone="UTC">' in other
