"""Reads of the bedside page: an infusion with its record and its measurements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext

from record.casebook import catalogue, display
from record.casebook.derived import derived_values
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.values import Row
from record.review.models import Signature
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, VisitCode, YesNo
from visits.infusions.facts import stop_rules
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.page.vital_grid import MINUTE, VitalSignLine
from visits.infusions.rules import StopReason
from visits.infusions.vocabulary import Given, InfusionDecision, ReactionGrade, Release
from visits.schedule.facts import (
    INFUSION_VISITS,
    infusion_started_at,
    is_refused_for_good,
)

FORMS = ("IRQ", "INF", "VSI", "AE", "DTH", "CNS")  # one select for the whole page
RELEASES = {
    Release.NONE: "not_started",
    Release.UNSIGNED: "draft",
    Release.BROKEN: "signature_broken",
    Release.GO: "signed",
    Release.DELAY: "due",
    Release.REFUSED: "not_done",
}


STATES = {
    "before": N_("Not started"),
    "running": N_("Running since"),
    "interrupted": N_("Interrupted since"),
    "stopped": N_("Ended"),
    "none": N_("Not given"),
}


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction to this infusion as the event log has it."""

    event: FormData
    minutes: int | None

    @property
    def grade(self) -> str:
        grade = self.event.get("grade")
        return gettext(ReactionGrade(grade).label) if grade else ""


@dataclass(frozen=True)
class BedsideInfusion:
    """One infusion as the bedside page shows it."""

    participant: Participant
    visit: str
    casebook: Casebook
    now: datetime
    forms: Mapping[tuple[str, int], FormInstance]
    release: Release
    signature: Signature | None

    @property
    def number(self) -> int:
        return INFUSION_VISITS[self.visit]

    @property
    def request(self) -> FormData | None:
        return self.casebook.one("IRQ", self.visit)

    @property
    def record(self) -> FormData | None:
        return self.casebook.one("INF", self.visit)

    @property
    def record_form(self) -> FormInstance | None:
        return self.forms.get(("INF", 1))

    @property
    def request_form(self) -> FormInstance | None:
        return self.forms.get(("IRQ", 1))

    @property
    def started_at(self) -> datetime | None:
        return self.record.get("started_at") if self.record else None

    @property
    def stopped_at(self) -> datetime | None:
        return self.record.get("stopped_at") if self.record else None

    @property
    def interrupted_at(self) -> datetime | None:
        """Return since when it does not run, while it is interrupted."""
        row = timing.open_interruption(self.record)
        return datetime.fromisoformat(row["from_at"]) if row else None

    @property
    def state(self) -> str:
        """Return what can be done next: before, running, interrupted, stopped, none."""
        given = self.record.get("given") if self.record else None
        if given == Given.NOT_GIVEN:
            return "none"
        if self.stopped_at:
            return "stopped"
        if self.started_at and self.interrupted_at:
            return "interrupted"
        return "running" if self.started_at else "before"

    @property
    def state_words(self) -> str:
        return gettext(STATES[self.state])

    @property
    def minutes_running(self) -> int | None:
        """Return the minutes since the start, until the stop."""
        until = self.stopped_at or self.now
        return (until - self.started_at) // MINUTE if self.started_at else None

    @property
    def release_status(self) -> str:
        return RELEASES[self.release]

    @property
    def awaits_release(self) -> bool:
        """Tell whether it would start before anybody said and signed that it may."""
        return self.state == "before" and self.release != Release.GO

    @property
    def dosing_weight_kg(self) -> Decimal | None:
        """Return the weight of the request, which all infusion forms use."""
        return self.request.get("dosing_weight_kg") if self.request else None

    @cached_property
    def points(self) -> tuple[timing.VitalSignPoint, ...]:
        return timing.points_of(self.visit, self.casebook)

    @cached_property
    def lines(self) -> list[VitalSignLine]:
        return [
            VitalSignLine(
                point,
                self.now,
                self.revision("VSI", point.occurrence),
                timing.minutes_off(point.row, self.casebook) if point.row else None,
            )
            for point in self.points
        ]

    def line(self, code: str) -> VitalSignLine | None:
        """Return the line of a time point that somebody still has to measure."""
        found = (line for line in self.lines if line.point.code == code)
        return next((line for line in found if line.point.is_awaited), None)

    @property
    def at_hand(self) -> VitalSignLine | None:
        """Return the time point to measure now: the last one due, else the next one.

        Those that were passed over stay marked as late, to be measured or explained.
        """
        awaited = [line for line in self.lines if line.point.is_awaited]
        due = [line for line in self.lines if line.has_opened and line.is_applicable]
        if due and due[-1].point.is_awaited:
            return due[-1]
        ahead = (line for line in awaited if not line.has_opened)
        return next(ahead, next(iter(awaited), None))

    @property
    def answered(self) -> int:
        return sum(point.is_answered for point in self.points if point.is_applicable)

    @property
    def applicable(self) -> int:
        """Return how many time points this infusion has."""
        return sum(point.is_applicable for point in self.points)

    def revision(self, code: str, occurrence: int = 1) -> int:
        """Return the revision of a form as it is shown; 0 of an empty one."""
        form = self.forms.get((code, occurrence))
        return form.revision if form else 0

    @property
    def version(self) -> str:
        """Return what changes whenever somebody stores something that is shown."""
        held = [
            (form.code, form.occurrence, form.revision) for form in self.forms.values()
        ]
        held += [
            ("AE", row.occurrence, row.revision) for row in self.casebook.rows("AE")
        ]
        return " ".join(f"{code}{number}.{at}" for code, number, at in sorted(held))

    @property
    def interruptions(self) -> Sequence[Row]:
        """Return when it did not run, and why."""
        return (self.record.get("interruptions") if self.record else None) or ()

    @property
    def interrupted(self) -> Iterator[tuple[datetime | None, datetime | None, str]]:
        """Yield from when to when it did not run, and why."""
        for row in self.interruptions:
            ends = (row.get(name) for name in ("from_at", "to_at"))
            from_at, to_at = (datetime.fromisoformat(at) if at else None for at in ends)
            yield from_at, to_at, row.get("reason") or ""

    @property
    def premedication_words(self) -> str:
        item = catalogue.design("INF").items["premedication"]
        return display.words(item, list(self.premedication))

    @property
    def premedication(self) -> Sequence[Row]:
        return (self.record.get("premedication") if self.record else None) or ()

    @property
    def delivery(self) -> Iterator[tuple[str, str, str]]:
        """Yield what is computed of it: words, value and unit; nothing of a dose."""
        record = self.record
        for one in derived_values(record, self.casebook) if record else ():
            if one.value is not None and one.derivation.name != "infusion_number":
                told = one.derivation
                yield gettext(told.label), display.derived_words(one), told.unit

    @property
    def reactions(self) -> list[Reaction]:
        return [
            Reaction(event, _minutes_after_start(event, self.casebook))
            for event in self.casebook.rows("AE")
            if event.get("infusion_reaction") == YesNo.YES
            and event.get("infusion_number") == str(self.number)
        ]

    @property
    def has_stop_rules(self) -> bool:
        """Tell whether rules may stop it: it is the second one."""
        return self.number > 1

    @property
    def stops(self) -> tuple[StopReason, ...]:
        """Return the rules against it, at its start or now; none against infusion 1."""
        if not self.has_stop_rules:
            return ()
        at = self.started_at or self.now
        return stop_rules.reasons_against_second(self.casebook, at)

    @property
    def grave_events(self) -> list[FormData]:
        """Return the events that the stop rules ask about."""
        at = self.started_at or self.now
        return stop_rules.events_to_look_at(self.casebook, at)

    @property
    def last_day(self) -> datetime | None:
        """Return the last date for infusion 2."""
        day0 = infusion_started_at(self.casebook, 1)
        days = PROTOCOL.schedule.infusion_2_last_day
        return day0 + timedelta(days=days) if day0 else None


