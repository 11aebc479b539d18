"""Built-in block list: placeholders that clients send in place of a missing identifier.

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
"""Characters that enclose a placeholder: quotes, `(null)`, `<nil>`, `{}`, `[]`."""
UNREADABLE: Final = "\ufffd\u2800" + "".join(map(chr, (*range(0x20), 0x7F)))
"""The replacement character of a failed decoding (U+FFFD), the Braille blank, and control characters."""
SEPARATORS: Final = string.punctuation + " \u2013\u2014" + UNREADABLE
"""ASCII punctuation, en and em dash, and unreadable characters."""
UNSET_LENGTH: Final = 8
"""A customer id of at least this many `f` is unset memory (-1), not a short hexadecimal number."""

TEMPLATES: Final = (
    *(("{{", "}}"), ("${", "}"), ("#{", "}"), ("{%", "%}"), ("<%", "%>"), ("*|", "|*"), ("[[", "]]")),
    *(("%7b%7b", "%7d%7d"), ("%24%7b", "%7d")),
)
"""Start and end of an unfilled template variable, anywhere in a value."""
_OBJECT: Final = re.compile(r"\[object \w+\]")
"""The string form of JavaScript objects, in lower case: `[object Promise]`."""
_PLACEHOLDER: Final = re.compile(r"%+[a-z_][\w .-]*%+")
"""`%user_id%`, `%%user_id%%`, in lower case. A percent-encoded value has a digit after `%`, or no `%` at its end."""


def is_placeholder(lowered: str, *, machine_made: bool) -> bool:
    """Return whether a value that is not on the block list is a placeholder for a missing one.

    `lowered` is the value in lower case, not empty. Callers need to check only values that begin with `0`, `f` or a
    character that is neither letter nor digit, and values that contain one of `{[|%`; all placeholders do.

    Placeholders are: a word for a missing value in quotes or brackets, an unfilled template, and a value of only `0`,
    `f` and separators. Of the last, a mixture of `0` and `f` or a short run of `f` counts only if `machine_made` (a
    device identifier): a customer id may be a short hexadecimal number.
    """
    if not lowered.strip("0f" + SEPARATORS):
        return machine_made or "f" not in lowered or ("0" not in lowered and lowered.count("f") >= UNSET_LENGTH)
    if lowered[0] in "0f" and lowered.replace("-", "").isalnum():
        return False  # an id that only begins like one, such as a UUID: most values that get here
    if lowered.strip(WRAPPING) in WORDS or _OBJECT.fullmatch(lowered):
        return True
    if any(0 <= lowered.find(opening) < lowered.rfind(closing) for opening, closing in TEMPLATES):
        return True
    return lowered[0] == "%" and _PLACEHOLDER.fullmatch(lowered) is not None


def is_incomplete_address(lowered: str) -> bool:
    """Return whether an address in lower case lacks a part, or has placeholders for both: `a@`, `undefined@undefined`.

    A text without `@` passes: some clients send other user names in the field.
    """
    local, at, domain = lowered.rpartition("@")
    # Both parts have to be words: `guest@example.com` may be an address.
    return at == "@" and (not local or not domain or (local in WORDS and domain in WORDS))
