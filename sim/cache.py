"""What one process computes and later ones find in the user's cache, under the fingerprint of what it was made of.

Any of it can be deleted at any time. What is kept under a fingerprint of all that it depends on cannot be out of date.
"""

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def user_cache() -> Path:
    """Return where this system keeps what a user's programs can compute again."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser()
    if sys.platform == "darwin":
        return Path("~/Library/Caches").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()


def is_ours(folder: Path) -> bool:
    """Return True when we can write in a folder and nobody else may own it: what is kept there is executed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Return the folder of what is kept: the user's cache, else a private temporary folder, else none."""
    with contextlib.suppress(RuntimeError):  # a user without a home
        if is_ours(user_cache() / "sim"):
            return user_cache() / "sim"
    with contextlib.suppress(OSError):  # a machine without a temporary folder
        temporary = Path(tempfile.gettempdir()) / f"sim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
        if is_ours(temporary):
            return temporary
    return None


def kept(name: str, made_of: bytes, compute: Callable[[], Any]) -> Any:
    """Return what `compute` returns, from the cache where it was computed before from the same bytes.

    `made_of` holds all that the answer depends on: texts that are read, versions, the code that reads them.
    """
    folder = cache_folder()
    if folder is None:
        return compute()
    file = folder / f"{name}-{hashlib.sha256(made_of).hexdigest()[:32]}.pickle"
    with contextlib.suppress(OSError):
        whole = file.read_bytes()
        if hashlib.sha256(whole[32:]).digest() == whole[:32]:  # as it was written
            return pickle.loads(whole[32:])
    answer = compute()
    content, part = pickle.dumps(answer), file.with_name(f"{file.name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            part.write_bytes(hashlib.sha256(content).digest() + content)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    return answer
