"""What things are called."""

from __future__ import annotations

from passerby.console.presenters.namespaces import namespace_label
from passerby.identity.namespaces import CLASSES, FORMER_USER_ID


def test_every_built_in_namespace_has_words_of_its_own() -> None:
    assert all("_" not in namespace_label(name) for name in (*CLASSES, FORMER_USER_ID))


def test_a_namespace_of_the_project_is_called_by_its_name() -> None:
    assert namespace_label("loyalty_card") == "loyalty card"
