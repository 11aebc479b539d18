"""The lock files pin every declared dependency by version and hash, without index addresses."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.house.repository import ROOT

CLIENTS = "tests/clients/requirements.lock"
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock", "requirements-pip.lock", CLIENTS)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECLARED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-build.lock": PROJECT["build-system"]["requires"],
    "requirements-dev.lock": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["dev"],
        *PROJECT["build-system"]["requires"],
    ],
    "requirements-pip.lock": ["pip"],
    CLIENTS: (ROOT / "tests/clients/requirements.txt").read_text().splitlines(),
}


def entries(lock: str) -> list[str]:
    """The lock file's logical lines without its comments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n?", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def pins(lock: str) -> dict[str, str]:
    """The version that the lock file pins, by package."""
    requirements = [Requirement(entry.split(" --hash=")[0]) for entry in entries(lock)]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_version_with_its_hashes_and_nothing_else(lock: str) -> None:
    exact = re.compile(r"[a-z0-9-]+==[^ ;=]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert not [entry for entry in entries(lock) if not exact.fullmatch(entry)]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_declared_dependency_is_pinned_at_an_allowed_version(lock: str) -> None:
    pinned = pins(lock)
    declared = [Requirement(line) for line in DECLARED[lock]]
    assert not [
        str(each) for each in declared if not each.specifier.contains(pinned.get(canonicalize_name(each.name), "0"))
    ]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_what_runs_is_what_is_tested(lock: str) -> None:
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_what_a_locked_package_requires_is_locked_too(lock: str) -> None:
    """A lock file is installed without resolving anything, so an entry that is missing would stay missing."""
    overridden = {canonicalize_name(Requirement(entry).name) for entry in entries("requirements-overrides.txt")}
    pinned = pins(lock)
    missing = [
        f"{package} requires {requirement}"
        for package in pinned
        if package in installed()
        for requirement in map(Requirement, metadata.requires(package) or ())
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if canonicalize_name(requirement.name) not in overridden
        if not requirement.specifier.contains(pinned.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert not missing


@pytest.mark.parametrize("folder", ["tests/clients", "tools/sdk"])
def test_a_package_for_node_is_one_version_with_its_hash_and_no_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    declared = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    assert lock.pop("")["dependencies"] == declared
    for name, version in declared.items():
        assert lock[f"node_modules/{name}"]["version"] == version.rpartition("@")[2]
    assert not [name for name, package in lock.items() if "resolved" in package or "integrity" not in package]


def test_what_is_left_out_is_in_no_lock() -> None:
    left_out = {canonicalize_name(Requirement(entry).name) for entry in entries("requirements-overrides.txt")}
    assert left_out
    assert not [name for lock in LOCKS for name in pins(lock) if name in left_out]


def installed() -> set[str]:
    """The packages of this environment. Some of a lock file are for other systems only."""
    return {canonicalize_name(each.metadata["Name"]) for each in metadata.distributions()}
