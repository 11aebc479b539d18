"""Open an event store's folder, close it, and print the engine's version.

python -m passerby.event_store.chdb.trial FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from passerby.event_store.chdb.connections import version
from passerby.event_store.chdb.opening import open_event_store

if __name__ == "__main__":
    open_event_store(Path(sys.argv[1])).close()
    sys.stdout.write(version())
