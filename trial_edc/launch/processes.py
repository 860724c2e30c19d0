"""Child processes that cannot outlive their parent, and leftovers of earlier runs."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _dies_with_parent(by: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:  # the parent died before the kernel was asked
            os._exit(1)

    return ask_kernel


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    ended_by: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches only the parent.

    `ended_by` is the signal the kernel sends it when the parent dies, even by kill -9.
    Call from the main thread: the kernel watches the thread, not the process.
    """
    with contextlib.ExitStack() as opened:
        output = opened.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(  # noqa: S603 - commands of this package only
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=_dies_with_parent(ended_by),  # noqa: PLW1509 - no threads yet
        )


def stop(
    process: subprocess.Popen[bytes],
    by: signal.Signals = signal.SIGTERM,
    *,
    patience_seconds: float = 10,
    then: signal.Signals = signal.SIGKILL,
) -> None:
    """Ask the child to end; when it does not, end its whole session with `then`."""
    if process.poll() is None:
        process.send_signal(by)
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, then)
        process.wait()


def living_in(folder: Path) -> Iterator[int]:
    """Processes whose working directory is the folder, whatever a pid file says."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder:
                yield int(entry.name)


def wait_until_empty(folder: Path, *, patience_seconds: float) -> bool:
    """Tell whether every process that lived in the folder has gone in time."""
    end = time.monotonic() + patience_seconds
    while any(living_in(folder)):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def evict(folder: Path, by: signal.Signals, *, patience_seconds: float = 5) -> bool:
    """Wait for leftovers to go, then end them; only they can live in a private folder."""
    if wait_until_empty(folder, patience_seconds=patience_seconds):
        return True
    for pid in living_in(folder):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, by)
    return wait_until_empty(folder, patience_seconds=patience_seconds)
