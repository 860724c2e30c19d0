"""Why the database is not locked or unlocked; the text is for people."""


class LockRefused(Exception):
    """Nothing was stored."""
