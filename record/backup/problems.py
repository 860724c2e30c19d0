"""Why a backup cannot be made or restored; the message says what to do."""


class BackupFailed(Exception):
    """No backup was made, or not in each place; no file is left that is not whole."""


class RestoreRefused(Exception):
    """Nothing was restored; the database and the files are as they were."""


class RestoredUnproven(Exception):
    """Everything is back, but not as it was: the message names what does not fit."""
