"""The state of a rejected form: submitted values are kept, and errors are shown next to their fields."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.handlers import HTTPRouteHandler

from passerby.console import app
from passerby.console.forms import PAGE, FormState, Rejection, field_of, kept, sentence, state_of
from passerby.services.errors import ErrorCode, ServiceError, invalid

REJECTION = Rejection("/p/default/settings", {"name": "Use another name."})


def handlers() -> list[HTTPRouteHandler]:
    return app.routes()


def test_every_form_of_a_project_has_a_page_that_is_there() -> None:
    pages = {path for each in handlers() if "GET" in each.http_methods for path in each.paths}
    forms = [each for each in handlers() if "POST" in each.http_methods and not each.paths & {"/sign-in", "/sign-out"}]
    assert len(forms) > 15
    unknown = {path for each in forms for path in each.paths if each.opt[PAGE] not in pages}
    buttons = {"/p/{project_name:str}/health/examination", "/p/{project_name:str}/health/alerts/test"}
    assert unknown == buttons, "forms without a field need no page; every other form does"


def test_a_form_shows_what_was_sent_and_others_what_holds() -> None:
    state = state_of("/p/default/settings", b"name=a+b&scopes=read&scopes=manage&empty=", REJECTION)
    own, other = state.of("/settings"), state.of("/settings/users")
    assert (own.value("name", "old"), other.value("name", "old")) == ("a b", "old")
    assert (own.value("empty", "old"), own.value("absent", "old")) == ("", "")
    assert [own.has("scopes", each, otherwise=False) for each in ("read", "identity", "manage")] == [True, False, True]
    assert (other.has("scopes", "read", otherwise=True), other.has("scopes", "read", otherwise=False)) == (True, False)
    assert (own.fault("name"), own.fault("empty"), other.fault("name")) == ("Use another name.", "", "")
    assert (own.is_first("name"), own.is_first("empty")) == (True, False)
    assert not FormState().of("/settings").rejected


def test_forms_with_the_same_action_are_distinguished_by_hidden_fields() -> None:
    state = state_of("/p/default/settings/users/role", b"name=kim&role=admin", REJECTION)
    assert state.of("/settings/users/role", name="kim").rejected
    assert not state.of("/settings/users/role", name="sam").rejected


@given(st.binary(max_size=200))
def test_any_form_body_makes_a_state(body: bytes) -> None:
    state = state_of("/p/default/settings", body, REJECTION)
    assert isinstance(state.value("name"), str)


def test_too_many_fields_are_not_shown_again() -> None:
    assert state_of("/p/default/settings", b"&".join([b"a=b"] * 1_001), REJECTION).value("a") == ""


@pytest.mark.parametrize(
    "message, shown",
    [
        ("Expected `str` of length <= 63", "Use at most 63 characters."),
        ("Expected `str` of length >= 1", "This field is required."),
        ("Object missing required field `name`", "This field is required."),
        ("Invalid enum value 'x'", "Choose one of the options."),
        ("there is no such project", "There is no such project."),
        ("Enter a number.", "Enter a number."),
    ],
)
def test_messages_are_sentences(message: str, shown: str) -> None:
    assert sentence(message) == shown


@pytest.mark.parametrize("parameter, name", [("data.name", "name"), ("name", "name"), ("body", ""), ("data", "")])
def test_parameters_are_entered_in_fields(parameter: str, name: str) -> None:
    assert field_of(parameter) == name


class Reason(msgspec.Struct):
    reason: str
    force: bool = False


def test_a_form_that_was_read_is_kept_with_the_messages_about_its_fields() -> None:
    form = kept("/here", Reason("because", force=True), invalid("reason", "say more"))
    assert (form.value("reason"), form.has("force", "True", otherwise=False)) == ("because", True)
    assert form.fault("reason") == "Say more."
    other = kept(
        "/here", Reason("because"), ServiceError(ErrorCode.DEPENDENT_MERGE_EXISTS, "a later merge builds on it")
    )
    assert (other.value("reason"), other.faults) == ("because", {})


def test_the_parameters_of_a_page_are_those_of_its_form() -> None:
    for each in handlers():
        if PAGE in each.opt:
            names = [set(re.findall(r"\{(\w+):", path)) for path in (each.opt[PAGE], *each.paths)]
            assert names[0] <= names[1], each
