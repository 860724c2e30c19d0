"""Serious adverse event reports of all participants, with their clocks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from record.casebook import catalogue
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebooks_of
from record.review.selectors import as_shown
from safety.facts import changed_since, event_of, is_serious, row_with
from safety.models import AdverseEvent, SentReport, SeriousReport
from safety.reports.facts import clock_starts_at, earlier_versions, reports_on
from safety.vocabulary import ReportKind
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import YesNo

SECONDS_AN_HOUR = 3600
READ = ("AE", "SAE", "SPA")


class ReportState(StrEnum):
    """State of a report against its clock."""

    WAITING = "due"
    LATE = "overdue"
    SENT = "done"
    VOID = "not_required"  # never sent, and its event is serious no more


WAITING = (ReportState.WAITING.value, ReportState.LATE.value)
CLOCK = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)


@dataclass(frozen=True)
class ReportLine:
    """One version of the report on a serious event, with its clock."""

    form: FormInstance
    report: FormData
    casebook: Casebook
    sent: SentReport | None
    now: datetime

    @property
    def participant(self) -> Participant:
        return self.form.participant

    @cached_property
    def event(self) -> FormData | None:
        """None when the event is struck out."""
        return event_of(self.report, self.casebook)

    @property
    def term(self) -> str | None:
        term: str | None = self.event.get("term") if self.event else None
        return term

    @property
    def version(self) -> str:
        kind = self.report.get("report_kind")
        word = _(ReportKind(kind).label) if kind else "—"
        if kind != ReportKind.FOLLOW_UP:
            return word
        before = earlier_versions(self.report, self.casebook)
        number = 1 + sum(version.get("report_kind") == kind for version in before)
        return f"{word} {number}"

    @property
    def aware_at(self) -> datetime | None:
        aware_at: datetime | None = self.report.get("aware_at")
        return aware_at

    @property
    def sent_at(self) -> datetime | None:
        return self.sent.sent_at if self.sent else None

    @property
    def clock_starts_at(self) -> datetime:
        """Awareness, or when the version was begun until that is known."""
        return clock_starts_at(self.report, self.casebook) or self.form.created_at

    @property
    def due_at(self) -> datetime:
        return self.clock_starts_at + CLOCK

    @property
    def hours(self) -> float:
        until = self.sent_at or self.now
        return (until - self.clock_starts_at).total_seconds() / SECONDS_AN_HOUR

    @property
    def names_event(self) -> bool:
        return self.report.get("ae") is not None

    @property
    def is_withdrawn(self) -> bool:
        """Not while nobody says which event is reported: the clock goes on."""
        is_serious_event = self.event is not None and is_serious(self.event)
        return self.names_event and not is_serious_event

    @property
    def state(self) -> ReportState:
        if self.sent_at:
            return ReportState.SENT
        if self.is_withdrawn and not earlier_versions(self.report, self.casebook):
            return ReportState.VOID
        return ReportState.LATE if self.now > self.due_at else ReportState.WAITING

    @property
    def shown(self) -> str:
        return as_shown(filter(None, (self.report, self.event)))

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def unsent_look(self) -> str:
        return "unsent_late" if self.state == ReportState.LATE else "unsent"

    @property
    def was_late(self) -> bool:
        return self.sent_at is not None and self.sent_at > self.due_at

    @property
    def is_latest(self) -> bool:
        if self.event is None:
            return False
        return reports_on(self.event, self.casebook)[-1].form_id == self.form.pk

    @cached_property
    def changed(self) -> list[str]:
        """Labels of items changed since the last version was sent.

        Empty for a report sent before revisions of events were stored.
        """
        sent, event = self.sent, self.event
        if sent is None or event is None or not self.is_latest:
            return []
        return [
            str(catalogue.design(data.code).items[name].verbose_name)
            for data, revision in (
                (event, sent.event_revision),
                (self.report, sent.revision),
            )
            if revision is not None
            for name in _in_order(data.code, changed_since(data, revision))
        ]


def _in_order(code: str, names: Collection[str]) -> list[str]:
    return [name for name in catalogue.design(code).items if name in names]


def report_lines(*, of_report: int | None = None) -> list[ReportLine]:
    """Every report, unsent ones first, the most urgent on top; three selects.

    `of_report` restricts them to the participant of that report.
    """
    stored_forms = _stored_reports()
    if of_report is not None:
        stored_forms = stored_forms.filter(participant__forms=of_report)
    forms = stored_forms.select_related("participant")
    return _most_urgent_first(_lines_of(list(forms)))


_REPORTS = SeriousReport.objects.filter(
    form__code="SAE", form__struck_at=None, form__revision__gt=0
)
_SENT = SentReport.objects.filter(form=OuterRef("form"))
_OF_EVENT = _REPORTS.filter(ae=OuterRef("ae"))
_EARLIER = _OF_EVENT.filter(form__occurrence__lt=OuterRef("form__occurrence"))
_LATER = _OF_EVENT.filter(form__occurrence__gt=OuterRef("form__occurrence"))
_EVENT = AdverseEvent.objects.filter(form=OuterRef("ae"), form__struck_at=None)


def listed_reports() -> QuerySet[Any]:
    """Every report, unsent ones first, the most urgent on top.

    Columns are called as the properties of `ReportLine` that they repeat in SQL.
    """
    now = clock.now()
    later_time = _EARLIER.filter(aware_at__gte=OuterRef("aware_at"))
    reports = _REPORTS.select_related("form__participant").annotate(
        term=Subquery(_EVENT.values("term")),
        sent_at=Subquery(_SENT.values("sent_at")),
        clock_starts_at=Case(
            When(~Exists(later_time), aware_at__isnull=False, then=F("aware_at")),
            default=F("form__created_at"),
        ),
        is_changed=_is_changed(),
    )
    timed = reports.annotate(
        due_at=F("clock_starts_at") + Value(CLOCK),
        hours=Coalesce("sent_at", Value(now)) - F("clock_starts_at"),
    )
    listed: QuerySet[Any] = timed.annotate(state=_state(now))
    is_settled = Case(When(state__in=WAITING, then=0), default=1)
    return listed.order_by(is_settled, "due_at", "pk")


def _state(now: datetime) -> Case:
    is_serious_event = Exists(_EVENT.filter(serious=YesNo.YES))
    is_void = Q(~is_serious_event, ~Exists(_EARLIER), ae__isnull=False)
    return Case(
        When(sent_at__isnull=False, then=Value(ReportState.SENT.value)),
        When(is_void, then=Value(ReportState.VOID.value)),
        When(due_at__lt=now, then=Value(ReportState.LATE.value)),
        default=Value(ReportState.WAITING.value),
        output_field=CharField(),
    )


def _is_changed() -> Any:
    """Whether an item of the latest version, or of its event, changed since sent."""
    before = Q(revision__lt=OuterRef("form__revision"))
    event_before = Q(event_revision__lt=OuterRef("ae__revision"))
    moved = Exists(_SENT.filter(before | event_before))
    return Case(
        When(Q(moved, Exists(_EVENT), ~Exists(_LATER)), then=True), default=False
    )


def lines_of(reports: Iterable[Any]) -> list[ReportLine]:
    return _lines_of([report.form for report in reports])


def open_report_lines() -> list[ReportLine]:
    """Reports that wait, and those that changed since they were sent."""
    return lines_of(listed_reports().filter(Q(state__in=WAITING) | Q(is_changed=True)))


def unsent_reports(participant: Participant) -> list[ReportLine]:
    """The most urgent first; one select while there is no serious event."""
    forms = _stored_reports().filter(participant=participant)
    lines = _lines_of(list(forms.select_related("participant")))
    return _most_urgent_first([line for line in lines if line.is_waiting])


def _stored_reports() -> QuerySet[FormInstance]:
    return FormInstance.objects.filter(code="SAE", struck_at=None, revision__gt=0)


def _most_urgent_first(lines: list[ReportLine]) -> list[ReportLine]:
    return sorted(lines, key=lambda line: (not line.is_waiting, line.due_at))


def _lines_of(forms: list[FormInstance]) -> list[ReportLine]:
    """In the order of the forms."""
    if not forms:
        return []
    people = {form.participant_id: form.participant for form in forms}
    casebooks = casebooks_of(people.values(), READ)
    sent, now = SentReport.objects.in_bulk([form.pk for form in forms]), clock.now()
    return list(_lines(forms, casebooks, sent, now))


def _lines(
    forms: Iterable[FormInstance],
    casebooks: dict[int, Casebook],
    sent: dict[int, SentReport],
    now: datetime,
) -> Iterable[ReportLine]:
    for form in forms:
        casebook = casebooks[form.participant_id]
        if report := row_with(casebook, "SAE", form.pk):
            yield ReportLine(form, report, casebook, sent.get(form.pk), now)


def was_sent(form: FormInstance) -> bool:
    return SentReport.objects.filter(form=form).exists()


def notified_at(report_id: int | None) -> datetime | None:
    """When the sponsor knew of a report at the latest, to the minute."""
    sent = SentReport.objects.filter(form=report_id).first()
    if sent is None or sent.notified_at is None:
        return None
    return sent.notified_at.replace(second=0, microsecond=0)
