"""The management API as an ASGI application, over the parts that it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, ExceptionHandler

from passerby.api.auth import access_to_read, bearer_of, caller_of, project_of
from passerby.api.metrics import Measured
from passerby.api.openapi import document
from passerby.api.permissions import declared
from passerby.api.routes import (
    audit,
    catalogue,
    duplicates,
    events,
    identity,
    keys,
    live,
    merges,
    operations,
    profiles,
    project,
    rejected_requests,
    renamed,
    sources,
    stats,
    test_data,
)
from passerby.services.context import ServerContext
from passerby.services.errors import ServiceError
from passerby.web.errors import PRIVATE, answer_api_error, answer_depth, answer_fault, answer_framework_error


def create_app(context: ServerContext) -> Litestar:
    """The API over this context. The context's parts are opened and closed by the caller."""
    return application(lambda: context)


def application(
    context: Callable[[], ServerContext],
    beside: Sequence[ControllerRouterHandler] = (),
    answer_framework: ExceptionHandler[Any] = answer_framework_error,
) -> Litestar:
    """Likewise, with a context that is only asked for when a request comes: describing the routes needs none.

    `beside` are routes of the same port, and `answer_framework` says what to answer to a path that nobody has.
    """
    return Litestar(
        route_handlers=[
            operations.get_health,
            operations.get_metrics,
            operations.get_description,
            _projects(context),
            *beside,
        ],
        dependencies={"context": Provide(context, sync_to_thread=False)},
        exception_handlers={
            ServiceError: answer_api_error,
            HTTPException: answer_framework,
            RecursionError: answer_depth,
            Exception: answer_fault,
        },
        middleware=[Measured()],
        response_headers=PRIVATE,
        openapi_config=document.config(),
        logging_config=None,
        debug=False,
    )


_OF_PROJECTS: Final = (
    profiles.find_profiles,
    profiles.get_profile,
    profiles.list_events,
    profiles.get_summary,
    profiles.list_history,
    identity.explain_identifier,
    merges.list_merges,
    merges.get_merge,
    merges.undo_merge,
    merges.merge_profiles,
    merges.detach_identifier,
    merges.undo_detachment,
    duplicates.list_duplicates,
    duplicates.dismiss_duplicate,
    duplicates.restore_duplicate,
    identity.preview_identity,
    identity.get_policy,
    identity.set_policy,
    identity.list_policy_changes,
    catalogue.get_catalogue,
    stats.get_stats,
    live.list_recent,
    live.follow_live,
    rejected_requests.list_rejected_requests,
    events.get_event,
    stats.get_time_series,
    stats.list_violations,
    catalogue.list_event_counts,
    keys.list_keys,
    keys.add_key,
    keys.rotate_key,
    keys.revoke_key,
    project.get_project,
    project.change_project,
    catalogue.count_values,
    catalogue.change_type,
    catalogue.list_aliases,
    catalogue.add_alias,
    catalogue.undo_alias,
    catalogue.delete_names,
    catalogue.list_annotations,
    catalogue.set_annotation,
    audit.list_audit,
    audit.export_audit,
    audit.export_audit_as_csv,
    sources.send_test_event,
    test_data.delete_test_data,
    *renamed.ROUTES,
)
"""The routes that a project's tokens open."""


def _projects(context: Callable[[], ServerContext]) -> Router:
    """Everything that belongs to a project, for the bearer of one of its tokens."""
    return Router(
        path="/v1",
        route_handlers=declared(_OF_PROJECTS),
        guards=[bearer_of(lambda: context().tokens)],
        dependencies={
            "project": Provide(project_of, sync_to_thread=False),
            "caller": Provide(caller_of, sync_to_thread=False),
            "access": Provide(access_to_read),
        },
        security=[{document.BEARER: []}],
    )
