"""What `make` says and when `make setup` has something to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.launch import folders


def make(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    named = {name for name in os.environ if "MAKE" in name or name == "PYTHON"}
    env = {name: os.environ[name] for name in os.environ.keys() - named}
    return subprocess.run(
        ["make", *words],
        cwd=folders.PROJECT,
        env=env | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_bare_make_lists_the_targets():
    output = make().stdout

    for target in ("setup", "demo", "demo-reset", "test", "check", "fix", "trace"):
        assert f"  make {target} " in output


def test_unknown_target_gives_one_clear_line():
    result = make("tset")

    assert result.returncode != 0
    place = f"Makefile:{line_of('.DEFAULT:') + 1}"
    assert result.stderr.splitlines() == [
        f'{place}: *** No target "tset": `make` lists them.  Stop.'
    ]


def line_of(start: str) -> int:
    lines = (folders.PROJECT / "Makefile").read_text().splitlines()
    return 1 + next(n for n, line in enumerate(lines) if line.startswith(start))


def test_missing_python_gives_one_clear_line():
    result = make("setup", "PYTHON=no-such-python")

    assert result.returncode != 0
    assert result.stderr.splitlines()[0] == (
        "setup: there is no no-such-python; name a Python: make PYTHON=…"
    )


def test_old_python_gives_one_clear_line(tmp_path):
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    result = make("setup", f"PYTHON={old}")

    assert result.returncode != 0
    assert "Python 3.11 or newer is needed" in result.stderr.splitlines()[0]


class Place:
    """A folder with requirements, and a uv that only notes what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = folder / ".venv"
        self.requirements = folder / "requirements-dev.txt"
        self.requirements.write_text("uv==1.0\n")
        self.requests = folder / "requests"
        self.requests.touch()
        uv = folder / "bin" / "uv"
        uv.parent.mkdir()
        uv.write_text(
            f'#!/bin/sh\necho "$@" >> {self.requests}\nexit ${{UV_EXIT:-0}}\n'
        )
        uv.chmod(0o755)

    def setup(
        self, *options: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        script = folders.PROJECT / "tools" / "launch" / "environment.py"
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, "-I", script, ".venv", *options],
            cwd=self.folder,
            env=os.environ | {"PATH": path} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def syncs(self) -> int:
        return len(self.requests.read_text().splitlines())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_setup_installs_pinned_requirements_once(place):
    assert place.setup().returncode == 0
    assert place.setup().stdout == ""

    assert place.syncs == 1
    assert "pip sync --quiet --require-hashes" in place.requests.read_text()


def test_setup_follows_changed_requirements_in_the_same_environment(place):
    place.setup()
    mine = place.venv / "mine"
    mine.touch()
    place.requirements.write_text("uv==2.0\n")

    place.setup()

    assert place.syncs == 2
    assert mine.exists()


def test_setup_makes_a_half_installed_environment_anew(place):
    assert place.setup(UV_EXIT="1").returncode != 0
    half = place.venv / "half-installed"
    half.touch()

    assert place.setup().returncode == 0

    assert not half.exists()


def test_setup_repairs_an_environment_without_python(place):
    place.setup()
    (place.venv / "bin" / "python").unlink()

    assert place.setup().returncode == 0

    assert (place.venv / "bin" / "python").exists()


def test_setup_follows_the_version_of_a_python_that_is_named(place):
    place.setup("--named")
    version = next(place.venv.glob("lib/python*")).name
    (place.venv / "lib" / version).rename(place.venv / "lib" / "python3.1")

    without_name = place.setup().stdout
    named = place.setup("--named").stdout

    assert without_name == ""
    assert named.splitlines() == [
        f".venv is of python3.1, not of {version}.",
        "Making the virtual environment .venv …",
        "Installing the pinned requirements …",
    ]
    assert place.setup("--named").stdout == ""
    assert [folder.name for folder in place.venv.glob("lib/python*")] == [version]


def test_make_tells_setup_whether_a_python_is_named():
    default, named = (
        make("-n", "setup"),
        make("-n", "setup", f"PYTHON={sys.executable}"),
    )

    assert default.stdout.splitlines()[-1].endswith("environment.py .venv ")
    assert named.stdout.splitlines()[-1].endswith("environment.py .venv --named")


def test_setup_tells_in_one_line_why_it_failed(place):
    result = place.setup(UV_EXIT="1")

    assert result.stderr.splitlines() == [
        "setup: The requirements could not be installed; the lines above say why."
    ]
