"""The bedside page: an infusion with its record and its measurements."""

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
from trial_edc.vocabulary import INFUSION_VISITS, N_
from visits.infusions.checks.infusion import DURATION_HARD
from visits.infusions.facts import stop_rules
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.page.reactions import Reaction, reactions_to
from visits.infusions.page.vital_signs import MINUTE, VitalSignLine
from visits.infusions.rules import StopReason
from visits.infusions.selectors.release import RELEASE_STATUSES, release_of
from visits.infusions.selectors.start import Start
from visits.infusions.vocabulary import Given, Release, StartCondition
from visits.schedule.facts import infusion_started_at

FORMS = (
    "IRQ",
    "INF",
    "VSI",
    "AE",
    "DTH",
    "CNS",
    "RAN",
    "DEM",
)  # one select for the whole page


STATE_LABELS = {
    "before": N_("Not started"),
    "running": N_("Running since"),
    "interrupted": N_("Interrupted since"),
    "stopped": N_("Ended"),
    "none": N_("Not given"),
}


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
        row = timing.open_interruption(self.record)
        return datetime.fromisoformat(row["from_at"]) if row else None

    @property
    def state(self) -> str:
        """Key of STATE_LABELS: before, running, interrupted, stopped or none."""
        answer = self.record.get("given") if self.record else None
        if answer == Given.NOT_GIVEN:
            return "none"
        if self.stopped_at:
            return "stopped"
        if self.started_at and self.interrupted_at:
            return "interrupted"
        return "running" if self.started_at else "before"

    @property
    def state_label(self) -> str:
        return gettext(STATE_LABELS[self.state])

    @property
    def minutes_running(self) -> int | None:
        """Minutes from the start until now, or until the stop."""
        until = self.stopped_at or self.now
        return (until - self.started_at) // MINUTE if self.started_at else None

    @property
    def release_status(self) -> str:
        return RELEASE_STATUSES[self.release]

    @cached_property
    def start(self) -> Start:
        """What the start waits for."""
        return Start(
            self.participant, self.visit, self.casebook, self.release, self.signature
        )

    @property
    def runs_until(self) -> datetime | None:
        """When it is over at the latest; None unless it runs."""
        is_running = self.state in {"running", "interrupted"}
        if self.started_at is None or not is_running:
            return None
        return self.started_at + timedelta(minutes=int(DURATION_HARD[1]))

    @property
    def missing_at_start(self) -> list[str]:
        """What it was started without, in words."""
        codes = (self.record.get("missing_at_start") if self.record else None) or ()
        return [gettext(StartCondition(code).label) for code in codes]

    @property
    def start_reason(self) -> str:
        return (self.record.get("start_reason") if self.record else None) or ""

    @property
    def dosing_weight_kg(self) -> Decimal | None:
        """The weight of the request, which all infusion forms use."""
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

    def awaited_line(self, code: str) -> VitalSignLine | None:
        lines = (line for line in self.lines if line.point.code == code)
        return next((line for line in lines if line.point.is_awaited), None)

    @property
    def line_to_measure(self) -> VitalSignLine | None:
        """The time point to measure now: the last one due, else the next one.

        Earlier ones stay marked as late, to be measured or explained.
        """
        awaited = [line for line in self.lines if line.point.is_awaited]
        due = [line for line in self.lines if line.has_opened and line.is_applicable]
        if due and due[-1].point.is_awaited:
            return due[-1]
        ahead = (line for line in awaited if not line.has_opened)
        return next(ahead, next(iter(awaited), None))

    @property
    def answered_count(self) -> int:
        return sum(point.is_answered for point in self.points if point.is_applicable)

    @property
    def applicable_count(self) -> int:
        return sum(point.is_applicable for point in self.points)

    def revision(self, code: str, occurrence: int = 1) -> int:
        """The revision of a form on the page; 0 for an empty one."""
        form = self.forms.get((code, occurrence))
        return form.revision if form else 0

    @property
    def version(self) -> str:
        """A text that changes whenever something on the page is stored."""
        revisions = [
            (form.code, form.occurrence, form.revision) for form in self.forms.values()
        ]
        revisions += [
            ("AE", row.occurrence, row.revision) for row in self.casebook.rows("AE")
        ]
        texts = [
            f"{code}{number}.{revision}" for code, number, revision in sorted(revisions)
        ]
        states = (state for _condition, state in self.start.conditions)
        return " ".join([*texts, self.release, *states])

    @property
    def interruptions(self) -> Sequence[Row]:
        return (self.record.get("interruptions") if self.record else None) or ()

    @property
    def interruption_times(
        self,
    ) -> Iterator[tuple[datetime | None, datetime | None, str]]:
        for row in self.interruptions:
            ends = (row.get(name) for name in ("from_at", "to_at"))
            from_at, to_at = (datetime.fromisoformat(at) if at else None for at in ends)
            yield from_at, to_at, row.get("reason") or ""

    @property
    def premedication_text(self) -> str:
        item = catalogue.design("INF").items["premedication"]
        return display.words(item, list(self.premedication))

    @property
    def premedication(self) -> Sequence[Row]:
        return (self.record.get("premedication") if self.record else None) or ()

    @property
    def delivery(self) -> Iterator[tuple[str, str, str]]:
        """Label, value and unit of each computed value; none of them a dose."""
        record = self.record
        for derived in derived_values(record, self.casebook) if record else ():
            derivation = derived.derivation
            if derived.value is not None and derivation.name != "infusion_number":
                text = display.derived_words(derived)
                yield gettext(derivation.label), text, derivation.unit

    @property
    def reactions(self) -> list[Reaction]:
        return reactions_to(self.number, self.casebook)

    @property
    def has_stop_rules(self) -> bool:
        return self.number > 1

    @property
    def stop_reasons_now(self) -> tuple[StopReason, ...]:
        """Reasons against it at its start, else now; none against infusion 1."""
        if not self.has_stop_rules:
            return ()
        at = self.started_at or self.now
        return stop_rules.reasons_against_second(self.casebook, at)

    @property
    def grave_events(self) -> list[FormData]:
        at = self.started_at or self.now
        return stop_rules.grave_events(self.casebook, at)

    @property
    def last_day(self) -> datetime | None:
        day0 = infusion_started_at(self.casebook, 1)
        days = PROTOCOL.schedule.infusion_2_last_day
        return day0 + timedelta(days=days) if day0 else None


@implements("INF-03", "INF-04")
def infusion_at(participant: Participant, visit: str) -> BedsideInfusion:
    casebook = casebook_of(participant)
    casebook.read(*FORMS)
    stored_forms = FormInstance.objects.filter(
        participant=participant,
        visit=visit,
        code__in=("IRQ", "INF", "VSI"),
        struck_at=None,
    )
    forms = {(form.code, form.occurrence): form for form in stored_forms}
    release, signature = release_of(casebook, visit, forms.get(("IRQ", 1)))
    return BedsideInfusion(
        participant,
        visit,
        casebook,
        clock.now(),
        forms,
        release,
        signature,
    )
