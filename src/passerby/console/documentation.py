"""Documentation pages: the Markdown files of `docs/`, rendered to HTML.

The wheel holds them as `passerby/docs`; in a checkout they are read from the repository. The HTML holds no script, no
style and no raw HTML of the sources, and loads nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from passerby.dialects import registry

PREFIX: Final = "/docs"

SECTIONS: Final = {
    "tutorial": "Tutorial",
    "how-to": "How-to guides",
    "reference": "Reference",
    "explanation": "Explanation",
    "decisions": "Decisions",
}
"""Folders in the order in which they are listed."""

GUIDES: Final = (
    *(
        (f"/sources/platforms/{name}", platform.guide.partition("#")[0])
        for name, (_, platform) in registry.PLATFORMS.items()
    ),
    *((f"/sources/{dialect.name}", dialect.guide) for dialect in registry.ALL),
    ("/sources", "how-to/sdk"),
    ("/profiles", "explanation/identity"),
    ("/settings/policy", "explanation/identity"),
    ("/settings/tokens", "reference/api"),
    ("/settings", "reference/settings"),
    ("/health", "how-to/monitor"),
    ("/catalogue", "explanation/catalogue"),
    ("", "how-to/console"),
)
"""Which page explains the console's pages below a path of a project; the first that fits."""

_ENDING: Final = ".md"
_INDEX: Final = "/README"


class Page(NamedTuple):
    """One page. `path` is that of its file without `.md`, and of a folder's index that of the folder."""

    path: str
    title: str
    file: str
    text: str

    @property
    def html(self) -> str:
        """The page as HTML; rendered once."""
        return _rendered(self.file, self.text)

    @property
    def url(self) -> str:
        """Where the console serves it."""
        return f"{PREFIX}/{self.path}"

    @property
    def is_listed(self) -> bool:
        """Whether the navigation shows it everywhere: its folder has no index, or it is the index itself."""
        return posixpath.dirname(self.path) not in pages()

    @property
    def section(self) -> str:
        """The folder of `docs/` that holds it; "" for a page in none."""
        return self.file.rpartition("/")[0].partition("/")[0]


@cache
def pages() -> dict[str, Page]:
    """All pages by their path: sections in their order, pages by file name."""
    found = [Page(_path_of(file), _title(text), file, text) for file, text in _sources(_folder(), "")]
    order = list(SECTIONS)
    listed = sorted(found, key=lambda page: (order.index(page.section) if page.section in order else -1, page.path))
    return {page.path: page for page in listed}


def sections() -> list[tuple[str, list[Page]]]:
    """The pages of each section, with its title."""
    found = dict[str, list[Page]]()
    for page in pages().values():
        found.setdefault(SECTIONS.get(page.section, "General"), []).append(page)
    return list(found.items())


def guide(path: str) -> Page:
    """The page that explains the console's page at this path of a project."""
    return next(pages()[name] for start, name in GUIDES if path.startswith(start))


def _folder() -> Traversable:
    packaged = resources.files("passerby") / "docs"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "docs"


def _sources(folder: Traversable, above: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(_ENDING):
            yield above + entry.name, entry.read_text("utf-8")


def _title(text: str) -> str:
    """The first heading, which the first line of a page is."""
    return text.partition("\n")[0].lstrip("# ").replace("`", "")


@cache
def _rendered(file: str, text: str) -> str:
    folder = posixpath.dirname(file)
    tokens = _MARKDOWN.parse(text)
    anchors = dict[str, int]()
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            token.attrSet("id", _anchor(_text(following), anchors))
        for inner in token.children or ():
            _relink(inner, folder)
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _path_of(file: str) -> str:
    """The path of a page, from that of its file."""
    return file.removesuffix(_ENDING).removesuffix(_INDEX)


def _text(token: Token) -> str:
    return "".join(inner.content for inner in token.children or ())


def _anchor(heading: str, taken: dict[str, int]) -> str:
    """The anchor of a heading as GitHub makes it; a repeated one gets a number."""
    anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    repeats = taken.get(anchor, 0)
    taken[anchor] = repeats + 1
    return f"{anchor}-{repeats}" if repeats else anchor


def _relink(token: Token, folder: str) -> None:
    """Turn a link to a file of `docs/` into one to its page. What lies outside of it has no page: the link goes."""
    if token.type != "link_open":
        return
    target, hash_mark, fragment = str(token.attrs["href"]).partition("#")
    if not target or ":" in target:
        return
    path = posixpath.normpath(posixpath.join(folder, target))
    if path.startswith("..") or not path.endswith(_ENDING):
        del token.attrs["href"]
        return
    token.attrSet("href", f"{PREFIX}/{_path_of(path)}{hash_mark}{fragment}")


class _Renderer(RendererHTML):
    """Wide tables and code scroll within themselves; alignment is a class, as the content policy allows no style."""

    def table_open(self, *_: object) -> str:
        return '<div class="table"><table>'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        return super().fence(tokens, idx, options, env).replace("<pre>", '<pre tabindex="0">', 1)

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        style = str(tokens[idx].attrs.pop("style", ""))
        if style.endswith("right"):
            tokens[idx].attrSet("class", "number")
        return self.renderToken(tokens, idx, options, env)

    td_open = th_open


_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
