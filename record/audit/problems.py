"""What the database can refuse."""


class RecordClosed(Exception):
    """The form or the whole database is locked, or the form frozen."""
