"""The lines of the screening log, as a person reads them."""

from enrollment.screening.page import ScreeningLogRow, rows_of
from enrollment.screening.selectors import screenings
from record.accounts.models import User


def screening_log(user: User) -> list[ScreeningLogRow]:
    return rows_of(list(screenings(user)))
