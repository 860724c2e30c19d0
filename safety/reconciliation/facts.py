"""Differences within the safety data of one casebook; pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import bounds
from record.casebook.values import Partial
from safety.facts import changed_since, event_of, events, is_fatal, is_serious
from safety.reconciliation.vocabulary import DifferenceKind as Kind
from safety.reports.facts import reports_on
from safety.vocabulary import ReportKind, Seriousness
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import YesNo

# Items of an event that a report tells the sponsor.
REPORTED = frozenset(
    (
        *("term", "onset", "ended", "grade", "serious", "seriousness"),
        *("caused_by_infusion", "outcome"),
    )
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two statements that do not agree, and the form on which one is read."""

    kind: Kind
    form_id: int | None  # None where only the safety database has it
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    case_number: str = ""  # of the safety database
    revisions: tuple[tuple[str, int], ...] = ()  # of what is compared

    @property
    def digest(self) -> str:
        """What is accepted: the same difference of other values is another one."""
        statement = [
            self.kind.value,
            self.form_id,
            self.ours,
            self.theirs,
            self.case_number,
            *self.revisions,
        ]
        return hashlib.sha256(json.dumps(statement).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """The revisions in which a report, and the event it is about, were sent."""

    report: int
    event: int | None


@implements("SAF-05")
def differences_within(
    casebook: Casebook, sent: Mapping[int, Sent]
) -> Iterator[Difference]:
    """Yield where log, reports, death and stays disagree; `sent` is by report form."""
    for event in events(casebook):
        if event.get("serious") is not None:
            yield from _of_event(event, casebook, sent)
    yield from _of_orphans(casebook, sent)
    yield from _of_death(casebook)


def _of_event(
    event: FormData, casebook: Casebook, sent: Mapping[int, Sent]
) -> Iterator[Difference]:
    reports = reports_on(event, casebook)
    sent_reports = [report for report in reports if report.form_id in sent]
    if not is_serious(event):
        # A later version may have taken it back.
        if sent_reports and sent_reports[-1].get("report_kind") != ReportKind.FINAL:
            yield Difference(Kind.NOT_SERIOUS, sent_reports[-1].form_id)
        return
    if not reports:
        yield Difference(Kind.NO_REPORT, event.form_id)
    for report in reports:
        if report.form_id not in sent:
            yield Difference(Kind.NOT_SENT, report.form_id)
    if sent_reports:
        yield from _since_sent(event, sent_reports[-1], sent)
        kinds = {report.get("report_kind") for report in sent_reports}
        if event.get("ongoing") == YesNo.NO and ReportKind.FINAL not in kinds:
            yield Difference(Kind.NO_FINAL, event.form_id)
    if Seriousness.HOSPITALISATION in (event.get("seriousness") or ()):
        yield from _without_stay(event, casebook)


def _since_sent(
    event: FormData, report: FormData, sent: Mapping[int, Sent]
) -> Iterator[Difference]:
    revision = sent[report.form_id or 0].event
    if revision is None:
        return
    changed = REPORTED.intersection(changed_since(event, revision))
    if changed:
        items = tuple(sorted(changed))
        compared = [(item, event.item_revisions[item]) for item in items]
        compared.append((f"report {report.form_id}", revision))
        yield Difference(
            Kind.CHANGED, event.form_id, ours=items, revisions=tuple(compared)
        )


def _without_stay(event: FormData, casebook: Casebook) -> Iterator[Difference]:
    """A stay that goes on, or ends on the day of the onset or later, will do."""
    onset: Partial | None = event.get("onset")
    if onset is None:
        return
    for stay in casebook.rows("STY"):
        if stay.get("in_at") and _leaves_on(stay) >= onset.earliest:
            return
    yield Difference(Kind.NO_STAY, event.form_id, ours=(onset.text,))


def _leaves_on(stay: FormData) -> date:
    out_at = stay.get("out_at")
    return site_date(out_at) if out_at else date.max


def _of_orphans(casebook: Casebook, sent: Mapping[int, Sent]) -> Iterator[Difference]:
    for report in casebook.rows("SAE"):
        names_event = report.get("ae") is not None
        if report.form_id in sent and names_event and not event_of(report, casebook):
            yield Difference(Kind.EVENT_GONE, report.form_id)


def _of_death(casebook: Casebook) -> Iterator[Difference]:
    fatal = [event for event in events(casebook) if is_fatal(event)]
    deaths = [death for death in casebook.rows("DTH") if death.get("death_on")]
    if not deaths:
        yield from (Difference(Kind.NO_DEATH, event.form_id) for event in fatal)
        return
    if not fatal and casebook.fact("is_consented"):
        yield Difference(Kind.NO_FATAL_EVENT, deaths[-1].form_id)
    died: Partial = deaths[-1].get("death_on")
    for event in fatal:
        ended: Partial | None = event.get("ended")
        if ended and not may_be_one_time(ended, died):
            yield Difference(
                Kind.DEATH_DATE, event.form_id, ours=(ended.text, died.text)
            )


def may_be_one_time(one: Partial, other: Partial) -> bool:
    """Dates known in part agree where one instant fits both."""
    if not (one.has_time and other.has_time):
        return one.earliest <= other.latest and other.earliest <= one.latest
    return bounds(one) == bounds(other)


def serious_events(casebook: Casebook) -> Sequence[FormData]:
    return [event for event in events(casebook) if is_serious(event)]
