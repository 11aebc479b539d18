"""Runs one of the vendors' clients for Python, which have one interface: `send.py MODULE CASE`.

For the environment of `make clients`, which has none of Passerby's packages.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main(module: str, case: dict[str, object]) -> None:
    """Send what the case says, and return when the client has sent it all."""
    failures: list[object] = []
    client = import_module(f"{module}.client").Client(
        case["key"], host=case["host"], upload_size=4, on_error=lambda error, _: failures.append(error)
    )
    client.identify(case["user"], {"plan": "pro"})
    for index in range(int(str(case["steps"]))):
        client.track(case["user"], "Step", {"index": index})
    client.flush()
    client.join()
    if failures:
        sys.exit(repr(failures))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
