"""Answers that report a death, wherever they are given; pure."""

from collections.abc import Mapping

from enrollment.vocabulary import ScreenFailure
from record.casebook.form_data import Casebook, FormData
from safety.vocabulary import EventOutcome, Grade, Seriousness
from visits.infusions.vocabulary import NoGoReason, NotMeasuredReason
from visits.logs.vocabulary import LeftTo, RrtStopReason

# By form, the items and the answer of each; that of a contact is of a later room.
DEATH_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "SCN": {"screen_failure_reason": ScreenFailure.DIED},
    "IRQ": {"reason": NoGoReason.DEATH},
    "INF": {"not_given_reason": NoGoReason.DEATH},
    "VSI": {"not_done_reason": NotMeasuredReason.DIED},
    "RRT": {"stop_reason": RrtStopReason.DIED},
    "STY": {"out_to": LeftTo.DIED},
    "AE": {
        "grade": Grade.DEATH,
        "outcome": EventOutcome.FATAL,
        "seriousness": Seriousness.DEATH,
    },
    "CAL": {"result": "death_reported"},
}


def reports_death(data: FormData) -> bool:
    answers = (
        (data.get(item), code) for item, code in DEATH_ANSWERS[data.code].items()
    )
    return any(
        code in answer if isinstance(answer, list) else answer == code
        for answer, code in answers
    )


def is_death_reported(casebook: Casebook) -> bool:
    casebook.read(*DEATH_ANSWERS)
    return any(
        reports_death(row) for code in DEATH_ANSWERS for row in casebook.rows(code)
    )
