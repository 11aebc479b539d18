"""Cleaning of identifiers in the reference model, written from the rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable

from passerby.messages import Identifier

CUSTOMER, CONTACT, DEVICE, ADVERTISING, HINT, PREVIOUS, FORMER, MEMBERS = range(8)
RANKS = {"user_id": CUSTOMER, "email": CONTACT, "phone": CONTACT, "mobile_id": DEVICE, "anonymous_id": DEVICE}
RANKS |= {"idfa": ADVERTISING, "aaid": ADVERTISING, "ga_app_instance_id": ADVERTISING}
RANKS |= {"device_id": HINT, "previous_id": PREVIOUS, "former_user_id": FORMER, "members": MEMBERS}
JUNK = {"", "null", "none", "nil", "undefined", "nan", "[object object]", "anonymous", "unknown", "-1"}
JUNK |= {
    "true",
    "false",
    "guest",
    "anon",
    "n/a",
    "n.a.",
    "not set",
    "user_id",
    "distinctid",
    "optional(nil)",
    "#n/a",
    "#ref!",
}
JUNK |= {"\\n", 'optional("")', "9774d56d682e549c", "02:00:00:00:00:00", "004999010640000", "0123456789abcdef"}
JUNK |= {"%!s(<nil>)", "%!v(<nil>)", "%!d(<nil>)", "02-00-00-00-00-00", "0200.0000.0000"}
QUOTED = re.compile(r"""["'`“”«»()<>{}\[\]\\ ]*(.*?)["'`“”«»()<>{}\[\]\\ ]*""")
TEMPLATE = re.compile(
    r".*\{\{.*\}\}.*|.*\$\{.*\}.*|%+[a-z_][a-z_ ]*%+|.*#\{.*\}.*|.*<%.*%>.*|.*\{%.*%\}.*"
    r"|.*\*\|.*\|\*.*|.*\[\[.*\]\].*|.*%7b%7b.*%7d%7d.*|.*%24%7b.*%7d.*|\[object \w+\]"
)
NO_VALUE = re.compile(r"([^a-z1-9\u0080-\U0010ffff]|[\ufffd\u2800])*|—")
UNSET = re.compile(r"([^a-eg-z1-9\u0080-\U0010ffff]|[\ufffd\u2800])*")
INVISIBLE = re.compile(
    "[\0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Placeholder values in lower case, and invisible characters."""


def rank(name: Identifier) -> int:
    return RANKS[name.namespace]


def previous_of(name: Identifier) -> Identifier:
    return Identifier("previous_id", name.value)


def tidy(text: str) -> str:
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


def is_junk(value: str, rank_: int) -> bool:
    word = QUOTED.fullmatch(value)
    assert word is not None
    if value in JUNK or word[1] in JUNK or NO_VALUE.fullmatch(value) or TEMPLATE.fullmatch(value):
        return True
    fs = re.sub("[^f]", "", value)
    return UNSET.fullmatch(value) is not None and (DEVICE <= rank_ <= HINT or (len(fs) > 7 and "0" not in value))


def is_no_address(value: str) -> bool:
    parts = value.rsplit("@", 1)
    return len(parts) > 1 and ("" in parts or set(parts) <= JUNK)


def clean(
    identifiers: Iterable[Identifier], known: Container[Identifier]
) -> tuple[list[Identifier], list[Identifier], list[Identifier]]:
    """Return the usable identifiers without repeats, strongest first; the hints; and the former customer ids.

    Phones are taken to be in E.164. A previous id brings the known devices of its value. Alone it names no profile, and
    it is dropped where the message has it as customer id.
    """
    kept = dict[Identifier, None]()
    for namespace, raw, scope in identifiers:
        value = tidy(raw)
        lowered = namespace == "email" or RANKS[namespace] == ADVERTISING
        second = namespace == "user_id" and any(name.namespace == namespace for name in kept)
        if namespace == "email" and is_no_address(value.lower()):
            continue
        if not is_junk(value.lower(), RANKS[namespace]) and not second:
            kept[Identifier(namespace, value.lower() if lowered else value, tidy(scope))] = None
    customers = {name.value for name in kept if rank(name) == CUSTOMER}
    previous = [name for name in kept if rank(name) == PREVIOUS and name.value not in customers]
    devices = [Identifier(space, name.value) for name in previous for space in RANKS if RANKS[space] == DEVICE]
    named = dict.fromkeys([*(name for name in kept if rank(name) < HINT), *(name for name in devices if name in known)])
    former = [Identifier("user_id", name.value) for name in previous] if named else []
    names = sorted([*named, *(previous if named else [])], key=rank)
    return names, [name for name in kept if rank(name) == HINT], former
