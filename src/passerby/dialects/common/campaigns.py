"""The campaign that brought somebody, out of the parameters that a link carried.

One shape for all dialects, which is that of Segment's spec (`context.campaign`): `utm_source` is `source`,
`utm_campaign` is `name`, any other `utm_` parameter goes without its prefix, and the ids that advertising networks give
to a click keep their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "utm_"
PREFIX_LENGTH: Final = len(PREFIX)
RENAMED: Final[Mapping[str, str]] = {"campaign": "name"}
CLICK_IDS: Final = frozenset(
    {"dclid", "fbclid", "gbraid", "gclid", "li_fat_id", "msclkid", "ttclid", "twclid", "wbraid"}
)

VALUE_LIMIT: Final = 512
"""How many characters of a parameter are kept."""
PARAMETER_LIMIT: Final = 20
"""How many parameters of a campaign are kept."""


def campaign_of(*sources: Mapping[str, Any]) -> dict[str, str]:
    """The campaign in these parameters, empty where there is none; of two of one name the earlier source counts."""
    found: dict[str, str] = {}
    for parameters in sources:
        for parameter in parameters:
            # Sliced and looked up for every field of every message, most of which are no such parameter.
            if parameter[:PREFIX_LENGTH] != PREFIX and parameter not in CLICK_IDS:
                continue
            bare, value = parameter.removeprefix(PREFIX), parameters[parameter]
            if bare and type(value) is str and value and not value.isspace() and len(found) < PARAMETER_LIMIT:
                found.setdefault(RENAMED.get(bare, bare), value[:VALUE_LIMIT])
    return found
