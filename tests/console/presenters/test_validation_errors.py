"""Violations in words."""

from __future__ import annotations

import re
from pathlib import Path

import passerby
from passerby.console.presenters.validation_errors import advice, called

_KIND = re.compile(r'(?:Violation|Finding)\(\s*"([a-z_0-9]+)"')


def test_every_kind_that_is_named_in_the_code_has_advice() -> None:
    source = Path(passerby.__file__).parent
    kinds = {kind for path in source.rglob("*.py") for kind in _KIND.findall(path.read_text())}
    assert len(kinds) > 8
    assert [kind for kind in sorted(kinds) if not advice(kind)] == []


def test_a_kind_without_advice_is_called_by_its_name() -> None:
    assert (called("odd_thing"), advice("odd_thing")) == ("Odd thing", "")
