"""Conditions that only screening needs."""

from record.casebook.conditions import Condition
from record.casebook.form_data import Casebook, FormData


class Allowed(Condition):
    """A setting of the protocol allows it; the same for everybody."""

    def __init__(self, setting: bool) -> None:  # noqa: FBT001 - it is the condition
        self.setting = setting

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del data, casebook
        return self.setting


class AtRescreening(Condition):
    """The form belongs to a second or later screening of the same person."""

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        del casebook
        return data.occurrence > 1
