"""The visit at which a blood sample was drawn, from the forms of the casebook."""

from datetime import date

from record.casebook import catalogue
from record.casebook.form_data import Casebook
from trial_edc.dates import site_date
from trial_edc.vocabulary import VisitCode

PANEL = "LAB"
DATE_LENGTH = len("2026-03-08")


def visits_on(casebook: Casebook, sampled_at: str) -> set[tuple[str, int]]:
    """The visit performed that day, else that of an infusion begun that day.

    Where there is neither, before randomization, screening.
    """
    day = date.fromisoformat(sampled_at[:DATE_LENGTH])
    visits = {
        (data.visit, data.visit_number)
        for data in casebook.rows("VIS")
        if data.get("visit_date") == day
        and data.visit in catalogue.design(PANEL).collected.visits
    }
    infusion_visits = {
        (data.visit, 0)
        for data in casebook.rows("INF")
        if (at := data.get("started_at")) and site_date(at) == day
    }
    randomized_at = casebook.value("RAN", "randomised_at")
    is_before_randomization = randomized_at is None or day < site_date(randomized_at)
    screening = {(VisitCode.SCREENING.value, 0)} if is_before_randomization else set()
    return visits or infusion_visits or screening
