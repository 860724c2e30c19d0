"""The words of a message to a participant, in the language of the consent; pure."""

from datetime import date, datetime

from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from visits.reminders.facts import Reminder
from visits.reminders.vocabulary import Occasion

TEXTS = PROTOCOL.reminders.texts


class NotNeutral(Exception):
    """A text names what no message may name."""


@implements("REM-02")
def text_of(reminder: Reminder, language: str, *, phone: str) -> str:
    """The template of the occasion with its places filled; raises `NotNeutral`."""
    template = getattr(TEXTS, reminder.occasion).spoken(language)
    text: str = template.format_map(_fields(reminder, language, phone))
    if reminder.occasion != Occasion.OPT_OUT_DONE:  # nothing to stop after it
        blank = " " if language == "en" else ""
        text += blank + TEXTS.opt_out_line.spoken(language)
    require_neutral(text)
    return text


def subject_in(language: str) -> str:
    return TEXTS.subject.spoken(language)


def require_neutral(text: str) -> None:
    folded = text.casefold()
    for word in PROTOCOL.reminders.forbidden_words:
        if word in folded:
            raise NotNeutral(word)


def _fields(reminder: Reminder, language: str, phone: str) -> dict[str, str]:
    at = (
        reminder.appointment_at.astimezone(SITE_TZ) if reminder.appointment_at else None
    )
    days = {
        "date": at and at.date(),
        "open": reminder.opens_on,
        "close": reminder.closes_on,
    }
    formatted = {name: day_in(language, day) for name, day in days.items() if day}
    return {**formatted, "time": _time(at), "phone": phone}


def day_in(language: str, day: date) -> str:
    if language == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def _time(at: datetime | None) -> str:
    return f"{at:%H:%M}" if at else ""


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
