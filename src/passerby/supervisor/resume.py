"""Going on after the log's file was moved away, as an administrator does with a damaged one."""

from __future__ import annotations

from contextlib import closing

from passerby import logs
from passerby.folder import DataFolder
from passerby.log.sqlite import begin_after
from passerby.projects.store import ProjectStore
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState

_log = logs.get("supervisor")


def resume_log(folder: DataFolder) -> None:
    """Let a log that is to be begun anew go on behind what is applied.

    Every role calls this before it opens the log. Otherwise positions would begin at 1 again, and the worker, which is
    further already, would pass over everything that is accepted from now on.
    """
    if folder.log.exists() or not folder.state.exists():
        return
    with closing(SqliteState(folder.state)) as state:  # makes the tables, where a worker that starts has not yet
        position = state.position()
    if position and begin_after(folder.log, position, _accepted(folder)):
        _log.critical("the log is gone, a new one goes on behind what is applied", position=position)


def _accepted(folder: DataFolder) -> dict[int, int]:
    """How many messages of each project were accepted up to what is applied."""
    with closing(SqliteStateReader(folder.state)) as state, ProjectStore(folder.control) as store:
        totals = {project.id: state.totals(project.id) for project in store.projects()}
    return {project: total.applied + total.duplicates for project, total in totals.items()}
