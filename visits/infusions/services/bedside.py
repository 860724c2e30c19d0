"""Writes at the bedside: start, interruptions and stop of an infusion, its record.

Rows are read, changed and stored under the lock of the participant: what two people
enter at the same time is kept from both.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

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
from trial_edc.typed_text import written
from trial_edc.vocabulary import N_, Severity, VisitCode, YesNo
from visits.infusions.facts.vital_sign_times import open_interruption
from visits.infusions.selectors.start import start_of
from visits.infusions.vocabulary import Given
from visits.models import BedsideAct
from visits.schedule.facts import STARTED, infusion_started_at

WAITS = N_(
    "Not in place: %(conditions)s. Put it right first, or write why the infusion "
    "starts all the same."
)
NOT_STARTED = N_("The infusion has not started.")
INTERRUPTED = N_("The infusion is interrupted already.")
NOT_INTERRUPTED = N_("The infusion is not interrupted.")
KEY_USED = N_(
    "Something else was stored from this form before. Look at what stands in the "
    "record, then save again if this is still missing."
)


@dataclass(frozen=True, slots=True)
class BedsideAction:
    """What somebody does at an infusion, and how it was entered.

    `based_on` is the revision of the form that the person saw; None skips the merge.
    """

    participant: Participant
    visit: str
    by: User
    based_on: int | None = None
    why: str = ""
    explanations: Mapping[str, str] = field(default_factory=dict)

    def reasons(self, items: Mapping[str, object]) -> dict[str, Reason] | None:
        """The reason of change for each item; None when no reason was given."""
        why = Reason("other", self.why)
        return dict.fromkeys(items, why) if written(self.why) else None


@dataclass(frozen=True, slots=True)
class Submission:
    """How an action was sent: its key, the digest of its values, when confirmed."""

    key: UUID
    act: str
    digest: str
    confirmed_at: datetime | None = None


@implements("INF-06")
def store_once(
    action: BedsideAction, submission: Submission, store: Callable[[], object]
) -> bool:
    """Store an action unless its key was stored before; return whether it is new.

    The key is stored in the same transaction, so a repeated action finds it.
    """
    with attributed(by=action.by, via=Source.PAGE):
        form_instances.lock(action.participant)
        stored = BedsideAct.objects.filter(key=submission.key).first()
        if stored is None:
            store()
            BedsideAct.objects.create(
                key=submission.key,
                participant=action.participant,
                visit=action.visit,
                act=submission.act,
                digest=submission.digest,
                author=action.by,
                confirmed_at=submission.confirmed_at,
            )
        elif (stored.digest, stored.author_id) != (submission.digest, action.by.pk):
            raise refusal(KEY_USED)
    return stored is None


@contextmanager
def bedside_transaction(action: BedsideAction) -> Iterator[None]:
    with attributed(by=action.by, via=Source.PAGE):
        form_instances.lock(action.participant)
        yield


def refusal(message: str, item: str = "") -> SaveRefused:
    return SaveRefused([Finding("INF-bedside", item, Severity.HARD, message)])


def moves_day_0(participant: Participant, visit: str, started_at: datetime) -> bool:
    before = infusion_started_at(casebook_of(participant), 1)
    if visit != VisitCode.DAY_0 or before is None:
        return False
    return site_date(before) != site_date(started_at)


@implements("WIN-01")
def start(
    action: BedsideAction,
    started_at: datetime,
    *,
    compared: bool = False,
    start_reason: str = "",
) -> Saved:
    """Save the start, or another time for it.

    `compared` says that the label was; a start against what is missing needs a reason.
    """
    with bedside_transaction(action):
        data = current_record(action)
        values: dict[str, object] = {"started_at": started_at}
        if data.get("given") not in STARTED:
            values["given"] = Given.GIVEN.value
        if data.get("started_at") is None:
            values |= _answers_at_start(
                action, started_at, is_compared=compared, reason=start_reason
            )
        return write(action, values)


@implements("INF-08")
def _answers_at_start(
    action: BedsideAction, started_at: datetime, *, is_compared: bool, reason: str
) -> dict[str, object]:
    casebook = casebook_of(action.participant)
    request = _request_form(action)
    missing = start_of(action.participant, action.visit, casebook, request).missing(
        started_at, is_label_compared=is_compared
    )
    if missing and not written(reason):
        labels = ", ".join(gettext(condition.label) for condition in missing)
        details = {"conditions": labels}
        finding = Finding("INF-start", "start_reason", Severity.HARD, WAITS, details)
        raise SaveRefused([finding])
    return {
        "label_compared": (YesNo.YES if is_compared else YesNo.NO).value,
        "missing_at_start": [condition.value for condition in missing],
        "start_reason": reason if missing else None,
    }


def _request_form(action: BedsideAction) -> FormInstance | None:
    return FormInstance.objects.filter(
        participant=action.participant, code="IRQ", visit=action.visit, struck_at=None
    ).first()


def stop(action: BedsideAction, stopped_at: datetime) -> Saved:
    """Save the end of an infusion, and with it the end of an open interruption."""
    with bedside_transaction(action):
        values: dict[str, object] = {"stopped_at": stopped_at}
        data = current_record(action)
        open_row = open_interruption(data)
        if open_row and datetime.fromisoformat(open_row["from_at"]) < stopped_at:
            values["interruptions"] = _end_interruption(data, stopped_at)
        return write(action, values)


def interrupt(action: BedsideAction, from_at: datetime, reason: str) -> Saved:
    with bedside_transaction(action):
        data = _running_record(action)
        if open_interruption(data):
            raise refusal(INTERRUPTED, "from_at")
        return _add_row(action, data, "interruptions", from_at=from_at, reason=reason)


def resume(action: BedsideAction, to_at: datetime) -> Saved:
    with bedside_transaction(action):
        data = _running_record(action)
        if not open_interruption(data):
            raise refusal(NOT_INTERRUPTED, "to_at")
        return write(
            action, {"interruptions": _end_interruption(data, to_at)}, merging=False
        )


def add_interruption(
    action: BedsideAction, from_at: datetime, to_at: datetime, reason: str
) -> Saved:
    with bedside_transaction(action):
        row = {"from_at": from_at, "to_at": to_at, "reason": reason}
        return _add_row(action, _running_record(action), "interruptions", **row)


def record_premedication(
    action: BedsideAction, *, drug: str, dose: str, unit: str, at: datetime
) -> Saved:
    with bedside_transaction(action):
        row = {"drug": drug, "dose": dose, "unit": unit, "at": at}
        return _add_row(action, current_record(action), "premedication", **row)


def write(
    action: BedsideAction,
    values: Mapping[str, object],
    *,
    complete: bool = False,
    merging: bool = True,
) -> Saved:
    return capture.save(
        _form(action),
        values,
        by=action.by,
        based_on=action.based_on if merging else None,
        complete=complete,
        reasons=action.reasons(values),
        explanations=action.explanations,
    )


def current_record(action: BedsideAction) -> FormData:
    form = _form(action)
    return data_of(form, row_of(form))


def _form(action: BedsideAction) -> FormInstance:
    return form_instances.ensure_form(action.participant, "INF", visit=action.visit)


def _running_record(action: BedsideAction) -> FormData:
    data = current_record(action)
    if data.get("started_at") is None:
        raise refusal(NOT_STARTED)
    return data


def _add_row(action: BedsideAction, data: FormData, item: str, **row: object) -> Saved:
    rows = [*(data.get(item) or ()), row]
    return write(action, {item: rows}, merging=False)


def _end_interruption(data: FormData, to_at: datetime) -> list[Row]:
    open_row = open_interruption(data)
    return [
        {**row, "to_at": to_at} if row == open_row else row
        for row in data.get("interruptions") or ()
    ]
