"""A preflight allows what the call takes and what the page wants to set, if that is a list of header names."""

from __future__ import annotations

import pytest
from tests.dialects.dialect_calls import TRACK

from passerby.dialects.registry import match
from passerby.edge.cors import preflight


def allowed(asked: str) -> str:
    call = match(TRACK)
    assert call
    return dict(preflight(call, {"access-control-request-headers": asked}).headers)["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("asked", ["authorization", "x-retry-count, content-type", "cl-user-agent,x-request-id"])
def test_headers_that_are_asked_for_are_allowed(asked: str) -> None:
    assert allowed(asked) == asked


@pytest.mark.parametrize("asked", ["", "a\r\nb", "a;b", "x" * 2_000, "\xe4"])
def test_what_is_no_list_of_headers_gets_the_usual_ones(asked: str) -> None:
    names = allowed(asked).split(", ")
    assert {"Authorization", "Content-Type", "X-Retry-Count", "X-Request-Id", "CL-User-Agent"} <= set(names)
