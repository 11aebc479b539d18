"""Log lines can be read in these tests."""

from tests.edge.conftest import lines

__all__ = ["lines"]
