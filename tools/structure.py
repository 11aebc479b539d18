"""Measures the structure of the source: sizes, functions, comments, import loops, engines.

    PYTHON tools/structure.py [SOURCE ...]

A source is the folder of a package, `src/passerby` by default; several are compared next to each other, such as that of
this tree and that of an earlier checkout. Standard library only. The figures are for reviews: no test limits them.
"""

from __future__ import annotations

import ast
import io
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

ENGINES: Final = frozenset({"aiokafka", "apsw", "chdb", "psycopg", "sqlite3"})
PRAGMAS: Final = ("noqa", "type:", "pragma")
FRAGMENT: Final = 40
"""Lines up to which a file counts as a fragment."""
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


class Module(NamedTuple):
    """One file of a package."""

    root: str
    name: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The folder below the root that it is in; its own name where it is in none."""
        return self.name.split(".")[1]


class Figures(NamedTuple):
    """Counts by name, and the packages that are in import loops and that import an engine."""

    counts: Mapping[str, float]
    loops: Sequence[Sequence[str]]
    engines: Sequence[str]


def main(sources: list[str]) -> int:
    """Print the figures of these sources next to each other. Return the exit code."""
    names = sources or ["src/passerby"]
    columns = [measure(Path(name)) for name in names]
    for name in columns[0].counts:
        values = [column.counts[name] for column in columns]
        print(f"{name:<44}", *(f"{value:>10,}" if isinstance(value, int) else f"{value:>10.1f}" for value in values))
    for name, column in zip(names, columns, strict=True):
        print(f"\n{name}")
        print("  import loops:", "; ".join(" ".join(loop) for loop in column.loops) or "none")
        print("  packages that import an engine:", " ".join(column.engines))
    return 0


def measure(source: Path) -> Figures:
    """The figures of one source."""
    modules = list(read(source))
    lines = [module.text.count("\n") for module in modules]
    functions = [node for module in modules for node in ast.walk(module.tree) if isinstance(node, FUNCTIONS)]
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]
    loops = [sorted(loop) for loop in components(graph(modules)) if len(loop) > 1]
    engines = sorted({module.package for module in modules if ENGINES & {name for name, _ in imported(module)}})
    counts = {
        "files": len(modules),
        f"files of at most {FRAGMENT} lines": sum(count <= FRAGMENT for count in lines),
        "lines": sum(lines),
        "lines of the longest file": max(lines),
        "functions": len(functions),
        "lines of a function, median": statistics.median(lengths),
        "lines of a function, 90th percentile": statistics.quantiles(lengths, n=10)[-1],
        "private helpers called once, % of functions": 100 * sum(map(called_once, modules)) / len(functions),
        "comments per 1,000 lines": 1000 * sum(map(comments, modules)) / sum(lines),
        "packages and top-level modules": len({module.package for module in modules}),
        "of these in import loops": sum(map(len, loops)),
        "of these importing an engine": len(engines),
    }
    return Figures(counts, loops, engines)


def read(source: Path) -> Iterator[Module]:
    """Every module of a source, by its dotted name."""
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        text = path.read_text(encoding="utf-8")
        yield Module(source.name, ".".join(parts), text, ast.parse(text))


def called_once(module: Module) -> int:
    """How many private functions and methods the module names in one place only, apart from their definition."""
    named = Counter(node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name))
    named.update(node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute))
    defined = (node.name for node in ast.walk(module.tree) if isinstance(node, FUNCTIONS))
    return sum(named[name] == 1 for name in defined if name.startswith("_") and not name.endswith("__"))


def comments(module: Module) -> int:
    """How many comments the module has, those for tools left out."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    return sum(token.type == tokenize.COMMENT and not token.string.lstrip("# ").startswith(PRAGMAS) for token in tokens)


def imported(module: Module) -> Iterator[tuple[str, str]]:
    """What the module imports, wherever in it: the first and the second part of each name; "" where there is none."""
    for node in ast.walk(module.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from passerby import sql` imports a module; `from passerby.storage.sql import load` something of it.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            first, _, rest = name.partition(".")
            yield first, rest.partition(".")[0]


def graph(modules: Sequence[Module]) -> Mapping[str, set[str]]:
    """Which packages each package imports."""
    packages = {module.package for module in modules}
    found: dict[str, set[str]] = {package: set() for package in packages}
    for module in modules:
        own = {second for first, second in imported(module) if first == module.root}
        found[module.package] |= own & packages - {module.package}
    return found


def components(edges: Mapping[str, set[str]]) -> list[set[str]]:
    """The strongly connected components: packages that reach each other. Small graphs only: it closes the relation."""
    reached = {package: set(direct) for package, direct in edges.items()}
    for middle in edges:
        for package in edges:
            if middle in reached[package]:
                reached[package] |= reached[middle]
    found: list[set[str]] = []
    for package in sorted(edges):
        if not any(package in component for component in found):
            found.append({package} | {other for other in reached[package] if package in reached[other]})
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
