"""A call is written so that each language sends it as it is."""

from __future__ import annotations

import json
import shlex
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.common import languages
from passerby.dialects.samples import SampleCall

URL = "https://cdp.example"
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)


@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_a_shell_receives_any_call_unchanged(url: str, body: dict[str, str]) -> None:
    written = languages.shell(url, SampleCall("/p", body, (("Authorization", "Bearer 'x'"),), "us'er"))
    words = shlex.split(written.replace(" \\\n  ", " "))  # it knows lines that go on for something else than shells do
    assert words[:3] == ["curl", "-sS", f"{url}/p"]
    assert words[4] == "Content-Type: application/json"
    assert words[6] == "Authorization: Bearer 'x'"
    assert words[7:9] == ["-u", "us'er:"]
    assert json.loads(words[-1]) == body


@given(
    TEXTS,
    st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.dictionaries(TEXTS, TEXTS, max_size=2)), max_size=4),
)
def test_python_receives_any_call_unchanged(url: str, body: dict[str, Any]) -> None:
    written = languages.python(url, SampleCall("/p", body))
    names: dict[str, Any] = {}
    exec(written.partition("from urllib.request import Request, urlopen\n")[2].partition("request = ")[0], names)  # noqa: S102 - our own text
    assert names["body"] == body


@given(TEXTS)
def test_no_text_ends_a_script_element(text: str) -> None:
    written = languages.javascript(URL, SampleCall("/p", {"</script>": f"</script>{text}"}))
    assert "</script" not in written


def test_a_user_name_is_sent_as_basic_authentication() -> None:
    call = SampleCall("/p", {}, user="key")
    assert call.http_headers() == {"Content-Type": "application/json", "Authorization": "Basic a2V5Og=="}
    assert '"Basic a2V5Og=="' in languages.javascript(URL, call)
    assert "-u 'key:'" in languages.shell(URL, call)
