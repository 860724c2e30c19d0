"""A condition that only screening needs."""

from casebook.conditions import Condition
from casebook.sheets import Binder, Sheet


class AtRescreening(Condition):
    """The sheet belongs to a second or later screening of the same person."""

    def holds(self, sheet: Sheet, binder: Binder) -> bool:
        """Tell whether an earlier screening exists."""
        del binder
        return sheet.occurrence > 1
