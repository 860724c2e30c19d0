"""The modules of the rooms, by kind: `checks`, `facts`, `tasks` and so on."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps

PROJECT = Path(__file__).resolve().parent.parent


def modules_of(kind: str) -> Iterator[str]:
    """A room's own modules before those of its features.

    A kind is one module, or a package of that name with one noun a file.
    """
    for room in apps.get_app_configs():
        root = Path(room.path)
        if PROJECT not in root.parents or "site-packages" in root.parts:
            continue
        for place in ("", "*/"):
            for pattern in (f"{place}{kind}.py", f"{place}{kind}/[!_]*.py"):
                for path in sorted(root.glob(pattern)):
                    inner = path.relative_to(root).with_suffix("")
                    yield ".".join((room.name, *inner.parts))


def load(*kinds: str) -> None:
    for kind in kinds:
        for name in modules_of(kind):
            import_module(name)