def _minutes_after_start(event: FormData, casebook: Casebook) -> int | None:
    found = derived_values(event, casebook)
    named = (one for one in found if one.derivation.name == "minutes_after_start")
    one = next(named, None)
    return one.value if one else None


@implements("INF-03", "INF-04")
def infusion_at(participant: Participant, visit: str) -> BedsideInfusion:
    """Return an infusion with its request, its record and its measurements."""
    casebook = casebook_of(participant)
    casebook.read(*FORMS)
    held = FormInstance.objects.filter(
        participant=participant,
        visit=visit,
        code__in=("IRQ", "INF", "VSI"),
        struck_at=None,
    )
    forms = {(form.code, form.occurrence): form for form in held}
    release, signature = _release(casebook, visit, forms.get(("IRQ", 1)))
    return BedsideInfusion(
        participant, visit, casebook, clock.now(), forms, release, signature
    )


def _release(
    casebook: Casebook, visit: str, form: FormInstance | None
) -> tuple[Release, Signature | None]:
    """Return how far the request of an infusion has come, and who signed it."""
    decision = casebook.value("IRQ", "decision", visit)
    if form is None or decision is None:
        return Release.NONE, None
    if decision != InfusionDecision.GO:
        is_delayed = decision == InfusionDecision.DELAY
        return (Release.DELAY if is_delayed else Release.REFUSED), None
    given = Signature.objects.filter(form=form, withdrawn_at=None).order_by("-id")
    last = given.first()
    if last is None:
        return Release.UNSIGNED, None
    return (Release.GO if last.holds_for(form) else Release.BROKEN), last


def present_infusion(participant: Participant) -> str:
    """Return the visit of the first infusion that is neither over nor refused."""
    casebook = casebook_of(participant)
    open_visits = (
        visit
        for visit, number in INFUSION_VISITS.items()
        if not is_refused_for_good(casebook, number)
        and not timing.is_over(visit, casebook)
    )
    return next(open_visits, VisitCode.DAY_7.value)
