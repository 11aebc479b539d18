"""The route that sends a test event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from litestar import post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from passerby.api.auth import AT_ONCE
from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import changing
from passerby.dialects import registry
from passerby.dialects.samples import TESTER
from passerby.services import sources
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode
from passerby.services.sources import SourceTested

if TYPE_CHECKING:
    Name = str
else:  # the registry is known to the program only, and a type checker takes no computed Literal
    Name = Literal[tuple(registry.NAMED)]

Dialect = Annotated[Name, PathParameter(description="The dialect.")]


@post(
    "/sources/{dialect:str}/test",
    operation_id="sendTestEvent",
    summary="Send a test event",
    description="Sends one documented call with the project's own key through the handling of the dialect, and returns "
    f"the processing trail. The event is kept, on the test profile `{TESTER}`. 404 where the project has no key "
    "for this dialect.",
    tags=["Live"],
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(SourceTested, examples.TESTED, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def send_test_event(access: NamedDependency[ServerAccess], dialect: Dialect) -> SourceTested:
    return await access.run(sources.send_test_event, access, dialect)
