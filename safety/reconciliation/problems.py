"""What can be wrong with an act of reconciliation; messages are for people."""


class NotReconciled(Exception):
    """Why nothing was stored."""
