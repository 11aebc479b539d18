"""Query and path parameters that routes share, with their bounds."""

from __future__ import annotations

from typing import Annotated, Final

from litestar.di import Provide
from litestar.params import PathParameter, QueryParameter

from passerby.event_store.protocol import LEAST_TIME, MOST_TIME, EventFilter
from passerby.identity.stage import Stage, StageLabel
from passerby.messages import Identifier, StandardEvent
from passerby.services.cursors import Page
from passerby.services.errors import invalid
from passerby.services.profiles import Choice
from passerby.services.series import Metric, Step
from passerby.services.times import moment_of

LIMIT = 1_000
"""Maximum number of items on a page."""
PAGE = 100
"""Default number of items on a page."""

ProfileId = Annotated[str, PathParameter(description="The id of a profile, or of one that was merged into it.")]
MergeId = Annotated[str, PathParameter(description="The id of a merge, as in a profile's history and members.")]
DetachmentId = Annotated[str, PathParameter(description="The id of a detachment, from the response to it.")]
Undone = Annotated[
    bool | None, QueryParameter(name="undone", description="Only merges that were undone, or only those that were not.")
]
Dismissed = Annotated[
    bool,
    QueryParameter(
        name="dismissed", description="Pairs that were dismissed as different people, in place of the others."
    ),
]
NameNamespace = Annotated[
    str, QueryParameter(name="namespace", min_length=1, description="The identifier's kind, such as `mobile_id`.")
]
NameValue = Annotated[
    str, QueryParameter(name="value", description="The identifier, as a client would send it. It is normalised.")
]
Wait = Annotated[
    float,
    QueryParameter(
        name="wait",
        ge=0,
        description="Seconds to wait until everything that was accepted before this request is visible (503 if it is "
        "not by then); 0 answers at once. The setting `api.wait_max_seconds` is the maximum.",
    ),
]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=LIMIT, description="Maximum number of items to return.")]
Cursor = Annotated[
    str | None,
    QueryParameter(name="cursor", max_length=4_096, description="The `cursor` of the previous page."),
]
EventName = Annotated[
    str | None, QueryParameter(name="name", min_length=1, description="Only events of this name, exactly.")
]
Meaning = Annotated[
    StandardEvent | None,
    QueryParameter(
        name="semantic", description="Only this standard event, under whatever name it was sent: `purchased`."
    ),
]
Since = Annotated[
    str | None,
    QueryParameter(name="since", max_length=40, description="ISO 8601: only events at this time or later."),
]
Until = Annotated[
    str | None, QueryParameter(name="until", max_length=40, description="ISO 8601: only events before this time.")
]
Namespace = Annotated[
    str | None,
    QueryParameter(
        name="namespace",
        min_length=1,
        description="With `value`: the kind of identifier to look up, such as `user_id`.",
    ),
]
Value = Annotated[
    str | None,
    QueryParameter(
        name="value",
        description="With `namespace`: the identifier, as a client would send it. It is normalised in the same way.",
    ),
]
Scope = Annotated[
    str, QueryParameter(name="scope", description="The identifier's scope: for an email its business unit.")
]
Text = Annotated[
    str | None,
    QueryParameter(
        name="q",
        min_length=1,
        max_length=1_000,
        description="Only profiles with an identifier that begins with this text, then those whose e-mail address, "
        "phone number or name (first, last or full) does. Case and accents of names and the punctuation of phone "
        "numbers do not matter.",
    ),
]
WantedStage = Annotated[
    StageLabel | None,
    QueryParameter(name="stage", description="Only profiles of this stage."),
]


WantedMetric = Annotated[Metric, QueryParameter(name="metric", description="What is counted.")]
WantedStep = Annotated[Step, QueryParameter(name="step", description="Time step of the counts.")]


Test = Annotated[
    bool,
    QueryParameter(
        name="test",
        description="Whether to include test profiles: those whose identifiers all begin with `passerby-test`. A `q` "
        "that begins so includes them too.",
    ),
]


def page(limit: Limit = PAGE, cursor: Cursor = None) -> Page:
    """Return the page that the query asks for."""
    return Page(limit, cursor)


def long_page(limit: Limit = LIMIT, cursor: Cursor = None) -> Page:
    """Return the page that the query asks for, with a higher default, for lists that are mostly read whole."""
    return Page(limit, cursor)


PAGED: Final = {"page": Provide(page, sync_to_thread=False)}
LONG_PAGED: Final = {"page": Provide(long_page, sync_to_thread=False)}
"""Dependencies of routes that answer with a page of a list."""


def choice(  # noqa: PLR0913, PLR0917 - the parameters of the query
    namespace: Namespace = None,
    value: Value = None,
    within: Scope = "",
    q: Text = None,
    stage: WantedStage = None,
    test: Test = False,  # noqa: FBT002 - a parameter of the query
) -> Choice:
    """Return the profiles that the query asks for. An identifier needs both parts and excludes other conditions."""
    if namespace is None and value is None and not within:
        return Choice(None, q, Stage[stage.upper()] if stage else None, test)
    for name, given in (("namespace", namespace), ("value", value)):
        if given is None:
            raise invalid(name, "an identifier needs both a namespace and a value")
    if q is not None or stage is not None:
        raise invalid("q" if q is not None else "stage", "looking an identifier up takes no other conditions")
    return Choice(Identifier(namespace or "", value or "", within), None, None)


def only_events(
    name: EventName = None, semantic: Meaning = None, since: Since = None, until: Until = None
) -> EventFilter:
    """Return the filter of events that the query string asks for. Raises ServiceError for a time that is none."""
    begin, end = moment_of("since", since, LEAST_TIME), moment_of("until", until, MOST_TIME)
    return EventFilter(name or "", semantic or "", begin, end)
