"""Bundles and minifies the SDKs with esbuild: `make sdk`, after a change of their sources.

    PYTHON tools/sdk/build.py [FOLDER]

The bundles are committed, so that neither running nor installing Passerby needs Node. `hashes.json` records the
SHA-256 of the inputs and of each bundle: a test fails where a source was changed without building, or a bundle edited.
The version is a placeholder in the bundles, which the server replaces.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ROOT / "src" / "passerby" / "sdk" / "js"
BUNDLES: Final = ROOT / "src" / "passerby" / "sdk" / "bundles"
ESBUILD: Final = Path(__file__).parent / "node_modules" / ".bin" / "esbuild"

OPTIONS: Final = (
    "--bundle",
    "--minify",
    "--target=es2020",
    "--charset=utf8",
    "--legal-comments=none",
    "--log-level=warning",
)
GLOBAL: Final = "passerby"
"""The mobile SDK's name in a page that loads it as a script."""


def main(folder: Path) -> int:
    """Write the bundles and their hashes to a folder. Return the exit code."""
    folder.mkdir(exist_ok=True)
    mobile, exports = bundled("mobile.js", "esm")
    sdk, _ = bundled("mobile.js", "iife", "--global-name=sdk")
    web, _ = bundled("web_event.js", "iife")
    bundles = {"web_event.js": web, "mobile.mjs": mobile, "mobile.js": script_or_common_module(sdk, exports)}
    for name, code in bundles.items():
        (folder / name).write_text(code, encoding="utf-8")
    hashes = {"inputs": inputs(), **{name: sha256(code.encode()) for name, code in bundles.items()}}
    (folder / "hashes.json").write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def bundled(entry: str, form: str, *options: str) -> tuple[str, list[str]]:
    """The bundle of a module and all that it imports, and the names that it exports. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        output, meta = Path(folder) / "bundle.js", Path(folder) / "meta.json"
        files = (str(SOURCES / entry), f"--outfile={output}", f"--metafile={meta}")
        subprocess.run([str(ESBUILD), *files, f"--format={form}", *OPTIONS, *options], cwd=ROOT, check=True)
        (described,) = json.loads(meta.read_text())["outputs"].values()
        return output.read_text(encoding="utf-8"), sorted(described["exports"])


def script_or_common_module(code: str, exports: list[str]) -> str:
    """A script that is a CommonJS module where there are such, and else a global variable.

    Node and bundlers find the names to import by reading these assignments without running them.
    """
    assignments = "".join(f"exports.{name}=sdk.{name};" for name in exports if name != "default")
    ending = f'if(typeof module==="object"&&module.exports){{{assignments}}}else globalThis.{GLOBAL}=sdk.default;'
    return f"(function(){{{code}{ending}}})();\n"


def inputs() -> str:
    """The hash of everything that the bundles are made of: the sources, this script, the version of esbuild."""
    files = [*sorted(SOURCES.glob("*.js")), Path(__file__), Path(__file__).with_name("package.json")]
    return sha256(b"".join(file.name.encode() + b"\0" + file.read_bytes() + b"\0" for file in files))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else BUNDLES))
