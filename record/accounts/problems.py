"""What can be wrong with a change of an account; messages are for people."""


class AccountRefused(Exception):
    """An account may not be changed in this way; the text is for people."""
