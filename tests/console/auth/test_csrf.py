"""Which requests come from the console's own pages."""

from __future__ import annotations

import pytest

from passerby.console.auth.csrf import is_same_origin


@pytest.mark.parametrize(
    "headers, own",
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "https://example.com", "host": "cdp.example"}, True),
        ({"sec-fetch-site": "same-site", "origin": "https://cdp.example", "host": "cdp.example"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://192.0.2.1:8081", "host": "192.0.2.1:8081"}, True),
        ({"origin": "http://192.0.2.1:8080", "host": "192.0.2.1:8081"}, False),
        ({"origin": "null", "host": "192.0.2.1:8081"}, False),
        ({"origin": "", "host": ""}, False),
        ({"host": "192.0.2.1:8081"}, False),
        ({}, False),
    ],
)
def test_only_the_very_origin_is_its_own(headers: dict[str, str], own: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_same_origin(headers) is own
