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
"""The documentation page of the console's pages below a path of a project. The first match counts."""

_ENDING: Final = ".md"
_INDEX: Final = "/README"


class Page(NamedTuple):
    """A documentation page. `path` is that of its file without `.md`; the index of a folder has the folder's."""

    path: str
    title: str
    file: str
    text: str

    @property
    def html(self) -> str:
        """The page as HTML. Rendered once."""
        return _rendered(self.file, self.text)

    @property
    def url(self) -> str:
        """Path at which the console serves it."""
        return f"{PREFIX}/{self.path}"

    @property
    def is_listed(self) -> bool:
        """Whether the navigation lists it on every page: its folder has no index, or it is the index itself."""
        return posixpath.dirname(self.path) not in pages()

    @property
    def section(self) -> str:
        """The folder of `docs/` that it is in; "" for none."""
        return self.file.rpartition("/")[0].partition("/")[0]


@cache
def pages() -> dict[str, Page]:
    """Return all pages by path, in the order of SECTIONS and then of file names."""
    found = [
        # The first line of a page is its heading.
        Page(_path_of(file), text.partition("\n")[0].lstrip("# ").replace("`", ""), file, text)
        for file, text in _sources(folder(), "")
    ]
    order = list(SECTIONS)
    listed = sorted(found, key=lambda page: (order.index(page.section) if page.section in order else -1, page.path))
    return {page.path: page for page in listed}


def folder() -> Traversable:
    """Return the folder of the Markdown files: that of the wheel, in a checkout that of the repository."""
    packaged = resources.files("passerby") / "docs"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "docs"


def sections() -> list[tuple[str, list[Page]]]:
    """Return the title of each section with its pages."""
    found = dict[str, list[Page]]()
    for page in pages().values():
        found.setdefault(SECTIONS.get(page.section, "General"), []).append(page)
    return list(found.items())


def guide(path: str) -> Page:
    """Return the documentation page of the console's page at this path of a project."""
    return next(pages()[name] for start, name in GUIDES if path.startswith(start))


def _sources(within: Traversable, above: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every Markdown file in a folder, subfolders included; `above` is the folder's own path."""
    for entry in within.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(_ENDING):
            yield above + entry.name, entry.read_text("utf-8")


def _path_of(file: str) -> str:
    """Return the path of a page from that of its file."""
    return file.removesuffix(_ENDING).removesuffix(_INDEX)


@cache
def _rendered(file: str, text: str) -> str:
    tokens = _MARKDOWN.parse(text)
    anchors = dict[str, int]()
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            heading = "".join(inner.content for inner in following.children or ())
            # As GitHub makes anchors, so that links between the files work there and here: a repeated one is numbered.
            anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            repeats = anchors.get(anchor, 0)
            anchors[anchor] = repeats + 1
            token.attrSet("id", f"{anchor}-{repeats}" if repeats else anchor)
        for inner in token.children or ():
            if inner.type == "link_open":
                _relink(inner, posixpath.dirname(file))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _relink(link: Token, above: str) -> None:
    """Turn a link to a file of `docs/` into a link to its page. Links to other files are removed: they have no page.

    `above` is the folder of the file that has the link.
    """
    target, hash_mark, fragment = str(link.attrs["href"]).partition("#")
    if not target or ":" in target:  # an anchor of the page itself, or another site
        return
    path = posixpath.normpath(posixpath.join(above, target))
    if path.startswith("..") or not path.endswith(_ENDING):
        del link.attrs["href"]
        return
    link.attrSet("href", f"{PREFIX}/{_path_of(path)}{hash_mark}{fragment}")


class _Renderer(RendererHTML):
    """Renders wide tables and code so that they scroll on their own, and alignment as a class."""

    def table_open(self, *_: object) -> str:
        return '<div class="table"><table>'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        return super().fence(tokens, idx, options, env).replace("<pre>", '<pre tabindex="0">', 1)

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        # The content security policy allows no style attributes.
        style = str(tokens[idx].attrs.pop("style", ""))
        if style.endswith("right"):
            tokens[idx].attrSet("class", "number")
        return self.renderToken(tokens, idx, options, env)

    td_open = th_open


_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
