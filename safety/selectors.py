"""The reports of all participants with their clocks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from casebook.models import FormInstance, Participant
from safety.models import AdverseEvent, SentReport, SeriousReport
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

SECONDS_AN_HOUR = 3600


class ReportState(StrEnum):
    """Where a report stands against its clock."""

    WAITING = "due"
    LATE = "overdue"
    SENT = "done"


@dataclass(frozen=True)
class ReportLine:
    """One report on a serious event, as its clock shows it."""

    form: FormInstance
    version: str
    term: str | None
    aware_at: datetime | None
    sent_at: datetime | None
    now: datetime

    @property
    def participant(self) -> Participant:
        """Return whom it is about."""
        return self.form.participant

    @property
    def counts_from(self) -> datetime:
        """Return awareness, or the entry of the event until that is known."""
        return self.aware_at or self.form.created_at

    @property
    def due_at(self) -> datetime:
        """Return until when the sponsor must have it."""
        hours = PROTOCOL.safety.report_to_sponsor_hours
        return self.counts_from + timedelta(hours=hours)

    @property
    def hours(self) -> float:
        """Return the hours from awareness to the report, or to now."""
        until = self.sent_at or self.now
        return (until - self.counts_from).total_seconds() / SECONDS_AN_HOUR

    @property
    def state(self) -> ReportState:
        """Return where it stands; the status component draws it."""
        if self.sent_at:
            return ReportState.SENT
        return ReportState.LATE if self.now > self.due_at else ReportState.WAITING

    @property
    def was_late(self) -> bool:
        """Tell whether it was sent after its time."""
        return self.sent_at is not None and self.sent_at > self.due_at


def report_lines() -> list[ReportLine]:
    """Return every report, what waits first, the most urgent on top; three selects."""
    reports = SeriousReport.objects.filter(form__struck_at=None).select_related(
        "form__participant"
    )
    sent = dict(SentReport.objects.values_list("form_id", "sent_at"))
    terms = dict(
        AdverseEvent.objects.filter(
            form__in=reports.order_by().values("ae")
        ).values_list("form_id", "term")
    )
    now = clock.now()
    lines = [
        ReportLine(
            form=report.form,
            version=str(report.report_kind or ""),
            term=terms.get(report.value_of("ae")),
            aware_at=report.value_of("aware_at"),
            sent_at=sent.get(report.form_id),
            now=now,
        )
        for report in reports
    ]
    return sorted(lines, key=lambda line: (line.sent_at is not None, line.due_at))
