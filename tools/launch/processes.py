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


def die_with_parent(by: signal.Signals) -> None:
    _libc.prctl(PR_SET_PDEATHSIG, by)


def _dying_with(parent: int, by: signal.Signals) -> Callable[[], None]:
    def ask_kernel() -> None:
        die_with_parent(by)
        if os.getppid() != parent:  # the parent died before the kernel was asked
            os._exit(1)

    return ask_kernel


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    cwd: Path | None = None,
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
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=_dying_with(os.getpid(), ended_by),  # noqa: PLW1509 - no threads
        )


def stop(
    *children: subprocess.Popen[bytes],
    by: signal.Signals = signal.SIGTERM,
    patience_seconds: float = 10,
    then: signal.Signals = signal.SIGKILL,
) -> None:
    """Ask all at once to end; end the rest, with their sessions, by `then`."""
    for child in children:
        if child.poll() is None:
            child.send_signal(by)
    end = time.monotonic() + patience_seconds
    for child in children:
        try:
            child.wait(max(0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, then)
            child.wait()


def living_in(folder: Path) -> Iterator[int]:
    """Processes whose working directory is the folder, whatever a pid file says.

    Only those without a terminal: a person's shell may stand there too.
    """
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder and not _has_terminal(entry):
                yield int(entry.name)


def _has_terminal(entry: Path) -> bool:
    after_the_name = (entry / "stat").read_text().rpartition(")")[2].split()
    return after_the_name[4] != "0"  # tty_nr, see proc(5)


def wait_until_empty(folder: Path, *, patience_seconds: float) -> bool:
    end = time.monotonic() + patience_seconds
    while any(living_in(folder)):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def evict(folder: Path, by: signal.Signals, *, patience_seconds: float = 5) -> bool:
    if wait_until_empty(folder, patience_seconds=patience_seconds):
        return True
    for pid in living_in(folder):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, by)
    return wait_until_empty(folder, patience_seconds=patience_seconds)
