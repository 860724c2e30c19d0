"""A database of its own for a bench, and what the settings read."""

import base64
import contextlib
import os
import shutil
from collections.abc import Iterator

from tools.launch import folders, postgres


@contextlib.contextmanager
def database(name: str, *, durable: bool = False, **more: str) -> Iterator[None]:
    """Start an empty, migrated database; `durable` commits as production does."""
    slot = folders.state_folder() / name
    shutil.rmtree(slot, ignore_errors=True)
    (slot / "state" / "static").mkdir(parents=True)
    with postgres.databases(slot / "postgres", for_tests=not durable) as urls:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "trial_edc.settings",
            "DATABASE_URL": urls.runtime,
            "OWNER_DATABASE_URL": urls.owner,
            "SECRET_KEY": "only-for-the-bench-" * 3,
            "VAULT_KEYS": base64.b64encode(b"only-for-the-bench".ljust(32)).decode(),
            "STATE_DIR": str(slot / "state"),
            "DEMO": "1",
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
            **more,
        }
        import django  # noqa: PLC0415 - after the settings are there
        from django.core.management import call_command  # noqa: PLC0415 - the same
        from django.db import connections  # noqa: PLC0415 - the same

        django.setup()
        call_command("migrate", verbosity=0, skip_checks=True)
        yield
        connections.close_all()
