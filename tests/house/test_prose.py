"""No code reads back the sentences that Passerby makes: records are stored, and sentences made where they are shown.

What cannot be held in general is held by its signs: English in a regular expression, and a reason, an explanation or a
sentence that is taken apart.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from tests.house.repository import SOURCE, modules

OF_OTHERS = {"console/forms.py", "sdk/bundle.py"}
"""Modules whose regular expressions read the messages of a library (msgspec), and JavaScript."""
EARLIER = re.compile(r".*/earlier_(reasons|rejections)\.py")
"""Modules that convert sentences of earlier versions. They look them up and use no regular expression."""
TAKES_APART = {"partition", "rpartition", "split", "rsplit", "startswith", "endswith", "removeprefix", "removesuffix"}
SENTENCES = {"reason", "why", "explanation", "sentence", "expectation"}
MATCHES = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
PROSE = re.compile(r"(?<![\\\[(?:\w])[A-Za-z]{2,} (?:\w+ )*[A-Za-z]{2,}")


def parsed() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package by its path."""
    for path in modules():
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text())


def patterns(module: ast.Module) -> Iterator[str]:
    """The literal patterns of a module's regular expressions."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
        ):
            for part in ast.walk(ast.Module([ast.Expr(each) for each in node.args[:1]], [])):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield re.sub(r"\s#.*", "", part.value)


def taken_apart(module: ast.Module) -> Iterator[str]:
    """The names of sentences of which a module reads a part."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKES_APART:
            yield called(node.func.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MATCHES:
            yield from map(called, node.args)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            text, (held, *_) = node.left, node.comparators
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield called(held)


def called(node: ast.expr) -> str:
    """The name of a variable or an attribute; "" of anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("pattern, is_prose", [(r"R[123](?:\([ab]\))?", False), (r"limit of (\w+) reached", True)])
def test_prose_in_a_pattern_is_noticed(pattern: str, *, is_prose: bool) -> None:
    assert bool(PROSE.search(pattern)) == is_prose


def test_no_regular_expression_reads_english() -> None:
    found = {
        f"{path}: {pattern}"
        for path, module in parsed()
        if path not in OF_OTHERS
        for pattern in patterns(module)
        if PROSE.search(pattern)
    }
    assert not found


def test_no_sentence_is_taken_apart() -> None:
    found = {(path, name) for path, module in parsed() for name in taken_apart(module) if name in SENTENCES}
    assert not found


def test_only_conversions_of_earlier_versions_have_their_texts() -> None:
    """The texts that were stored once are in the modules that convert them, and in no other."""
    texts = (
        "no" + "body known by these names",
        "R2: unknown before",
        "no reason given",
        "beyond the catalogue already",
    )
    found = {
        (path, text)
        for path, module in parsed()
        if not EARLIER.fullmatch(path)
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for text in texts
        if text in node.value
    }
    assert not found


def test_conversions_use_no_regular_expressions() -> None:
    found = [path for path, module in parsed() if EARLIER.fullmatch(path)]
    assert len(found) == 2
    assert not [path for path in found if re.search(r"^import re$", (SOURCE / path).read_text(), re.MULTILINE)]
