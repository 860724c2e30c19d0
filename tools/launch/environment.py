"""`make setup`: the virtual environment, exactly as the pinned requirements say.

With `--named` the person named this Python, so an environment of another version is
made anew; else one that works stays, whatever its version.

Runs outside of the environment, with any Python from 3.11; needs nothing else.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENTS = "requirements-dev.txt"


class SetupRefused(Exception):
    """Why there is no environment, in one line."""


def main(folder: Path, *, is_named: bool) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / ".setup-lock").open("w") as lock:  # uv has its own
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_named:
            _drop_other_version(folder)
        fingerprint = _fingerprint()
        done, half = folder / ".synced", folder / ".syncing"
        if done.exists() and done.read_text() == fingerprint and _works(folder):
            return
        done.unlink(missing_ok=True)
        if half.exists() or not _works(folder):
            _make(folder)
        half.touch()
        _sync(folder)
        half.unlink()
        done.write_text(fingerprint)


def _drop_other_version(folder: Path) -> None:
    """Take the interpreter out of an environment of another version than this one's."""
    mine = f"python{sys.version_info.major}.{sys.version_info.minor}"
    versions = [library.name for library in folder.glob("lib/python*")]
    if versions and mine not in versions:
        print(f"{folder} is of {versions[0]}, not of {mine}.", flush=True)
        _python(folder).unlink(missing_ok=True)


def _fingerprint() -> str:
    return hashlib.sha256(Path(REQUIREMENTS).read_bytes()).hexdigest()


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _works(folder: Path) -> bool:
    is_one = "import sys; sys.exit(sys.prefix == sys.base_prefix)"
    return _python(folder).exists() and _succeeds(_python(folder), "-c", is_one)


def _make(folder: Path) -> None:
    """Make it anew, without what a killed setup left behind."""
    print(f"Making the virtual environment {folder} …", flush=True)
    for entry in folder.iterdir():
        if entry.name != ".setup-lock":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with_pip = shutil.which("uv") is None
    try:
        import venv  # noqa: PLC0415 - Debian packs it apart

        if with_pip:
            import ensurepip  # noqa: F401, PLC0415 - the same
    except ImportError:
        message = "Python's venv module is missing: apt-get install python3-venv."
        raise SetupRefused(message) from None
    venv.create(folder, with_pip=with_pip, symlinks=True)


def _sync(folder: Path) -> None:
    print("Installing the pinned requirements …", flush=True)
    cache = [] if os.access(Path.home(), os.W_OK) else ["--no-cache"]
    where = ("--python", _python(folder))
    sync = ("pip", "sync", "--quiet", "--require-hashes", *cache)
    _must(_uv(folder), *sync, *where, REQUIREMENTS)


def _uv(folder: Path) -> Path:
    """Find uv on the machine or in the environment, else let pip install it."""
    own = folder / "bin" / "uv"
    program = shutil.which("uv") or (own if own.exists() else None)
    if program:
        return Path(program)
    text = Path(REQUIREMENTS).read_text()
    pinned = re.search(r"^uv==(?:.*\\\n)*.*\n", text, re.MULTILINE)
    if pinned is None:
        message = f"{REQUIREMENTS} pins no uv: `make requirements`."
        raise SetupRefused(message)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(pinned[0])
        only_uv.flush()
        pip = (_python(folder), "-m", "pip", "install", "--disable-pip-version-check")
        options = ("--quiet", "--no-cache-dir", "--require-hashes")
        _must(*pip, *options, "-r", only_uv.name)
    return own


def _succeeds(*command: str | Path) -> bool:
    return not subprocess.run(command, check=False).returncode  # noqa: S603 - our own


def _must(*command: str | Path) -> None:
    if not _succeeds(*command):
        message = "The requirements could not be installed; the lines above say why."
        raise SetupRefused(message)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        try:
            main(Path(sys.argv[1]), is_named="--named" in sys.argv[2:])
        except SetupRefused as problem:
            sys.exit(f"setup: {problem}")
        sys.exit(0)
    sys.exit(130)
