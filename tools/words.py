"""Refuses words that are not plain technical English, in text and in commit subjects.

    PYTHON tools/words.py            check files and commit subjects
    PYTHON tools/words.py --files    check files alone, and no commits
    PYTHON tools/words.py --message FILE   check the commit message in this file alone

`words.toml` holds the phrases and what to write instead.

The subjects checked are those of the commits that the upstream branch does not have, or of the last commit where there
is no upstream branch: `area: imperative`, at most 72 characters.

Standard library only, and below a second: it runs before every commit.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent
CHECKED: Final = re.compile(r".*\.(py|md|html|sql|js|mjs|ts|css|toml|yaml|txt)|Makefile|\.ci/run")
UNCHECKED: Final = re.compile(
    r"tools/words\..*|.*/(vendor|viewer|bundles)/.*|docs/reference/(api|metrics|semantics|settings)\.md"
    r"|.*/(test_)?earlier_(reasons|rejections)\.py|.*/(log|state)/sqlite/migrations/0001_tables\.sql"
)
"""The phrases themselves, what others wrote, generated pages, texts that earlier versions stored, released steps."""
SUBJECT: Final = re.compile(r"[a-z][a-z0-9_.,/ -]*: (?P<verb>[a-z][\w-]*)( .*)?[^.]")
NO_IMPERATIVE: Final = re.compile(r"(?!(bring|embed|feed|need|seed|shed|speed|focus)$).*(ing|ed|[^s]s)")
LONGEST_SUBJECT: Final = 72


class Finding(NamedTuple):
    """One phrase in one line."""

    path: str
    number: int
    column: int
    phrase: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.number}: “{self.phrase}” - {self.instead}"


class Phrases:
    """The phrases of a `words.toml`."""

    def __init__(self, instead: Mapping[str, str]) -> None:
        self._instead = [(re.compile(rf"\b(?:{pattern})\b"), text) for pattern, text in instead.items()]
        # Where none of them occurs, as in nearly every file and line, one search is enough.
        self._any = re.compile("|".join(f"(?:{pattern})" for pattern in instead))

    def within(self, path: str, text: str) -> Iterator[Finding]:
        """Every phrase in a text."""
        lowered = text.lower()
        if not self._any.search(lowered):
            return
        for number, line in enumerate(lowered.split("\n"), 1):
            if self._any.search(line):
                for pattern, instead in self._instead:
                    for found in pattern.finditer(line):
                        yield Finding(path, number, found.start(), found[0], instead)


def main(arguments: list[str]) -> int:
    """Run the check. Return the exit code."""
    phrases = Phrases(tomllib.loads((ROOT / "tools/words.toml").read_text())["phrases"])
    if arguments[:1] == ["--message"]:
        return report(list(faults(Path(arguments[1]).read_text(encoding="utf-8").partition("\n")[0], phrases)))
    found = [finding for path, text in texts() for finding in phrases.within(path, text)]
    change = [] if "--files" in arguments else subjects()
    return report(
        [*map(str, without_names(found)), *(fault for subject in change for fault in faults(subject, phrases))]
    )


def report(wrong: list[str]) -> int:
    """Print what is wrong. Return the exit code."""
    if wrong:
        print("\n".join(wrong))
        print(f"{len(wrong)} phrases that are not plain technical English: see docs/reference/glossary.md")
    return bool(wrong)


def without_names(found: Iterable[Finding]) -> list[Finding]:
    """Leave out findings in names of Python code, which a review judges."""
    by_path: dict[str, list[Finding]] = {}
    for finding in found:
        by_path.setdefault(finding.path, []).append(finding)
    kept = []
    for path, findings in by_path.items():
        names = set(name_positions(ROOT / path)) if path.endswith(".py") else set()
        kept += [finding for finding in findings if (finding.number, finding.column) not in names]
    return kept


def name_positions(file: Path) -> Iterator[tuple[int, int]]:
    """Line and column of every name in a file's code."""
    with file.open("rb") as source:
        yield from (token.start for token in tokenize.tokenize(source.readline) if token.type == tokenize.NAME)


def texts() -> Iterator[tuple[str, str]]:
    """Every checked file of the repository, as a path from its root and its text."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for path in listed:
        if CHECKED.fullmatch(path) and not UNCHECKED.fullmatch(path) and (ROOT / path).is_file():
            yield path, (ROOT / path).read_text(encoding="utf-8")


def subjects() -> list[str]:
    """The subjects of the commits that are this change."""
    upstream = run("git", "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
    which = [f"{upstream}..HEAD"] if upstream else ["-1"]
    return run("git", "log", "--no-merges", "--format=%s", *which).splitlines()


def faults(subject: str, phrases: Phrases) -> Iterator[str]:
    """What is wrong with a commit's subject."""
    fits = SUBJECT.fullmatch(subject)
    if not fits or NO_IMPERATIVE.fullmatch(fits["verb"]):
        yield f"commit “{subject}”: write “area: imperative”, without a full stop"
    if len(subject) > LONGEST_SUBJECT:
        yield f"commit “{subject}”: {len(subject)} characters, at most {LONGEST_SUBJECT}"
    yield from (f"commit “{subject}”: “{each.phrase}” - {each.instead}" for each in phrases.within("", subject))


def run(*command: str) -> str:
    """The output of a command in the repository; empty where it fails, as git does without a repository."""
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
