"""Log output for these tests."""

from tests.edge.conftest import lines

__all__ = ["lines"]
