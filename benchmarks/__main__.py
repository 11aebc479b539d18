"""Runs the benchmarks one after the other, each in its own process, and stores their figures as JSON.

make bench                              all of them, about an hour on 2 cores
make bench ARGS="end_to_end edge"       these
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

NAMES = (
    "dialects",
    "dialects_http",
    "edge",
    "end_to_end",
    "worker",
    "resolver",
    "identity_api",
    "abuse",
    "doctor",
    "events",
    "memory",
    "console",
)


def main() -> int:
    """Run what was asked for; the exit code says whether all of them ended well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    options.results.mkdir(exist_ok=True)
    failed = [name for name in options.names or NAMES if not run(name, options.results / f"{name}.json")]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def run(name: str, results: Path) -> bool:
    """Run one benchmark; return whether it ended well."""
    print(f"\n{name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(results)]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
