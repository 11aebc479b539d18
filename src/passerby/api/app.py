"""The ASGI application of the management API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, ExceptionHandler

from passerby.api.auth import access_to_read, bearer_of, caller_of, project_of
from passerby.api.metrics import RequestMetrics
from passerby.api.openapi import document
from passerby.api.permissions import declared
from passerby.api.routes import (
    audit,
    catalogue,
    destinations,
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
from passerby.errors import StoreError
from passerby.services.context import ServerContext
from passerby.services.errors import ServiceError
from passerby.web.errors import (
    PRIVATE,
    answer_api_error,
    answer_depth,
    answer_fault,
    answer_framework_error,
    answer_store_failure,
)


def create_app(context: ServerContext) -> Litestar:
    """Return the API over a context. The caller opens and closes the parts of the context."""
    return application(lambda: context)


def application(
    context: Callable[[], ServerContext],
    other_routes: Sequence[ControllerRouterHandler] = (),
    answer_framework: ExceptionHandler[Any] = answer_framework_error,
) -> Litestar:
    """Return the API with a context that is first called at a request: describing the routes needs none.

    `other_routes` are served on the same port; `answer_framework` handles the framework's errors, as for unknown paths.
    """
    return Litestar(
        route_handlers=[
            operations.get_health,
            operations.get_metrics,
            operations.get_description,
            Router(
                path="/v1",
                route_handlers=declared(_OF_PROJECTS),
                guards=[bearer_of(lambda: context().tokens)],
                dependencies={
                    "project": Provide(project_of, sync_to_thread=False),
                    "caller": Provide(caller_of, sync_to_thread=False),
                    "access": Provide(access_to_read),
                },
                security=[{document.BEARER: []}],
            ),
            *other_routes,
        ],
        dependencies={"context": Provide(context, sync_to_thread=False)},
        # The framework takes the handler of the closest base class.
        exception_handlers={
            ServiceError: answer_api_error,
            HTTPException: answer_framework,
            StoreError: answer_store_failure,
            RecursionError: answer_depth,
            Exception: answer_fault,
        },
        middleware=[RequestMetrics()],
        response_headers=PRIVATE,
        openapi_config=document.config(),
        logging_config=None,  # the server's own log lines have no data of requests
        debug=False,  # else the framework would show tracebacks to clients
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
    destinations.list_kinds,
    destinations.list_destinations,
    destinations.add_destination,
    destinations.get_destination,
    destinations.change_destination,
    destinations.delete_destination,
    destinations.pause_destination,
    destinations.resume_destination,
    destinations.rotate_secret,
    destinations.get_overview,
    destinations.list_dead,
    destinations.replay,
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
"""Routes that require a token of a project; each has declared the scope that it requires."""
