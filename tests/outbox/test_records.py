"""Changes of profiles as lines of the outbox."""

from __future__ import annotations

import msgspec
import pytest

from passerby.identity.decisions import Decision, DecisionKind
from passerby.messages import Identifier
from passerby.outbox.records import (
    TEST_DATA,
    Attached,
    Change,
    ConsentChanged,
    Created,
    Detached,
    Erased,
    Merged,
    Reassigned,
    StageChanged,
    TraitsChanged,
    Unmerged,
    decoded,
    encoded,
    of_decision,
)
from passerby.positions import Position

MAIL = Identifier("email", "ann@example.org", "shop")
AT = Position(7)
EVERY: list[Change] = [
    Created(project=1, position=AT, profile="a"),
    Attached(project=1, position=AT, profile="a", identifier=MAIL),
    Reassigned(project=1, position=AT, profile="a", canonical="c", identifier=MAIL, from_="b"),
    Detached(project=1, position=AT, profile="a", identifier=MAIL, from_="b"),
    Merged(project=1, position=AT, profile="b", canonical="a", winner="a", merge_id="m"),
    Unmerged(project=1, position=AT, profile="b", winner="a", merge_id="m"),
    TraitsChanged(project=1, position=AT, profile="a", names=("color", "size")),
    StageChanged(project=1, position=AT, profile="a", from_="anonymous", to="lead"),
    ConsentChanged(project=1, position=AT, profile="a", purposes=("e-mail",)),
    Erased(project=1, position=AT, profile="a", request=TEST_DATA),
]


def test_every_change_record_is_read_as_it_was_written() -> None:
    assert list(decoded(encoded(EVERY))) == EVERY
    assert encoded([]) == b""


def test_a_line_has_the_fields_of_the_contract() -> None:
    lines = [msgspec.json.decode(line) for line in encoded(EVERY).splitlines()]
    kinds = "created attached reassigned detached merged unmerged traits stage consent erased"
    assert [line["kind"] for line in lines] == kinds.split()
    assert lines[2] == {
        "kind": "reassigned",
        "project": 1,
        "position": 7,
        "profile": "a",
        "canonical": "c",
        "identifier": ["email", "ann@example.org", "shop"],
        "from": "b",
    }
    assert lines[7] == {
        "kind": "stage", "project": 1, "position": 7, "profile": "a", "from": "anonymous", "to": "lead",
    }  # fmt: skip


def test_kinds_and_fields_of_a_later_version_are_passed_over() -> None:
    later = b'{"kind":"scored","profile":1}\n{"kind":"created","project":1,"position":7,"profile":"a","because":"x"}\n'
    assert list(decoded(later)) == EVERY[:1]


@pytest.mark.parametrize("line", [b"x\n", b"{}\n", b'{"kind":"created"}\n'])
def test_what_no_version_wrote_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        list(decoded(line))


def decision(kind: DecisionKind, **fields: object) -> Decision:
    usual: dict[str, object] = {"message_id": "", "identifier": MAIL, "from_": "b", "to": "a", "rule": "R2"}
    return Decision(kind, **{**usual, **fields})  # type: ignore[arg-type]  # the fields of a test


@pytest.mark.parametrize(
    "made, change",
    [
        (decision("created", identifier=None, from_=None), EVERY[0]),
        (decision("attached", from_=None), EVERY[1]),
        (decision("reassigned"), Reassigned(project=1, position=AT, profile="a", identifier=MAIL, from_="b")),
        (decision("reassigned", rule="manual"), EVERY[3]),
        (
            decision("undone", merge_id="m"),
            Unmerged(project=1, position=AT, profile="b", canonical="a", winner="a", merge_id="m"),
        ),
        (decision("merged", merge_id="m"), EVERY[4]),
        (decision("conflict"), None),
        (decision("limited"), None),
        (decision("blocked", to=None, from_=None), None),
        (decision("attached", identifier=None), None),
    ],
)
def test_a_decision_that_changed_something_is_a_change(made: Decision, change: Change | None) -> None:
    assert of_decision(1, AT, made, "a") == change


def test_a_change_names_the_profile_that_its_own_belongs_to() -> None:
    change = of_decision(1, AT, decision("attached", from_=None), "c")
    assert change == Attached(project=1, position=AT, profile="a", canonical="c", identifier=MAIL)
