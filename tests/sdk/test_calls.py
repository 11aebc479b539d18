"""A first call of each dialect, in the languages that it can be pasted in."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects import registry
from passerby.profiles.testing import PREFIX
from passerby.sdk import calls
from passerby.sdk.calls import DIALECTS, Call, first_call

KEYS = {kind: f"/key-of-{kind}/" for dialect in DIALECTS.values() for kind in dialect.kinds}
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)


def test_every_dialect_has_one() -> None:
    assert set(DIALECTS) == {dialect.name for dialect in registry.ALL}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_call_goes_to_the_address_given_with_the_keys_given(dialect: str) -> None:
    call = first_call(dialect, "https://cdp.example", KEYS)
    assert call is not None
    assert call.url.startswith("https://cdp.example/")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_its_keys_there_is_none(dialect: str) -> None:
    assert first_call(dialect, "https://cdp.example", {}) is None


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_call_makes_a_test_profile(dialect: str) -> None:
    call = first_call(dialect, "https://cdp.example", KEYS)
    assert call is not None
    names = {"mobileId", "anonymousId", "email", "uid"}
    sent = [value for name, value in call.body.items() if name in names]
    assert len(sent) == 1
    assert sent[0].startswith(PREFIX)


def test_a_secret_that_nobody_can_read_again_has_a_placeholder() -> None:
    call = first_call("webengage", "https://cdp.example", {"webengage.license_code": "~1"})
    assert call is not None
    assert call.headers == (("Authorization", "Bearer YOUR_API_KEY"),)


@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_whatever_a_call_holds_a_shell_gets_it_as_it_is(url: str, body: dict[str, str]) -> None:
    written = calls.shell(Call(url, (("Authorization", "Bearer 'x'"),), body))
    words = shlex.split(written.replace(" \\\n  ", " "))  # it knows lines that go on for something else than shells do
    assert words[:3] == ["curl", "-sS", url]
    assert words[4] == "Content-Type: application/json"
    assert words[6] == "Authorization: Bearer 'x'"
    assert json.loads(words[-1]) == body


@given(
    TEXTS,
    st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.dictionaries(TEXTS, TEXTS, max_size=2)), max_size=4),
)
def test_whatever_a_call_holds_python_gets_it_as_it_is(url: str, body: dict[str, Any]) -> None:
    written = calls.python(Call(url, (), body))
    names: dict[str, Any] = {}
    exec(written.partition("from urllib.request import Request, urlopen\n")[2].partition("request = ")[0], names)  # noqa: S102 - our own text
    assert names["body"] == body


@given(TEXTS)
def test_whatever_a_call_holds_no_script_element_ends_in_javascript(text: str) -> None:
    written = calls.javascript(Call("https://cdp.example", (), {"</script>": f"</script>{text}"}))
    assert "</script" not in written
