"""WebEngage's REST API: `events`, `users` and their bulk forms, sent by the servers of an account.

- `calls` — paths, keys, records and answers
- `openapi` — the calls in OpenAPI
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.dialect import Dialect
from passerby.dialects.webengage.calls import match, name
from passerby.dialects.webengage.commerce import VOCABULARY
from passerby.dialects.webengage.openapi import OPENAPI

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(name=name, title="WebEngage", match=match, openapi=OPENAPI, vocabulary=VOCABULARY)
