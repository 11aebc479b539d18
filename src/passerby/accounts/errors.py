"""Errors of projects, keys and users. The command line prints their messages, which say what to do."""

from __future__ import annotations

from collections.abc import Iterable


class ProjectError(Exception):
    """Base class: an operation on projects, keys or users failed."""


class NotInitialised(ProjectError):
    """The data directory holds no project yet."""

    def __init__(self, folder: object) -> None:
        super().__init__(f"{folder} holds no project yet: run `passerby init --data {folder}` first")


class AlreadyInitialised(ProjectError):
    """The data directory holds projects already; `init` never replaces any."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"{folder} is initialised already: `passerby keys list` shows its public keys, "
            "`passerby keys add` makes new secrets, `passerby projects add` another project"
        )


class AccountsUnavailable(ProjectError):
    """Projects and keys cannot be read at the moment."""


class PasswordTooShort(ProjectError):
    """A console password needs more characters."""

    def __init__(self, least: int) -> None:
        super().__init__(f"a console password needs at least {least} characters")


class ControlFileMissing(ProjectError):
    """The folder holds messages but not the projects that they belong to: a new one would inherit them."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"{folder} holds messages, but its control.db is gone: restore it from a backup, or choose another folder"
        )


class BadSetting(ProjectError):
    """A project's setting cannot have this value."""


class TooManyAnnotations(ProjectError):
    """The limit of annotations of a project is reached."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} events and attributes of a project can be described")


class BadPolicy(ProjectError):
    """A policy cannot be this one."""


class NoSuchProject(ProjectError):
    """No project has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no project {name!r}: `passerby projects list` shows them all")


class ProjectExists(ProjectError):
    """The name is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a project {name!r} exists already: choose another name")


class BadProjectName(ProjectError):
    """The name is not one that a project may have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} cannot name a project: "
            "take 1 to 63 lower-case letters, digits, `-` or `_`, and a letter or digit first"
        )


class UnknownKind(ProjectError):
    """No key is of this kind."""

    def __init__(self, kind: str, kinds: Iterable[str]) -> None:
        super().__init__(f"there is no kind of key {kind!r}: take one of {', '.join(kinds)}")


class BadKeyValue(ProjectError):
    """The value given for a key does not have the form that its kind needs."""

    def __init__(self, kind: str, form: str) -> None:
        super().__init__(f"a {kind} must be {form}")


class KeyTaken(ProjectError):
    """Some project has, or had, this very key."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"this {kind} is in use, or was: a key never comes to mean another project")


class NoSuchKey(ProjectError):
    """The project has no key with this number."""

    def __init__(self, number: int, project: str) -> None:
        super().__init__(f"project {project!r} has no key number {number}: `passerby keys list` shows them all")


class NoSuchUser(ProjectError):
    """The console has no user of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the console has no user {name!r}: `passerby users list` shows them all")


class UserExists(ProjectError):
    """The name is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the console has a user {name!r} already: choose another name")


class BadUserName(ProjectError):
    """The name is not one that a console user may have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} cannot name a user: take 1 to 100 letters, digits or any of . _ @ + -")


class LastAdministrator(ProjectError):
    """The operation would leave no administrator."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is the only administrator: make another one first")
