"""Errors of projects, keys and users. Commands and pages show their messages: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.errors import StoreBroken, StoreUnavailable


class ProjectError(Exception):
    """Base class: an operation on projects, keys or users was refused, and changed nothing."""


class NotInitialised(ProjectError):
    """The data directory holds no project yet."""

    def __init__(self, folder: object) -> None:
        super().__init__(f"{folder} holds no project: create the first one with `passerby init --data {folder}`")


class AlreadyInitialised(ProjectError):
    """The data directory already holds a project; `init` never replaces one."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"{folder} is already initialised: `passerby keys list` shows its public keys, `passerby keys add` creates "
            "new secrets, and `passerby projects add` another project"
        )


class ControlFileMissing(ProjectError):
    """The directory holds messages but not the projects that they belong to: a new project would inherit them."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"{folder} holds messages, but its control.db is missing: restore it from a backup, or choose another "
            "directory with --data"
        )


class AccountsUnavailable(StoreUnavailable):
    """Projects, keys and users cannot be read or changed at the moment."""

    store = "the control file"


class AccountsBroken(StoreBroken):
    """Projects, keys and users cannot be read: a damaged file, or a bug."""

    store = "the control file"


class PasswordTooShort(ProjectError):
    """A console password has too few characters."""

    def __init__(self, least: int) -> None:
        super().__init__(f"the password is too short: use at least {least} characters")


class BadSetting(ProjectError):
    """The value of a project's setting is invalid."""


class TooManyAnnotations(ProjectError):
    """The limit of annotations of a project is reached."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"the project already describes {most} events and attributes, which is the limit: remove descriptions that "
            "are no longer needed"
        )


class BadPolicy(ProjectError):
    """An identity policy is invalid."""


class NoSuchProject(ProjectError):
    """No project has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no project {name!r}: see `passerby projects list`")


class ProjectExists(ProjectError):
    """Another project has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"project {name!r} already exists: choose another name")


class BadProjectName(ProjectError):
    """A project cannot have this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"invalid project name {name!r}: "
            "use 1 to 63 lower-case letters, digits, `-` or `_`, with a letter or digit first"
        )


class UnknownKind(ProjectError):
    """There is no such kind of keys."""

    def __init__(self, kind: str, kinds: Iterable[str]) -> None:
        super().__init__(f"unknown kind of key {kind!r}: use one of {', '.join(kinds)}")


class BadKeyValue(ProjectError):
    """A given key does not have the form that its kind requires."""

    def __init__(self, kind: str, form: str) -> None:
        super().__init__(f"invalid {kind}: it must be {form}")


class KeyTaken(ProjectError):
    """A project has this key, or had it."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"this {kind} is in use, or was: use another value, because keys are never reused")


class NoSuchKey(ProjectError):
    """The project has no key with this number."""

    def __init__(self, number: int, project: str) -> None:
        super().__init__(f"project {project!r} has no key number {number}: see `passerby keys list`")


class NoSuchUser(ProjectError):
    """There is no console user with this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no user {name!r}: see `passerby users list`")


class UserExists(ProjectError):
    """Another console user has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"user {name!r} already exists: choose another name")


class BadUserName(ProjectError):
    """A console user cannot have this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"invalid user name {name!r}: "
            "use 1 to 100 letters, digits or any of . _ @ + -, with a letter or digit first"
        )


class LastAdministrator(ProjectError):
    """The operation would leave no administrator."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is the only administrator: make another user an administrator first")
