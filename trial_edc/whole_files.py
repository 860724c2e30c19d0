"""Files that are there whole or not at all, also when the disk is full."""

from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

from trial_edc.vocabulary import N_

NO_ROOM = N_(
    "The disk of the server is full; nothing was stored. Tell the administrator, then "
    "try again."
)


class NoRoom(Exception):
    """The disk is full; nothing of the file is left."""

    def __init__(self) -> None:
        super().__init__(NO_ROOM)


def is_lack_of_room(problem: BaseException) -> bool:
    return isinstance(problem, OSError) and problem.errno in (ENOSPC, EDQUOT, EFBIG)


def write_whole(path: Path, content: bytes) -> None:
    """Raises `NoRoom`."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as problem:
        unfinished.unlink(missing_ok=True)
        if is_lack_of_room(problem):
            raise NoRoom from problem
        raise
