"""Conditions of the outcome forms on the logs."""

from record.casebook.conditions import Condition
from record.casebook.form_data import Casebook, FormData


class NoCreatinine(Condition):
    """The creatinine log has no sample inside the window of the form's visit."""

    def holds(self, data: FormData, casebook: Casebook) -> bool:
        return not casebook.fact(f"creatinine_in_window_{data.code}")
