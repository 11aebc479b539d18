"""Renamed routes answer under their former paths for one release, and say that these are deprecated."""

from __future__ import annotations

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import ident

from passerby.api.openapi import reference
from passerby.api.openapi.document import describe
from passerby.api.routes.renamed import DEPRECATED_SINCE

PATHS = {
    "/v1/refused": "/v1/rejected-requests",
    "/v1/series": "/v1/metrics/timeseries",
    "/v1/catalogue/marks": "/v1/catalogue/annotations",
    "/v1/catalogue/volumes": "/v1/catalogue/event-counts",
    "/v1/profiles/{profile_id}/why": "/v1/profiles/{profile_id}/identifiers/explain",
}


@pytest.mark.parametrize("former", PATHS)
def test_the_former_path_gives_the_same_answer_with_a_deprecation_header(api: ApiClient, former: str) -> None:
    api.identify(ident("user_id", "u1"))
    api.patch("/v1/catalogue/marks", body={"event": "Seen", "planned": True})
    place = {"profile_id": api.owner("user_id", "u1")}
    query = {"namespace": "user_id", "value": "u1"} if former.endswith("why") else {}
    old = api.get(former.format_map(place), **query)
    new = api.get(PATHS[former].format_map(place), **query)
    assert (old.status_code, new.status_code) == (200, 200)
    assert old.json() == new.json()
    assert (old.headers.get("deprecation"), new.headers.get("deprecation")) == (DEPRECATED_SINCE, None)
    assert old.headers["cache-control"] == "no-store"


def test_former_paths_are_deprecated_in_the_description() -> None:
    paths = describe(reference.application_to_describe(), "http://ingest.example")["paths"]
    deprecated = {
        path
        for path, item in paths.items()
        for method, operation in item.items()
        if method in reference.METHODS and operation.get("deprecated")
    }
    assert deprecated == set(PATHS)
    for former, successor in PATHS.items():
        assert successor in paths
        assert f"`GET {successor}`" in paths[former]["get"]["description"]
