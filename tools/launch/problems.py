"""What can go wrong when something is started, in one line."""


class LaunchError(Exception):
    """A start that failed; the message is the one line a person reads."""


class Busy(LaunchError):
    """Another process holds the folder."""
