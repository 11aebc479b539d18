"""Checks the key that secrets of other services are encrypted with."""

from __future__ import annotations

from collections.abc import Mapping
from stat import S_IMODE
from typing import Final

from passerby.doctor.finding import Finding, unwell, well
from passerby.secrets.encryption import Encryption
from passerby.secrets.key import BadKey, find_key
from passerby.settings import SECRET_KEY
from passerby.storage.data_dir import DataDir

CHECK: Final = "secret key"
_OTHERS: Final = 0o077


def check_secret_key(folder: DataDir, environ: Mapping[str, str]) -> Finding:
    """Check that the key can be read, by its owner only. A data directory without secrets has none."""
    try:
        key = find_key(folder, environ)
    except (BadKey, OSError) as error:
        return unwell(CHECK, str(error), f"restore {folder.secret_key} from a backup, or set {SECRET_KEY} to the key")
    if key is None:
        return well(CHECK, "not created yet: the first secret creates it")
    if environ.get(SECRET_KEY):
        return well(CHECK, f"{Encryption(key).key_id}, from {SECRET_KEY}")
    if S_IMODE(folder.secret_key.stat().st_mode) & _OTHERS:
        return unwell(CHECK, f"others may read {folder.secret_key}", f"chmod 600 {folder.secret_key}")
    return well(CHECK, f"{Encryption(key).key_id}, readable by its owner only")
