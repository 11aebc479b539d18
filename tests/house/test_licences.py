"""Installed dependencies have licences that are as permissive as Passerby's."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from tests.house.repository import ROOT

FREE = re.compile(r"Apache|MIT|BSD|PSF|Python Software Foundation", re.IGNORECASE)
"""What a licence of a package may be: each asks for its notice to be kept, and nothing of what is built with it."""

EXAMINED = {
    "apsw": "any-OSI",  # "any licence that the Open Source Initiative approves": Apache 2.0 is one
    "certifi": "MPL-2.0",  # a list of certificates, installed as it is: the licence asks for its changes only
}


def packages() -> list[str]:
    """The packages of `requirements.lock` that this system installs."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    requirements = [Requirement(line.removesuffix("\\")) for line in lines if line[:1].isalnum()]
    return [each.name for each in requirements if each.marker is None or each.marker.evaluate()]


def licences(package: str) -> list[str]:
    """The licences that a package states, each in its own words: as an expression, in its first line, as a classifier.

    All of an expression joined by AND apply, one of those joined by OR is enough.
    """
    about = metadata.metadata(package)
    expressions = [part for text in about.get_all("License-Expression") or () for part in text.split(" AND ")]
    texts = [text.partition("\n")[0] for text in about.get_all("License") or ()]
    classifiers = [text for text in about.get_all("Classifier") or () if text.startswith("License ::")]
    return expressions or texts or classifiers


@pytest.mark.parametrize("package", packages())
def test_a_package_that_is_installed_has_a_licence_that_binds_no_one(package: str) -> None:
    stated = licences(package)
    assert stated
    assert [text for text in stated if not FREE.search(text)] == ([EXAMINED[package]] if package in EXAMINED else [])


def test_a_package_with_another_licence_is_still_needed() -> None:
    assert EXAMINED.keys() <= set(packages())
