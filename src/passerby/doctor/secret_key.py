"""Checks the key that secrets of other services are encrypted with."""

from __future__ import annotations

from collections.abc import Mapping
from stat import S_IMODE
from typing import Final

from passerby.destinations.protocol import ConfigurationsUnavailable, DestinationsEngine
from passerby.doctor.finding import Finding, unwell, well
from passerby.secrets.encryption import Encryption
from passerby.secrets.key import BadKey, find_key
from passerby.settings import SECRET_KEY
from passerby.storage.data_dir import DataDir

CHECK: Final = "secret key"
_OTHERS: Final = 0o077
_NOT_CREATED: Final = "not created yet: the first secret creates it"


def check_secret_key(folder: DataDir, environ: Mapping[str, str], destinations: DestinationsEngine) -> Finding:
    """Check that the key can be read, by its owner only, and is that of the stored secrets.

    A data directory without secrets has no key.
    """
    restore = f"restore {folder.secret_key} from a backup, or set {SECRET_KEY} to the key"
    try:
        key = find_key(folder, environ)
        stored = destinations.secret_keys()
    except (BadKey, OSError) as error:
        return unwell(CHECK, str(error), restore)
    except ConfigurationsUnavailable as error:
        return unwell(
            CHECK, f"cannot be compared with the secrets: {error}", f"see the result for {folder.control.name}"
        )
    if key is None:
        return unwell(CHECK, "not found, and secrets are stored", restore) if stored else well(CHECK, _NOT_CREATED)
    if others := sorted(stored - {Encryption(key).key_id}):
        advice = f"{restore}, or enter those secrets again"
        return unwell(CHECK, f"{Encryption(key).key_id}, but secrets need the key {', '.join(others)}", advice)
    if environ.get(SECRET_KEY):
        return well(CHECK, f"{Encryption(key).key_id}, from {SECRET_KEY}")
    if S_IMODE(folder.secret_key.stat().st_mode) & _OTHERS:
        return unwell(CHECK, f"others may read {folder.secret_key}", f"chmod 600 {folder.secret_key}")
    return well(CHECK, f"{Encryption(key).key_id}, readable by its owner only")
