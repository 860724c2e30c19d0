"""Private folders: made once, locked while in use, short enough for sockets."""

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.launch.problems import Busy, LaunchError

PROJECT = Path(__file__).resolve().parents[2]
SOCKET_PATH_BYTES = 107  # what the kernel holds of a unix socket's path


def state_folder() -> Path:
    return Path(os.environ.get("STATE_DIR") or PROJECT / ".state").resolve()


def private(folder: Path) -> Path:
    """Make the folder readable by its owner alone, or say why that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
            folder.chmod(0o700)
            return folder
    except OSError as problem:
        message = f"Cannot use the folder {folder}: {problem.strerror}."
        raise LaunchError(message) from None
    message = f"The folder {folder} belongs to another: remove it or set STATE_DIR."
    raise LaunchError(message)


def socket_folder(data: Path, name: str) -> Path:
    """Give a folder for the socket `name`: beside its data, else one of short path."""
    near = data / "socket"
    if len(os.fsencode(near / name)) <= SOCKET_PATH_BYTES:
        return private(near)
    return private(short(data))


def short(folder: Path) -> Path:
    """Name the folder that stands in for one whose path is too long for a socket."""
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"edc-{os.geteuid()}-{mark}"


@contextlib.contextmanager
def locked(folder: Path, *, busy: str) -> Iterator[None]:
    """Hold the folder alone; the kernel lets go when the process ends, however it does.

    The lock file names the holder, so that `make demo-reset` knows whom to ask.
    """
    with (private(folder) / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(busy) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def holder(folder: Path) -> int | None:
    try:
        with (folder / "lock").open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read())
    except FileNotFoundError:
        pass
    return None
