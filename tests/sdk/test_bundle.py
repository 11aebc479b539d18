"""The served bundles: built from the current sources, small, without Node at run time."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
from tests.house.repository import ROOT
from tests.sdk.tools import program

from passerby.sdk.files import FILES, VERSION

BUNDLES: Final = ROOT / "src" / "passerby" / "sdk" / "bundles"
BUILD: Final = ROOT / "tools" / "sdk" / "build.py"
HASHES: Final = json.loads((BUNDLES / "hashes.json").read_text())
REQUIRED: Final = "CLIENTS_REQUIRED"
"""Set where esbuild must be there: it is installed with the vendors' clients."""


def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_sdk", BUILD)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bundles_are_made_of_the_present_sources() -> None:
    assert build().inputs() == HASHES["inputs"], "run `make sdk`"


@pytest.mark.parametrize("name", sorted(HASHES.keys() - {"inputs"}))
def test_no_bundle_was_edited(name: str) -> None:
    assert hashlib.sha256((BUNDLES / name).read_bytes()).hexdigest() == HASHES[name], "run `make sdk`"


def test_building_again_gives_the_same(tmp_path: Path) -> None:
    if not build().ESBUILD.exists() and not os.environ.get(REQUIRED):
        pytest.skip("esbuild is not there: `make clients` installs it")
    program("node")
    subprocess.run([sys.executable, str(BUILD), str(tmp_path)], check=True)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        file.name: file.read_bytes() for file in BUNDLES.iterdir()
    }


def test_the_mobile_bundles_are_a_module_a_common_module_and_a_script(tmp_path: Path) -> None:
    for name in ("mobile.mjs", "mobile.js"):
        (tmp_path / name).write_bytes(FILES[name].plain)
    (tmp_path / "main.mjs").write_text(
        """
        import sdk, * as named from "./mobile.mjs";
        import common, { config } from "./mobile.js";
        import { readFileSync } from "node:fs";
        import { runInThisContext } from "node:vm";
        runInThisContext(readFileSync(new URL("./mobile.js", import.meta.url), "utf8"));
        const names = (object) => Object.keys(object).filter((name) => name !== "default").sort().join();
        console.log(typeof config, names(common) === names(named), globalThis.passerby.version === sdk.version);
        """
    )
    command = [program("node"), "main.mjs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "function true true\n"


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_small_and_states_its_version(name: str) -> None:
    assert len(FILES[name].packed) <= 7_000
    assert FILES[name].plain.startswith(f"/*! Passerby {name} {VERSION} | Apache-2.0 */\n".encode())
    assert b"__PASSERBY" not in FILES[name].plain
