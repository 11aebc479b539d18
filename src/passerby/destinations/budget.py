"""The budget of one evaluation of a template: bounds its time and the size of its values."""

from __future__ import annotations

from typing import Any, Final

BUDGET: Final = 100_000
"""Steps."""
_CHARACTERS_A_STEP: Final = 32


class OverBudget(ValueError):
    """The evaluation takes too many steps, or its values are too large."""


class Budget:
    """The steps that are left. Methods raise OverBudget."""

    __slots__ = ("_left",)

    def __init__(self, steps: int = BUDGET) -> None:
        self._left = steps

    def pay(self, steps: int) -> None:
        """Take steps."""
        self._left -= steps
        if self._left < 0:
            raise OverBudget(f"the expression takes more than {BUDGET} steps, or its values are too large")

    def pay_for(self, made: Any) -> None:
        """Take a step for each value within a new value, and for each 32 characters of text."""
        waiting = [made]
        while waiting:
            value = waiting.pop()
            if type(value) is str:
                self.pay(1 + len(value) // _CHARACTERS_A_STEP)
            elif type(value) is list:
                self.pay(1 + len(value))
                waiting += value
            elif type(value) is dict:
                self.pay(1 + len(value))
                waiting += value.values()
