"""Whatever is asked, the answer is one that the description knows of, in its shape."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.office import Office
from tests.api.test_openapi import DESCRIPTION, OWN
from tests.state.filling import new_id

from passerby.api.errors import ErrorAnswer

NAMES = ["namespace", "value", "scope", "q", "stage", "limit", "cursor", "name", "wait"]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
values = st.one_of(
    texts, st.integers().map(str), st.floats().map(str), st.sampled_from(["user_id", "lead", "1", "W10"])
)
queries = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(OWN), id_=st.one_of(texts, st.builds(new_id)), query=queries)
def test_whatever_is_asked(office: Office, path: str, id_: str, query: dict[str, Any]) -> None:
    method = next(iter(DESCRIPTION["paths"][path]))
    url = path.replace("{profile_id}", "{}").replace("{merge_id}", "{}").format(quote(id_, safe=""))
    answer = office.building.client.request(
        method, url, params={**query, "wait": "0"}, headers={"Authorization": f"Bearer {office.token}"}
    )
    assert answer.status_code in {200, 400, 404, 405}
    if answer.status_code != 200:
        assert msgspec.json.decode(answer.content, type=ErrorAnswer).error.message
