"""At which visit a sample was taken; read from the forms of the casebook, pure."""

from datetime import date

from record.casebook import catalogue
from record.casebook.form_data import Casebook
from trial_edc.dates import site_date
from trial_edc.vocabulary import VisitCode

PANEL = "LAB"
DATE_LENGTH = len("2026-03-08")


def visits_on(casebook: Casebook, sampled_at: str) -> set[tuple[str, int]]:
    """Return the visits at which a sample of that instant was taken.

    The visit performed on that day; else that of the infusion of that day; else, before
    randomisation, screening.
    """
    day = date.fromisoformat(sampled_at[:DATE_LENGTH])
    visits = {
        (data.visit, data.visit_number)
        for data in casebook.rows("VIS")
        if data.get("visit_date") == day
        and data.visit in catalogue.design(PANEL).collected.visits
    }
    infused = {
        (data.visit, 0)
        for data in casebook.rows("INF")
        if (at := data.get("started_at")) and site_date(at) == day
    }
    randomised = casebook.value("RAN", "randomised_at")
    is_before = randomised is None or day < site_date(randomised)
    screening = {(VisitCode.SCREENING.value, 0)} if is_before else set()
    return visits or infused or screening
