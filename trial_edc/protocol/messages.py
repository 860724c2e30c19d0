"""What the system writes by itself: reminders to participants, mail to staff."""

from dataclasses import dataclass
from datetime import time

from trial_edc.typed_toml import require


@dataclass(frozen=True, slots=True)
class Worded:
    """A text in the languages in which participants are written to."""

    en: str
    zh_hans: str

    def spoken(self, language: str) -> str:
        text: str = getattr(self, language.replace("-", "_"))
        return text


@dataclass(frozen=True, slots=True)
class ReminderTexts:
    """Texts for participants; `{date}` and the like are filled in."""

    version: str
    subject: Worded
    opt_out_line: Worded
    visit_upcoming: Worded
    visit_tomorrow: Worded
    visit_open_call_to_book: Worded
    visit_overdue: Worded
    blood_test: Worded
    contact_check: Worded
    emergency_note: Worded
    opt_out_done: Worded


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """When and how participants may be written to."""

    quiet_from: time
    quiet_until: time
    maximum_per_visit: int
    send_at: time
    upcoming_days: int
    overdue_wait_days: int
    contact_check_days: int
    emergency_note_from_days: int
    emergency_note_until_days: int
    opt_out_words: tuple[str, ...]
    forbidden_words: tuple[str, ...]
    texts: ReminderTexts

    def __post_init__(self) -> None:
        for name in ("maximum_per_visit", "upcoming_days", "contact_check_days"):
            require(name, that=getattr(self, name) > 0, problem="is not above 0")
        require(
            "send_at",
            that=self.quiet_until <= self.send_at < self.quiet_from,
            problem="lies in the quiet hours",
        )
        require(
            "emergency_note_until_days",
            that=self.emergency_note_from_days <= self.emergency_note_until_days,
            problem="is below emergency_note_from_days",
        )


@dataclass(frozen=True, slots=True)
class StaffMail:
    """When and how the system writes to staff by itself."""

    digest_from: time
    digest_until: time
    digest_lines: int
    unsealed_hours: int
    clock_drift_seconds: int
    reference_drift_seconds: int
