"""The base of structs whose record has the same name."""

from __future__ import annotations

import msgspec

_ENDING = "Json"


class Json(msgspec.Struct):
    """The JSON of a record. The name of the class without `Json` is the name in the OpenAPI description."""

    def __init_subclass__(cls) -> None:
        # The framework names components by the qualified name; clients generate their types from these.
        cls.__qualname__ = cls.__qualname__.removesuffix(_ENDING)
