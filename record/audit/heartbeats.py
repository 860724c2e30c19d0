"""When a part of the system last worked: a file each, beside the stored files.

Web, workers and beat share the folder; so a fresh file of a worker proves beat, broker,
worker and the folder at once.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

MESSAGES, EXPORTS = "messages", "exports"
FOLDER = "heartbeats"


def beat(part: str) -> None:
    path = _path(part)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def is_fresh(part: str, limit: timedelta) -> bool | None:
    """None where it never worked. By the machine's clock, which no demo moves."""
    try:
        changed_at = _path(part).stat().st_mtime
    except FileNotFoundError:
        return None
    return timezone.now() - datetime.fromtimestamp(changed_at, UTC) <= limit


def _path(part: str) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / part
