"""The management API as an ASGI application, over the parts that it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, ExceptionHandler

from passerby.api import catalogue_edits, openapi
from passerby.api.access import access_to_read
from passerby.api.auditing import export_audit, export_audit_as_csv, list_audit
from passerby.api.authorization import bearer_of, caller_of, project_of
from passerby.api.catalogue import get_catalogue
from passerby.api.deletion import delete_test_data
from passerby.api.duplicates import dismiss_duplicate, list_duplicates, restore_duplicate
from passerby.api.events import get_event
from passerby.api.hand import detach_identifier, merge_profiles, undo_detachment
from passerby.api.identity import explain_identifier, preview_identity
from passerby.api.live import follow_live, list_recent
from passerby.api.management import (
    add_key,
    change_project,
    get_project,
    list_keys,
    list_marks,
    revoke_key,
    rotate_key,
    set_mark,
)
from passerby.api.merges import get_merge, list_merges, undo_merge
from passerby.api.metrics import Measured
from passerby.api.needs import declared
from passerby.api.operations import get_description, get_health, get_metrics
from passerby.api.policy import get_policy, list_policy_changes, set_policy
from passerby.api.profiles import find_profiles, get_profile, get_summary, list_events, list_history
from passerby.api.refused import list_refused
from passerby.api.series import get_series, list_violations, list_volumes
from passerby.api.sources import send_test_event
from passerby.api.stats import get_stats
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
        route_handlers=[get_health, get_metrics, get_description, _projects(context), *beside],
        dependencies={"context": Provide(context, sync_to_thread=False)},
        exception_handlers={
            ServiceError: answer_api_error,
            HTTPException: answer_framework,
            RecursionError: answer_depth,
            Exception: answer_fault,
        },
        middleware=[Measured()],
        response_headers=PRIVATE,
        openapi_config=openapi.config(),
        logging_config=None,
        debug=False,
    )


_OF_PROJECTS: Final = (
    find_profiles,
    get_profile,
    list_events,
    get_summary,
    list_history,
    explain_identifier,
    list_merges,
    get_merge,
    undo_merge,
    merge_profiles,
    detach_identifier,
    undo_detachment,
    list_duplicates,
    dismiss_duplicate,
    restore_duplicate,
    preview_identity,
    get_policy,
    set_policy,
    list_policy_changes,
    get_catalogue,
    get_stats,
    list_recent,
    follow_live,
    list_refused,
    get_event,
    get_series,
    list_violations,
    list_volumes,
    list_keys,
    add_key,
    rotate_key,
    revoke_key,
    get_project,
    change_project,
    *catalogue_edits.ROUTES,
    list_marks,
    set_mark,
    list_audit,
    export_audit,
    export_audit_as_csv,
    send_test_event,
    delete_test_data,
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
        security=[{openapi.BEARER: []}],
    )
