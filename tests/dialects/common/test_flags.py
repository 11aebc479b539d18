from __future__ import annotations

from typing import Any

import pytest

from passerby.dialects.common.values import LONGEST_FLAG, says_no, says_yes


@pytest.mark.parametrize("value", [True, 1, 1.0, "true", "TRUE", " True ", "1", "yes", "on"])
def test_yes_is_read_in_every_spelling(value: Any) -> None:
    assert (says_yes(value), says_no(value)) == (True, False)


@pytest.mark.parametrize("value", [False, 0, 0.0, "false", "False", " FALSE ", "0", "no", "off"])
def test_no_is_read_in_every_spelling(value: Any) -> None:
    assert (says_yes(value), says_no(value)) == (False, True)


@pytest.mark.parametrize("value", [None, "", 2, -1, 0.5, "maybe", [], {}, [True], "true" + " " * LONGEST_FLAG])
def test_anything_else_is_neither_yes_nor_no(value: Any) -> None:
    assert (says_yes(value), says_no(value)) == (False, False)
