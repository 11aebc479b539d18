"""Built-in block list: values that clients send in place of a missing identifier.

Sources: the block lists that Segment Unify, Mixpanel, Amplitude and PostHog document or publish; what programming
languages, spreadsheets and template engines write for a missing value; device identifiers that whole models share
(Android issue 10603, Android 6.0 on hardware identifiers, emulators).
"""

from __future__ import annotations

import re
import string
from hashlib import md5, sha1, sha256
from typing import Final

WORDS: Final = frozenset(
    {
        *("", "null", "none", "nil", "undefined", "nan", "true", "false", "-1"),
        *("anon", "anonymous", "guest", "unknown", "n/a", "n.a.", "not set", "not provided", "not_authenticated"),
        *("optional(nil)", 'optional("")', "\\n", "#n/a", "#ref!", "#value!", "#null!", "#name?"),
        *("%!s(<nil>)", "%!v(<nil>)", "%!d(<nil>)"),
        *("user_id", "userid", "distinct_id", "distinctid", "anonymous_id", "anonymousid", "device_id", "deviceid"),
    }
)
"""Words for a missing value, in lower case. `\\N` is how MySQL and Hive write null."""

DEVICES: Final = frozenset(
    {
        "9774d56d682e549c",  # ANDROID_ID of many Android 2.2 devices and of the emulator
        # the MAC address that Android (6.0 on) and iOS (7 on) give to every app
        *("02:00:00:00:00:00", "02-00-00-00-00-00", "0200.0000.0000"),
        "004999010640000",  # IMEI of whole series of cheap phones
        "012345678912345",  # IMEI of emulators
        "e21833235b6eef10",  # device id of emulators
        "0123456789abcdef",  # serial number that makers left unset
        "lmy47d",  # an Android build, sent as a device id
    }
)
"""Device identifiers that many devices share."""

_HASHED_WORDS: Final = (
    *("", " ", "null", "NULL", "Null", "none", "None", "nil", "undefined", "nan", "NaN", "n/a", "N/A"),
    *("(null)", "anonymous", "guest", "unknown", "true", "false", "0", "-1"),
)
HASHED: Final = frozenset(
    digest(word.encode(), usedforsecurity=False).hexdigest() for word in _HASHED_WORDS for digest in (md5, sha1, sha256)
)
"""Hashes of these words, from sites that send hashed addresses as ids and hash missing ones as well."""

BLOCK_LIST: Final = WORDS | DEVICES | HASHED

WRAPPING: Final = "\"'`\u00b4\u2018\u2019\u201c\u201d\u00ab\u00bb()<>[]{}\\ "
"""What encloses a word for nothing: quotes, `(null)`, `<nil>`, `{}`, `[]`."""
UNREADABLE: Final = "\ufffd\u2800" + "".join(map(chr, (*range(0x20), 0x7F)))
"""What is left of text that was lost (U+FFFD), the blank of Braille, and control characters."""
SEPARATORS: Final = string.punctuation + " \u2013\u2014" + UNREADABLE
"""ASCII punctuation, the longer dashes, and characters that say nothing."""
UNSET_LENGTH: Final = 8
"""From so many `f` on, a customer's id is no short hexadecimal number but unset memory."""

TEMPLATES: Final = (
    *(("{{", "}}"), ("${", "}"), ("#{", "}"), ("{%", "%}"), ("<%", "%>"), ("*|", "|*"), ("[[", "]]")),
    *(("%7b%7b", "%7d%7d"), ("%24%7b", "%7d")),
)
"""How an unfilled placeholder of a template begins and ends, wherever it stands in a value."""
_OBJECT: Final = re.compile(r"\[object \w+\]")
"""What JavaScript writes for a value without a text of its own, in lower case: `[object Promise]`."""
_PLACEHOLDER: Final = re.compile(r"%+[a-z_][\w .-]*%+")
"""`%user_id%`, `%%user_id%%`, in lower case. A percent-encoded value has digits there, or no sign at its end."""


def is_placeholder(lowered: str, *, machine_made: bool) -> bool:
    """Whether a value that is not on the block list is a placeholder for a missing one.

    It is in lower case and not empty. Every value is to be asked for that begins with `0`, `f` or no letter or digit,
    and every value with one of `{[|%` in it, as placeholders have. Found are words for nothing in quotes or brackets,
    unfilled templates, and values made only of `0`, `f` and separators. Of those, a mixture of `0` and `f` or a short
    row of `f` counts only where ids are `machine_made` (those of devices): a customer's may be a short hexadecimal
    number.
    """
    if not lowered.strip("0f" + SEPARATORS):
        return machine_made or "f" not in lowered or ("0" not in lowered and lowered.count("f") >= UNSET_LENGTH)
    if lowered[0] in "0f" and lowered.replace("-", "").isalnum():
        return False
    if lowered.strip(WRAPPING) in WORDS or _OBJECT.fullmatch(lowered):
        return True
    if any(0 <= lowered.find(opening) < lowered.rfind(closing) for opening, closing in TEMPLATES):
        return True
    return lowered[0] == "%" and _PLACEHOLDER.fullmatch(lowered) is not None


def is_incomplete_address(lowered: str) -> bool:
    """Whether an address in lower case has nothing before or behind its `@`, or nothing but words for nothing.

    `a@`, `@b`, `undefined@undefined`. A text without `@` passes: some senders put other names into the field.
    """
    local, at, domain = lowered.rpartition("@")
    return at == "@" and (not local or not domain or (local in WORDS and domain in WORDS))
