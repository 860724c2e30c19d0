"""Pages of this room: the person's own session, and the administration of accounts."""

from record.accounts.views.session import locked_out

__all__ = ["locked_out"]
