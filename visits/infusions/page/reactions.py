"""Reactions to an infusion, from the adverse event log."""

from dataclasses import dataclass

from django.utils.translation import gettext

from record.casebook.derived import derived_values
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import YesNo
from visits.infusions.vocabulary import ReactionGrade


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction to an infusion."""

    event: FormData
    minutes: int | None

    @property
    def grade(self) -> str:
        grade = self.event.get("grade")
        return gettext(ReactionGrade(grade).label) if grade else ""


def reactions_to(number: int, casebook: Casebook) -> list[Reaction]:
    return [
        Reaction(event, _minutes_after_start(event, casebook))
        for event in casebook.rows("AE")
        if event.get("infusion_reaction") == YesNo.YES
        and event.get("infusion_number") == str(number)
    ]


def _minutes_after_start(event: FormData, casebook: Casebook) -> int | None:
    minutes = (
        derived.value
        for derived in derived_values(event, casebook)
        if derived.derivation.name == "minutes_after_start"
    )
    return next(minutes, None)
