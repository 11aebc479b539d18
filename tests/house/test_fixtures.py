"""Fixtures that change a server have the server's scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.repository import texts

CHANGES = {"new_project", "passerby"}
"""Methods that leave something of a fixed name on the server that all tests of a folder share."""


def fixtures(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, str]]:
    """The fixtures of a file with their scopes."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            if ast.unparse(call.func if call else decorator) == "pytest.fixture":
                scopes = [
                    str(ast.literal_eval(each.value)) for each in (call.keywords if call else []) if each.arg == "scope"
                ]
                yield function, scopes[0] if scopes else "function"


def changes(function: ast.FunctionDef) -> bool:
    """Whether a fixture changes a server that it was handed."""
    handed = {argument.arg for argument in function.args.args}
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return any(
        isinstance(each, ast.Attribute) and each.attr in CHANGES and ast.unparse(each.value) in handed for each in calls
    )


def test_a_fixture_that_changes_a_shared_server_is_set_up_once() -> None:
    """The runner splits a module between workers and comes back to it: its module fixtures are then set up twice."""
    wrong = [
        f"{path}: {function.name}"
        for path, text in texts()
        if path.startswith("tests/") and path.endswith(".py")
        for function, scope in fixtures(ast.parse(text))
        if scope != "session" and changes(function)
    ]
    assert not wrong
