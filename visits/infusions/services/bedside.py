"""Writes at the bedside: start, interruptions and stop of an infusion, its record.

Rows are read, changed and stored under the lock of the participant, so what two people
enter at once both stays.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from record.accounts.models import User
from record.audit.attribution import Reason, Source, attributed
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.casebook.checks import Finding
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.services import form_instances
from record.casebook.values import Row
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity, VisitCode
from visits.infusions.facts.vital_sign_times import open_interruption
from visits.infusions.vocabulary import Given
from visits.models import BedsideAct
from visits.schedule.facts import STARTED, infusion_started_at

NOT_STARTED = N_("The infusion has not started.")
INTERRUPTED = N_("The infusion is interrupted already.")
NOT_INTERRUPTED = N_("The infusion is not interrupted.")
KEY_USED = N_(
    "Something else was stored from this form before. Look at what stands in the "
    "record, then save again if this is still missing."
)


@dataclass(frozen=True, slots=True)
class BedsideAction:
    """Who does something at which infusion, and how it was entered.

    `based_on` is the revision of the form that the person saw; None skips the merge.
    """

    participant: Participant
    visit: str
    by: User
    based_on: int | None = None
    why: str = ""
    explanations: Mapping[str, str] = field(default_factory=dict)

    def reasons(self, items: Mapping[str, object]) -> dict[str, Reason] | None:
        """Return why each item of a record once complete is changed."""
        why = Reason("other", self.why)
        return dict.fromkeys(items, why) if self.why.strip() else None


@dataclass(frozen=True, slots=True)
class Sent:
    """How an act was sent: by which key, what it held, when it was confirmed."""

    key: UUID
    act: str
    digest: str
    confirmed_at: datetime | None = None


@implements("INF-06")
def once(deed: BedsideAction, sent: Sent, do: Callable[[], object]) -> bool:
    """Do an act unless it was stored before; returns whether it is new.

    The key is stored in the transaction of the act, so a repeated one finds it.
    """
    with attributed(by=deed.by, via=Source.PAGE):
        form_instances.lock(deed.participant)
        known = BedsideAct.objects.filter(key=sent.key).first()
        if known is None:
            do()
            BedsideAct.objects.create(
                key=sent.key,
                participant=deed.participant,
                visit=deed.visit,
                act=sent.act,
                digest=sent.digest,
                author=deed.by,
                confirmed_at=sent.confirmed_at,
            )
        elif (known.digest, known.author_id) != (sent.digest, deed.by.pk):
            raise refused(KEY_USED)
    return known is None


@contextmanager
def at_work(deed: BedsideAction) -> Iterator[None]:
    """Open the transaction of a deed, with its participant locked."""
    with attributed(by=deed.by, via=Source.PAGE):
        form_instances.lock(deed.participant)
        yield


def refused(message: str, item: str = "") -> SaveRefused:
    """Return the refusal of an act that does not fit what the record says."""
    return SaveRefused([Finding("INF-bedside", item, Severity.HARD, message)])


def moves_day_0(participant: Participant, visit: str, started_at: datetime) -> bool:
    """Tell whether another start would move a day 0 that stands."""
    before = infusion_started_at(casebook_of(participant), 1)
    if visit != VisitCode.DAY_0 or before is None:
        return False
    return site_date(before) != site_date(started_at)


@implements("WIN-01")
def start(deed: BedsideAction, started_at: datetime) -> Saved:
    """Record that an infusion started; saved at once, as a draft of the record."""
    with at_work(deed):
        values: dict[str, object] = {"started_at": started_at}
        if recorded(deed).get("given") not in STARTED:
            values["given"] = Given.GIVEN.value
        return write(deed, values)


def stop(deed: BedsideAction, stopped_at: datetime) -> Saved:
    """Record that an infusion ended, and with it an interruption that goes on."""
    with at_work(deed):
        values: dict[str, object] = {"stopped_at": stopped_at}
        data = recorded(deed)
        goes_on = open_interruption(data)
        if goes_on and datetime.fromisoformat(goes_on["from_at"]) < stopped_at:
            values["interruptions"] = _ended(data, stopped_at)
        return write(deed, values)


def interrupt(deed: BedsideAction, from_at: datetime, reason: str) -> Saved:
    with at_work(deed):
        data = _running(deed)
        if open_interruption(data):
            raise refused(INTERRUPTED, "from_at")
        return _add(deed, data, "interruptions", from_at=from_at, reason=reason)


def resume(deed: BedsideAction, to_at: datetime) -> Saved:
    """Record that an interrupted infusion runs again."""
    with at_work(deed):
        data = _running(deed)
        if not open_interruption(data):
            raise refused(NOT_INTERRUPTED, "to_at")
        return write(deed, {"interruptions": _ended(data, to_at)}, merging=False)


def add_interruption(
    deed: BedsideAction, from_at: datetime, to_at: datetime, reason: str
) -> Saved:
    with at_work(deed):
        row = {"from_at": from_at, "to_at": to_at, "reason": reason}
        return _add(deed, _running(deed), "interruptions", **row)


def premedicate(
    deed: BedsideAction, *, drug: str, dose: str, unit: str, at: datetime
) -> Saved:
    """Record a drug given before the infusion."""
    with at_work(deed):
        row = {"drug": drug, "dose": dose, "unit": unit, "at": at}
        return _add(deed, recorded(deed), "premedication", **row)


def write(
    deed: BedsideAction,
    values: Mapping[str, object],
    *,
    complete: bool | None = None,
    merging: bool = True,
) -> Saved:
    """Save items of the bedside record."""
    return capture.save(
        _form(deed),
        values,
        by=deed.by,
        based_on=deed.based_on if merging else None,
        complete=complete,
        reasons=deed.reasons(values),
        explanations=deed.explanations,
    )


def recorded(deed: BedsideAction) -> FormData:
    form = _form(deed)
    return data_of(form, row_of(form))


def _form(deed: BedsideAction) -> FormInstance:
    return form_instances.ensure_form(deed.participant, "INF", visit=deed.visit)


def _running(deed: BedsideAction) -> FormData:
    data = recorded(deed)
    if data.get("started_at") is None:
        raise refused(NOT_STARTED)
    return data


def _add(deed: BedsideAction, data: FormData, item: str, **row: object) -> Saved:
    """Add a row to a small table of the record."""
    rows = [*(data.get(item) or ()), row]
    return write(deed, {item: rows}, merging=False)


def _ended(data: FormData, to_at: datetime) -> list[Row]:
    going_on = open_interruption(data)
    return [
        {**row, "to_at": to_at} if row == going_on else row
        for row in data.get("interruptions") or ()
    ]
