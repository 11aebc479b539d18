"""Routes of destinations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import destinations as examples
from passerby.api.openapi.responses import changing, reading
from passerby.schemas.destinations import (
    AddDestinationRequest,
    AddedDestination,
    ChangeDestinationRequest,
    DeadItemPage,
    DeletedDestination,
    DestinationInfo,
    DestinationKindList,
    DestinationList,
    DestinationOverview,
    Replayed,
    ReplayRequest,
    RotateRequest,
    added_destination,
    dead_item_page,
    destination_info,
    destination_list,
    kind_list,
    milliseconds,
    overview,
    wanted,
)
from passerby.services import destinations
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import PAGED

_TAGS = ["Destinations"]
_FAULTS = (ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND)

DestinationId = Annotated[str, PathParameter(max_length=36, description="The id of a destination.")]
Reason = Annotated[str, QueryParameter(max_length=100, description="Only items that were given up for this reason.")]
Hours = Annotated[int, QueryParameter(ge=1, le=48, description="Hours of which counts by minute are returned.")]


@get(
    "/destination-kinds",
    operation_id="listDestinationKinds",
    summary="Kinds of destinations",
    description="What can be a destination, with the JSON Schema of its configuration.",
    tags=_TAGS,
    responses=reading(DestinationKindList, examples.KINDS),
)
async def list_kinds(access: NamedDependency[ServerAccess]) -> DestinationKindList:
    return await access.run(converting(destinations.list_kinds, kind_list), access)


@get(
    "/destinations",
    operation_id="listDestinations",
    summary="All destinations",
    description="The destinations of the project, oldest first. Of secrets, only the last characters are shown.",
    tags=_TAGS,
    responses=reading(DestinationList, examples.LIST),
)
async def list_destinations(access: NamedDependency[ServerAccess]) -> DestinationList:
    return await access.run(converting(destinations.list_destinations, destination_list), access)


@post(
    "/destinations",
    operation_id="addDestination",
    summary="Add a destination",
    description="Adds a destination, which receives items from now on. What cannot be used is refused with its path, "
    "and nothing is saved. The secret of the signature is shown once, in this answer.",
    tags=_TAGS,
    status_code=HTTPStatus.CREATED,
    dependencies=AT_ONCE,
    responses=changing(AddedDestination, examples.ADDED, ErrorCode.INVALID_PARAMETER, success=HTTPStatus.CREATED),
)
async def add_destination(
    access: NamedDependency[ServerAccess], data: JSONBody[AddDestinationRequest]
) -> AddedDestination:
    add = converting(destinations.add_destination, added_destination)
    return await access.run(add, access, data.kind, wanted(data))


@get(
    "/destinations/{destination_id:str}",
    operation_id="getDestination",
    summary="One destination",
    description="The configuration of a destination, and whether it is running.",
    tags=_TAGS,
    responses=reading(DestinationInfo, examples.ONE, ErrorCode.NOT_FOUND),
)
async def get_destination(access: NamedDependency[ServerAccess], destination_id: DestinationId) -> DestinationInfo:
    return await access.run(converting(destinations.get_destination, destination_info), access, destination_id)


@patch(
    "/destinations/{destination_id:str}",
    operation_id="changeDestination",
    summary="Change a destination",
    description="Changes the members that are given. Members of `config` that are left out keep their values, "
    "and null removes one. Items that wait for a retry follow the new configuration. A destination that was paused "
    "for a failure resumes.",
    tags=_TAGS,
    dependencies=AT_ONCE,
    responses=changing(DestinationInfo, examples.ONE, *_FAULTS),
)
async def change_destination(
    access: NamedDependency[ServerAccess], destination_id: DestinationId, data: JSONBody[ChangeDestinationRequest]
) -> DestinationInfo:
    change = converting(destinations.change_destination, destination_info)
    return await access.run(change, access, destination_id, wanted(data))


@delete(
    "/destinations/{destination_id:str}",
    operation_id="deleteDestination",
    summary="Delete a destination",
    description="Deletes a destination with its secrets, its counts, and all items that wait or were given up.",
    tags=_TAGS,
    status_code=200,
    responses=changing(DeletedDestination, examples.DELETED, *_FAULTS),
)
async def delete_destination(
    access: NamedDependency[ServerAccess], destination_id: DestinationId
) -> DeletedDestination:
    await access.run(destinations.delete_destination, access, destination_id)
    return DeletedDestination(id=destination_id, deleted=True)


@post(
    "/destinations/{destination_id:str}/pause",
    operation_id="pauseDestination",
    summary="Pause a destination",
    description="Nothing is sent until it is resumed. Its position is kept, so nothing is lost for 72 hours.",
    tags=_TAGS,
    status_code=200,
    responses=changing(DestinationInfo, examples.PAUSED, *_FAULTS),
)
async def pause_destination(access: NamedDependency[ServerAccess], destination_id: DestinationId) -> DestinationInfo:
    return await access.run(converting(destinations.pause_destination, destination_info), access, destination_id)


@post(
    "/destinations/{destination_id:str}/resume",
    operation_id="resumeDestination",
    summary="Resume a destination",
    description="Delivery continues at the position at which it was paused, for whatever reason.",
    tags=_TAGS,
    status_code=200,
    responses=changing(DestinationInfo, examples.ONE, *_FAULTS),
)
async def resume_destination(access: NamedDependency[ServerAccess], destination_id: DestinationId) -> DestinationInfo:
    return await access.run(converting(destinations.resume_destination, destination_info), access, destination_id)


@post(
    "/destinations/{destination_id:str}/rotate",
    operation_id="rotateDestinationSecret",
    summary="Rotate the signing secret",
    description="Creates a new secret, shown once, in this answer. During `overlap`, requests carry a signature of "
    "each secret, so that the receiver can change at any time.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(AddedDestination, examples.ADDED, *_FAULTS),
)
async def rotate_secret(
    access: NamedDependency[ServerAccess], destination_id: DestinationId, data: JSONBody[RotateRequest]
) -> AddedDestination:
    rotate = converting(destinations.rotate_signing_secret, added_destination)
    return await access.run(rotate, access, destination_id, milliseconds(data.overlap))


@get(
    "/destinations/{destination_id:str}/overview",
    operation_id="getDestinationOverview",
    summary="What a destination did",
    description="Items by step and reason, times to delivery, and the newest requests with their responses.",
    tags=_TAGS,
    responses=reading(DestinationOverview, examples.OVERVIEW, ErrorCode.NOT_FOUND),
)
async def get_overview(
    access: NamedDependency[ServerAccess], destination_id: DestinationId, hours: Hours = 1
) -> DestinationOverview:
    since = access.context.now() - hours * 3_600_000
    return await access.run(converting(destinations.destination_overview, overview), access, destination_id, since)


@get(
    "/destinations/{destination_id:str}/dead",
    operation_id="listDeadItems",
    summary="Items that were given up",
    description="Items that the target refused, or that made all attempts, newest first. They are kept for 30 days.",
    tags=_TAGS,
    dependencies=PAGED,
    responses=reading(DeadItemPage, examples.DEAD, ErrorCode.NOT_FOUND),
)
async def list_dead(
    access: NamedDependency[ServerAccess],
    destination_id: DestinationId,
    page: NamedDependency[Page],
    reason: Reason = "",
) -> DeadItemPage:
    read = converting(destinations.dead_items, dead_item_page)
    return await access.run(read, access, destination_id, page, reason=reason)


@post(
    "/destinations/{destination_id:str}/replay",
    operation_id="replayDestination",
    summary="Replay dead items",
    description="Tries items again that were given up, those with a `reason` or all, as for the first time.",
    tags=_TAGS,
    status_code=HTTPStatus.ACCEPTED,
    dependencies=AT_ONCE,
    responses=changing(Replayed, examples.REPLAYED, *_FAULTS, success=HTTPStatus.ACCEPTED),
)
async def replay(
    access: NamedDependency[ServerAccess], destination_id: DestinationId, data: JSONBody[ReplayRequest]
) -> Replayed:
    items = await access.run(destinations.replay_dead, access, destination_id, reason=data.reason)
    return Replayed(items=items)
