"""What the database or the folder of files can refuse."""


class RecordClosed(Exception):
    """The form or the whole database is locked, or the form frozen."""


class FileDamaged(Exception):
    """The content in the folder is missing, or not the one that was stored."""
