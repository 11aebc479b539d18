"""Joining modules into a file, and leaving out what an engine does not need."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.sdk.tools import program

from passerby.sdk import bundle
from passerby.sdk.files import FILES, VERSION
from passerby.sdk.squeeze import squeezed

SOURCES = Path(__file__).parents[2] / "src" / "passerby" / "sdk" / "js"

MODULES = {
    "main.js": 'import { two } from "./two.js";\nimport {\n  one,\n} from "./one.js";\n\n'
    "const sum = one + two;\nexport { one, sum };\nexport default sum;\n",
    "one.js": 'import { VERSION } from "./version.js";\n/** One. */\nexport const one = VERSION + "1";\n',
    "two.js": 'import { one } from "./one.js";\n// Two.\nexport const two = one + "//2";\n',
    "spare.js": "export const spare = 0;\n",
}


def test_a_module_comes_after_all_that_it_needs_and_once() -> None:
    joined = bundle.join(MODULES, "main.js", "1.2")
    lines = squeezed(joined.code).replace(";", ";\n").split()
    assert [line for line in lines if line.startswith("one") or "VERSION=" in line] == [
        'VERSION="1.2";',
        'one=VERSION+"1";',
    ]
    assert joined.code.index("const one") < joined.code.index("const two") < joined.code.index("const sum")
    assert "spare" not in joined.code
    assert joined.exports == ("one", "sum")
    assert joined.default == "sum"


def test_what_was_joined_runs_as_a_module_and_as_a_common_module(tmp_path: Path) -> None:
    joined = bundle.join(MODULES, "main.js", "1.2")
    (tmp_path / "a.mjs").write_text(bundle.module(joined, "/*! a */\n"))
    (tmp_path / "b.js").write_text(bundle.script_or_common_module(joined, "/*! b */\n", "name"))
    (tmp_path / "main.mjs").write_text(
        'import sum, { one } from "./a.mjs";\nimport b from "./b.js";\nconsole.log(one, sum, b.sum === sum);\n'
    )
    command = [program("node"), "main.mjs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "1.21 1.211.21//2 true\n"


@pytest.mark.parametrize(
    "code, expected",
    [
        ("const a = 1; // b\nlet c", "const a=1;let c"),
        ("/** a */\nf( 'a  // b', `c\n  d` )", "f('a  // b',`c\n  d`)"),
        ('"\\"/*" + x', '"\\"/*"+x'),
        ("a = b / c / d", "a=b/c/d"),
        (r"x.replace(/[/ ]\/ +/g, y)", r"x.replace(/[/ ]\/ +/g,y)"),
        ("a + +b - -c", "a+ +b- -c"),
        ("return  typeof a", "return typeof a"),
        ("a()\nb()", "a()\nb()"),
        ("if (a) {\n  b();\n}\nc = () => { d(); };\n", "if(a){b()}\nc=()=>{d()};"),
        ("f(\n  a,\n  b,\n)", "f(a,b)"),
        ("", ""),
    ],
)
def test_only_what_parts_nothing_is_left_out(code: str, expected: str) -> None:
    assert squeezed(code) == expected


def test_no_name_stands_at_the_top_of_two_modules() -> None:
    declared = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (?:\{([^}]*)\}|(\w+))", re.MULTILINE)
    names = Counter(
        name.strip()
        for path in SOURCES.glob("*.js")
        for several, one in declared.findall(path.read_text())
        for name in (several or one).split(",")
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_small_and_says_what_it_is(name: str) -> None:
    assert len(FILES[name].packed) <= 8_000
    assert FILES[name].plain.startswith(f"/*! Passerby {name} {VERSION} | Apache-2.0 */\n".encode())


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.js")), ids=lambda path: path.stem)
def test_the_sources_are_written_as_joining_them_needs(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    statements = re.findall(r"^[ ]*(?:import|export)\b.*", code, re.MULTILINE)
    shapes = (
        r'import \{.*\} from "\./\w+\.js";$',
        "import {$",
        r"export (async )?(const|function) \w+",
        "export {$",
        r"export default \w+;",
    )
    assert not [line for line in statements if not any(re.match(shape, line) for shape in shapes)]
    assert "import(" not in code
