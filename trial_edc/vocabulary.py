"""Coded answers that several rooms share; a room's own codes are in its vocabulary.

A member is the stored and exported value; its label is what people read (English
source text, translated where it is shown).
"""

from enum import StrEnum
from typing import Self


def N_(text: str) -> str:  # noqa: N802 - the gettext convention for "mark, do not translate"
    return text


class Word(str):
    """A word in the place of a message that is marked for translation itself."""

    __slots__ = ()


class Codelist(StrEnum):
    """A coded answer: `FEMALE = "F", N_("Female")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        return term

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(term.value, term.label) for term in cls]


class YesNo(Codelist):
    """The answer to a yes/no item."""

    YES = "Y", N_("Yes")
    NO = "N", N_("No")


class Sex(Codelist):
    """Sex as the eGFR equations and the registry record use it."""

    FEMALE = "F", N_("Female")
    MALE = "M", N_("Male")


class MissingCode(Codelist):
    """Why an item has no value; rules see `None` for each of them."""

    NOT_DONE = "ND", N_("Not done")
    UNKNOWN = "UNK", N_("Unknown")
    NOT_APPLICABLE = "NA", N_("Not applicable")
    REFUSED = "REF", N_("Refused")


class VerificationTier(Codelist):
    """How much hangs on a form, so how much of it is compared with the source."""

    CRITICAL = "critical", N_("Critical")
    IMPORTANT = "important", N_("Important")
    OTHER = "other", N_("All other")


class VisitCode(Codelist):
    """The visits of the schedule, in its order, then those without a fixed day."""

    SCREENING = "SCR", N_("Screening")
    DAY_0 = "D0", N_("Day 0")
    DAY_1 = "D1", N_("Day 1")
    DAY_2 = "D2", N_("Day 2")
    DAY_3 = "D3", N_("Day 3")
    DAY_4 = "D4", N_("Day 4")
    DAY_5 = "D5", N_("Day 5")
    DAY_6 = "D6", N_("Day 6")
    DAY_7 = "D7", N_("Day 7")
    DAY_10 = "D10", N_("Day 10")
    DAY_14 = "D14", N_("Day 14")
    DAY_21 = "D21", N_("Day 21")
    DAY_28 = "D28", N_("Day 28")
    MONTH_3 = "M3", N_("Month 3")
    UNSCHEDULED = "UNS", N_("Unscheduled visit")
    END_OF_STUDY = "EOS", N_("End of study")


# Which infusion is given at a visit.
INFUSION_VISITS = {VisitCode.DAY_0.value: 1, VisitCode.DAY_7.value: 2}


class VisitStatus(Codelist):
    """Where a visit stands today; follows from its forms and the date."""

    NOT_SCHEDULED = "not_scheduled", N_("Not scheduled")
    NOT_DUE = "not_due", N_("Not due")
    UPCOMING = "upcoming", N_("Upcoming")
    DUE = "due", N_("Due")
    OVERDUE = "overdue", N_("Overdue")
    DONE = "done", N_("Done")
    MISSED = "missed", N_("Missed")
    NOT_REQUIRED = "not_required", N_("Not required")


class Severity(Codelist):
    """What an edit check does: refuse the impossible, question the implausible."""

    HARD = "hard", N_("Refused: impossible")
    SOFT = "soft", N_("Questioned: implausible")


class VitalStatus(Codelist):
    """Whether a participant is known to live."""

    ALIVE = "alive", N_("Alive")
    DEAD = "dead", N_("Dead")
    UNKNOWN = "unknown", N_("Unknown")


class WithdrawalKind(Codelist):
    """The three kinds of withdrawal, recorded apart."""

    INFUSION_ONLY = "infusion_only", N_("From infusion only; all visits stay")
    VISITS_LOOKUP_ALLOWED = (
        "visits_lookup_allowed",
        N_("From visits; look-up of records and vital status allowed"),
    )
    EVERYTHING = "everything", N_("From everything")
