"""Contacts and names of profiles, folded into terms for search and for duplicates.

The traits that hold them have different names in each dialect (`firstName`, `first_name`, `we_first_name`): a trait
counts by its name without case and punctuation. A folded value is a *term* of its kind:

- `email`: trimmed and in lower case.
- `phone`: digits only, without an international `00`. A number in E.164 has its country code; one that was sent in
  national form has none.
- `name`: words without case, accents and apostrophes, joined by one space. Each rotation of the words is a term,
  because a search takes the prefix of a term: `ann ex` and `example a` both find Ann Example.

Everything is bounded: a longer value is not a contact, and length is checked first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["email", "phone", "name"]

LONGEST: Final = 254
"""Longest value that is read, in characters: the longest e-mail address (RFC 5321)."""
WORDS: Final = 6
"""Words of a name that are indexed. Each word adds a rotation, so the terms of a name grow with them."""
_LEAST_DIGITS: Final = 5
_MOST_DIGITS: Final = 20
_LEAST_SEARCH_DIGITS: Final = 3

_FIRST: Final = ("firstname", "givenname", "forename")
_MIDDLE: Final = ("middlename",)
_LAST: Final = ("lastname", "familyname", "surname")
_WHOLE: Final = ("name", "fullname", "displayname")
_EMAIL: Final = ("email", "emailaddress", "mail")
_PHONES: Final = ("phone", "phonenumber", "mobile", "mobilephone", "mobilenumber", "telephone", "cellphone")
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(_EMAIL, "email"),
    **dict.fromkeys(_PHONES, "phone"),
    **dict.fromkeys((*_FIRST, *_MIDDLE, *_LAST, *_WHOLE), "name"),
}
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = re.compile("['`\u00b4\u2018\u2019\u02bc]")
_NO_DIGITS: Final = re.compile(r"[^0-9]+")
_PHONE: Final = re.compile(r"[+(0-9][0-9\s().\-/]*")
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
"""Letters without a Unicode decomposition, and how users type them on keyboards that lack them."""


class Term(NamedTuple):
    """A folded value and its kind."""

    kind: Kind
    value: str


def _plain(trait: str) -> str:
    """Fold a trait's name: without case, punctuation and WebEngage's reserved prefix; "" for a long one."""
    if len(trait) > LONGEST:  # clients choose names of traits: the pattern's time must stay bounded
        return ""
    return _NO_LETTERS.sub("", trait.lower().removeprefix("we_"))


@lru_cache(maxsize=4_096)
def is_contact(trait: str) -> bool:
    """Return whether a trait of this name holds an e-mail address, a phone number or a name."""
    return _plain(trait) in _KINDS


def terms_of(traits: Mapping[str, Any]) -> set[Term]:
    """Return the terms in the traits of one profile. Only strings, and integers as phone numbers, have terms."""
    found: set[Term] = set()
    parts: dict[str, str] = {}
    for trait, value in traits.items():
        if not is_contact(trait):
            continue
        plain = _plain(trait)
        kind = _KINDS[plain]
        text = str(value) if kind == "phone" and type(value) is int else value  # not True, which is an int as well
        if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
            continue
        if kind != "name":
            found.update(_one(kind, text))
        elif plain in _WHOLE:
            found.update(_rotations(text))
        else:
            parts.setdefault(plain, text)
    if parts:
        # First and last names in one text, in the order in which they are written, whatever order the traits have.
        in_order = (parts[name] for name in (*_FIRST, *_MIDDLE, *_LAST) if name in parts)
        found.update(_rotations(" ".join(in_order)))
    return found


class Headline(NamedTuple):
    """Name and contacts of a profile, from its traits; "" for missing ones."""

    name: str
    email: str
    phone: str


def headline_of(traits: Mapping[str, Any]) -> Headline:
    """Return name, e-mail address and phone number from a profile's traits, as sent (not folded)."""
    found: dict[str, str] = {}
    for trait, value in traits.items():
        if is_contact(trait):
            text = str(value) if type(value) is int else value
            if isinstance(text, str) and len(text) <= LONGEST and (text := text.strip()):
                found.setdefault(_plain(trait), text)

    def first(names: Iterable[str]) -> str:
        return next((found[name] for name in names if name in found), "")

    parts = " ".join(filter(None, map(first, (_FIRST, _MIDDLE, _LAST))))
    return Headline(first(_WHOLE) or parts, first(_EMAIL), first(_PHONES))


def term_of(namespace: str, value: str) -> Term | None:
    """Return the term of an e-mail or phone identifier; None for any other."""
    if namespace not in {"email", "phone"} or len(value) > LONGEST:
        return None
    return next(_one("email" if namespace == "email" else "phone", value), None)


def search_prefixes(text: str, calling_code: str = "") -> list[Term]:
    """Return the prefixes of terms to search for with this text, in the order of the results.

    `calling_code` (digits) is that of the country in which national phone numbers are read, "" for none.
    """
    if not 0 < len(text) <= LONGEST:
        return []
    address = _address(text)
    found = [Term("email", address)] if address else []
    if _PHONE.fullmatch(text.strip()):
        digits = _digits(text)
        if len(digits) >= _LEAST_SEARCH_DIGITS:
            found.append(Term("phone", digits))
            if calling_code and digits.startswith(
                "0"
            ):  # national form: stored in E.164 where the sender gave a country
                found.append(Term("phone", f"{calling_code}{digits[1:]}"))
    words = _words(text)
    if words:
        found.append(Term("name", " ".join(words)))
        # The stored rotation that begins with the last name: "ann example" finds Ann Maria Example, too.
        if len(words) > 1:
            found.append(Term("name", " ".join([*words[1:], words[0]])))
    return list(dict.fromkeys(found))


def _one(kind: Kind, text: str) -> Iterator[Term]:
    if kind == "email":
        address = _address(text)
        if "@" in address:  # some clients send other user names in the field
            yield Term(kind, address)
    elif _LEAST_DIGITS <= len(digits := _digits(text)) <= _MOST_DIGITS:
        yield Term(kind, digits)


def _address(text: str) -> str:
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFC", _visible(text).lower()).strip()


def _visible(text: str) -> str:
    """Remove invisible characters, which copied text often contains."""
    return text if text.isascii() else "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", text).removeprefix("00")


def _rotations(text: str) -> Iterable[Term]:
    words = _words(text)
    return (Term("name", " ".join((*words[start:], *words[:start]))) for start in range(len(words)))


def _words(text: str) -> list[str]:
    if text.isascii():
        folded = text.lower()
    else:
        decomposed = _visible(text)
        for _ in range(2):  # compatible forms of capitals become letters only once they are decomposed (Unicode, D146)
            decomposed = unicodedata.normalize("NFKD", decomposed.casefold())
        decomposed = decomposed.translate(_LETTERS)
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NO_LETTERS.sub(" ", _APOSTROPHES.sub("", folded)).split()[:WORDS]
