"""The vendors' server SDKs send every event despite network faults, and each event counts once."""

from __future__ import annotations

import json
import subprocess
import uuid

import pytest
from tests.clients.faulty_proxy import faulty
from tests.clients.installed import HERE, PACKAGES, PYTHON, found
from tests.clients.journey import FAULTS, STEPS, check, key
from tests.sdk.tools import program
from tests.server_process import Server

SECONDS = 90

NODE = {
    "segment": ("analytics.mjs", "@segment/analytics-node"),
    "segment-2": ("analytics.mjs", "segment-analytics-node-2"),
    "rudderstack": ("rudderstack.mjs", "@rudderstack/rudder-sdk-node"),
    "customerio": ("analytics.mjs", "@customerio/cdp-analytics-node"),
}
"""Scripts, and the packages that they use."""
PYTHON_MODULES = ("segment.analytics", "rudderstack.analytics", "customerio.analytics")


def send(server: Server, *command: str) -> None:
    """Run a client to its end, with a case of its own behind these arguments, and look at what arrived."""
    user = f"u-{uuid.uuid4()}"
    with faulty(server.port, *FAULTS) as proxy:
        case = json.dumps({"host": proxy.url, "key": key(server), "user": user, "steps": STEPS})
        done = subprocess.run([*command, case], cwd=HERE, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert proxy.left == []
        assert set(proxy.paths) == {"/v1/batch"}
    check(server, user)


@pytest.mark.parametrize("client", NODE)
def test_every_event_of_a_client_for_node_is_there_once(server: Server, client: str) -> None:
    script, package = NODE[client]
    found(PACKAGES / package)
    send(server, program("node"), f"node/{script}", package)


@pytest.mark.parametrize("module", PYTHON_MODULES)
def test_every_event_of_a_client_for_python_is_there_once(server: Server, module: str) -> None:
    send(server, str(found(PYTHON)), "python/send.py", module)
