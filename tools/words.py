"""Refuses words that are not plain technical English, in text and in commit subjects.

    PYTHON tools/words.py            check; list what is new
    PYTHON tools/words.py --all      list everything, known lines too
    PYTHON tools/words.py --shrink   remove lines from the baseline that are gone
    PYTHON tools/words.py --files    check files alone, and no commits
    PYTHON tools/words.py --message FILE   check the commit message in this file alone

`words.toml` holds the phrases and what to write. Lines with such a phrase that were there when a phrase was added are
known by their hash in `words.baseline`: they may be moved and deleted, but a line that is new or edited has to be
written in other words. The baseline never grows, and is deleted with its last line.

The subjects checked are those of the commits that the upstream branch does not have, or of the last commit where there
is no upstream branch: `area: imperative`, at most 72 characters.

Standard library only, and below a second: it runs before every commit.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent
BASELINE: Final = "tools/words.baseline"
CHECKED: Final = re.compile(r".*\.(py|md|html|sql|js|mjs|ts|css|toml|yaml|txt)|Makefile|\.ci/run")
UNCHECKED: Final = re.compile(
    r"tools/words\..*|.*/(vendor|viewer|bundles)/.*|docs/reference/(api|metrics|semantics|settings)\.md"
    r"|.*/(test_)?earlier_(reasons|rejections)\.py"
)
"""The phrases themselves, what others wrote, generated pages, and texts that earlier versions stored."""
SUBJECT: Final = re.compile(r"[a-z][a-z0-9_.,/ -]*: (?P<verb>[a-z][\w-]*)( .*)?[^.]")
NO_IMPERATIVE: Final = re.compile(r"(?!(bring|embed|feed|need|seed|shed|speed|focus)$).*(ing|ed|[^s]s)")
LONGEST_SUBJECT: Final = 72


class Finding(NamedTuple):
    """One phrase in one line."""

    path: str
    number: int
    column: int
    line: str
    phrase: str
    instead: str

    @property
    def known_as(self) -> str:
        """What the baseline calls the line: it does not depend on the line's place and indentation."""
        return hashlib.sha256(self.line.strip().encode()).hexdigest()[:12]

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
        for number, (line, low) in enumerate(zip(text.split("\n"), lowered.split("\n"), strict=True), 1):
            if self._any.search(low):
                for pattern, instead in self._instead:
                    for found in pattern.finditer(low):
                        yield Finding(path, number, found.start(), line, found[0], instead)


def main(arguments: list[str]) -> int:
    """Run the check. Return the exit code."""
    phrases = Phrases(tomllib.loads((ROOT / "tools/words.toml").read_text())["phrases"])
    if arguments[:1] == ["--message"]:
        return report(list(faults(Path(arguments[1]).read_text(encoding="utf-8").partition("\n")[0], phrases)))
    found = [finding for path, text in texts() for finding in phrases.within(path, text)]
    baseline = ROOT / BASELINE
    known = set(baseline.read_text().split()) if baseline.exists() else set()
    if "--shrink" in arguments:
        write(baseline, known & {finding.known_as for finding in without_names(found)})
        return 0
    new = without_names(finding for finding in found if "--all" in arguments or finding.known_as not in known)
    change = [] if "--files" in arguments else subjects()
    return report([*map(str, new), *(fault for subject in change for fault in faults(subject, phrases))])


def report(wrong: list[str]) -> int:
    """Print what is wrong. Return the exit code."""
    if wrong:
        print("\n".join(wrong))
        print(f"{len(wrong)} phrases that are not plain technical English: see docs/reference/glossary.md")
    return bool(wrong)


def without_names(found: Iterable[Finding]) -> list[Finding]:
    """Those that are not names in Python code: names are the review's affair, text is checked."""
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


def write(baseline: Path, lines: Iterable[str]) -> None:
    """Write the baseline; delete it with its last line."""
    text = "".join(f"{line}\n" for line in sorted(lines))
    if text:
        baseline.write_text(text)
    else:
        baseline.unlink(missing_ok=True)


def run(*command: str) -> str:
    """The output of a command in the repository; empty where it fails, as git does without a repository."""
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
