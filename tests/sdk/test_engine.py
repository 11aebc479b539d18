"""The JavaScript: typed throughout, same tests for sources and bundles, exact digests."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sdk.tools import program

from passerby.sdk.files import FILES

HERE = Path(__file__).parent / "js"
SOURCES = Path(__file__).parents[2] / "src" / "passerby" / "sdk" / "js"

STRICT = (
    *("--noEmit", "--allowJs", "--checkJs", "--strict", "--noUnusedLocals", "--noUnusedParameters"),
    *("--noImplicitReturns", "--noFallthroughCasesInSwitch"),
    *("--target", "es2020", "--module", "es2020", "--lib", "es2020,dom,dom.iterable"),
)


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    env = os.environ | (environment or {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_types_hold() -> None:
    run(program("tsc"), *STRICT, *map(str, sorted(SOURCES.glob("*.js"))))


def test_the_sources_do_as_their_tests_say() -> None:
    run(program("node"), "--test", *map(str, sorted(HERE.glob("*.test.mjs"))))


def test_the_file_that_is_served_does_as_the_same_tests_say(tmp_path: Path) -> None:
    served = tmp_path / "mobile.mjs"
    served.write_bytes(FILES["mobile.mjs"].plain)
    run(program("node"), "--test", str(HERE / "mobile.test.mjs"), environment={"PASSERBY_MOBILE": str(served)})


VENDOR_NAMES = Path(__file__).parent / "antsomi-react-native.txt"

DECLARATIONS = """
import * as declared from "./declared";
import * as served from "./mobile.js";
const typed: typeof declared = served;
type Undeclared = Exclude<keyof typeof served | keyof typeof served.default, keyof typeof declared>;
const complete: [Undeclared] extends [never] ? true : Undeclared = true;
console.log(typed, complete);
"""

APP = """
import RnAntsomiSdk, { LogLevel, MessageStatus } from "./declared";
async function main(): Promise<void> {
  RnAntsomiSdk.config("123", "456", "app", "group");
  await RnAntsomiSdk.setLogLevel(LogLevel.DEBUG);
  await RnAntsomiSdk.appInboxInit("1", "visitor");
  await RnAntsomiSdk.track({ en: "view_product", items: [{ id: "p1" }], eventProps: { a: 1 } });
  await RnAntsomiSdk.modifyAction(["1"], MessageStatus.READ);
  const messages = await RnAntsomiSdk.getListMessage(["label"], 1);
  RnAntsomiSdk.getAllLabels((labels: any) => console.log(labels, messages));
  RnAntsomiSdk.setCallbackNewMessage((message: any) => console.log(message));
  RnAntsomiSdk.onOpenedNotification((info: any) => console.log(info));
  const link: string | null = await RnAntsomiSdk.getPendingLink();
  await RnAntsomiSdk.onPendingLink((found: string) => console.log(found, link));
  await RnAntsomiSdk.getMediaJson({ en: "view_product" }, "story");
}
main();
"""


@pytest.mark.parametrize("code", [DECLARATIONS, APP])
def test_the_types_that_are_served_are_those_of_the_code_and_take_the_vendor_s_calls(tmp_path: Path, code: str) -> None:
    for source in SOURCES.glob("*.js"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "declared.d.ts").write_bytes(FILES["mobile.d.ts"].plain)
    (tmp_path / "main.ts").write_text(code)
    run(program("tsc"), *STRICT, "--moduleResolution", "node", str(tmp_path / "main.ts"))


def test_every_name_of_the_vendor_s_react_native_sdk_is_there(tmp_path: Path) -> None:
    (tmp_path / "mobile.mjs").write_bytes(FILES["mobile.mjs"].plain)
    code = """
    import * as sdk from "./mobile.mjs";
    const methods = Object.keys(sdk.default).map((name) => `default.${name}`);
    console.log(JSON.stringify([...Object.keys(sdk), ...methods]));
    """
    (tmp_path / "main.mjs").write_text(code)
    done = subprocess.run([program("node"), "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    names = [line for line in VENDOR_NAMES.read_text().splitlines() if not line.startswith("#")]
    assert not set(names) - set(json.loads(done.stdout))


IMPORTS = """
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import passerby, { config, track } from "./mobile.js";
import * as named from "./mobile.mjs";
const required = createRequire(import.meta.url)("./mobile.js");
assert.equal(typeof config, "function");
assert.equal(passerby.track, track);
assert.equal(required.track, track);
assert.deepEqual(Object.keys(named).filter((name) => name !== "default").sort(), Object.keys(required).sort());
assert.equal(named.default.version, required.version);
assert.equal(globalThis.passerby, undefined);
"""

SCRIPT = """
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
const page = {};
runInNewContext(readFileSync("mobile.js", "utf8"), page);
assert.equal(typeof page.passerby.config, "function");
"""


@pytest.mark.parametrize("code", [IMPORTS, SCRIPT])
def test_the_mobile_sdk_is_a_module_of_either_kind_and_a_script(tmp_path: Path, code: str) -> None:
    for name, file in FILES.items():
        (tmp_path / name).write_bytes(file.plain)
    (tmp_path / "main.mjs").write_text(code)
    done = subprocess.run([program("node"), "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Digester:
    """The SDK's own digest, in Node."""

    def __init__(self) -> None:
        command = [program("node"), str(HERE / "md5.mjs")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, text: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def digest() -> Iterator[Digester]:
    digester = Digester()
    with digester.process:
        yield digester
        digester.process.terminate()


@given(text=st.text())
def test_the_digest_of_any_text_is_that_of_its_utf8(digest: Digester, text: str) -> None:
    assert digest(text) == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("length", [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 10_000])
@pytest.mark.parametrize("letter", ["a", "ü", "ế", "😀"])
def test_the_digest_is_exact_at_every_edge_of_a_block(digest: Digester, length: int, letter: str) -> None:
    text = letter * length
    assert digest(text) == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_half_a_character_counts_as_a_replacement_as_on_the_web(digest: Digester) -> None:
    assert digest("a\ud83d") == hashlib.md5("a\ufffd".encode(), usedforsecurity=False).hexdigest()
