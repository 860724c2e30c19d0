"""Writes of visits: their forms, due dates and statuses; missed, reopened, added."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from record.audit import once
from record.audit.attribution import Actor, Reason, Source, attributed
from record.capture.save_hooks import Saved
from record.capture.services import forms as capture
from record.capture.services.form_status import return_to_draft
from record.casebook import catalogue
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of, data_of, row_of
from record.casebook.services import form_instances
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import (
    VisitCode,
    VisitStatus,
    YesNo,
)
from visits.facts import forms_with_observations
from visits.schedule import selectors
from visits.schedule.facts import (
    Schedule,
    Visit,
)
from visits.schedule.problems import VisitRefused
from visits.schedule.rules import StatusReason
from visits.schedule.vocabulary import VisitMode

EXAMINATIONS = ("VIT", "LAB")  # what cannot be done by telephone
UNTOUCHED = (
    FormStatus.NOT_STARTED,
    FormStatus.NOT_APPLICABLE,
    FormStatus.NOT_DONE,
)


@implements("WIN-01")
def create_visit_forms(participant: Participant) -> None:
    """Create the forms of every visit after screening in one insert.

    Restricted forms are not among them: the request creates the product record.
    """
    form_data = [
        FormInstance(
            participant=participant,
            code=design.code,
            visit=slot.code.value,
            occurrence=occurrence,
            confidentiality=design.confidentiality,
            form_version=design.version,
        )
        for slot in PROTOCOL.schedule.visits
        if slot.code != VisitCode.SCREENING
        for design in catalogue.at_visit(slot.code)
        if not design.is_restricted
        for occurrence in _occurrences(design.code)
    ]
    FormInstance.objects.bulk_create(form_data, ignore_conflicts=True)
    recalculate_due_dates(participant)


def _occurrences(code: str) -> range:
    time_points = len(PROTOCOL.infusion.vital_sign_times)
    return range(1, time_points + 1) if code == "VSI" else range(1, 2)


@implements("WIN-01", "WIN-05", "WIN-07")
def recalculate_due_dates(
    participant: Participant, schedule: Schedule | None = None
) -> None:
    """Give every form of a visit the last day on which the visit is in time.

    What is no longer awaited (death, withdrawal, discharge, marked missed) has none.
    A visit that was missed before a death or withdrawal stays awaited: late, or marked.
    """
    schedule = schedule or selectors.schedule_by_dates(participant)
    visits = {visit.code.value: visit for visit in schedule.visits}
    changed = []
    for form in selectors.visit_forms(participant).filter(locked_at=None):
        required = schedule.requires(form.code, form.visit)
        due_on = _due_on(visits[form.visit]) if required else None
        if form.due_on != due_on:
            form.due_on = due_on
            changed.append(form)
    if changed:
        FormInstance.objects.bulk_update(changed, ("due_on",))


def _due_on(visit: Visit) -> date | None:
    not_scheduled = visit.status == VisitStatus.NOT_SCHEDULED
    is_marked = visit.state.reason == StatusReason.MARKED
    return None if not_scheduled or is_marked else visit.closes_on


def set_untouched_status(
    forms: Iterable[FormInstance], statuses: Mapping[int, FormStatus]
) -> None:
    """Set statuses, by key of the form, of forms into which nothing was entered."""
    changed = []
    for form in forms:
        status = statuses[form.pk]
        if form.status != status and form.status in UNTOUCHED:
            form.status = status
            changed.append(form)
    if changed:
        FormInstance.objects.bulk_update(changed, ("status",))


def open_forms_at(
    participant: Participant, visit: str, number: int, codes: Iterable[str]
) -> list[FormInstance]:
    forms = FormInstance.objects.filter(
        participant=participant,
        visit=visit,
        visit_number=number,
        code__in=codes,
        struck_at=None,
        locked_at=None,
        frozen_at=None,
    )
    return list(forms)


def mark_examinations(saved: Saved) -> None:
    """Mark vital signs and laboratory of a visit as its visit record has it.

    One that somebody stated not done stays so.
    """
    before = _status_of_examinations(saved.before)
    after = _status_of_examinations(saved.data)
    form = saved.form
    forms = [
        examination
        for examination in open_forms_at(
            saved.participant, form.visit, form.visit_number, EXAMINATIONS
        )
        if examination.status == before
    ]
    set_untouched_status(forms, {examination.pk: after for examination in forms})


def _status_of_examinations(visit: FormData) -> FormStatus:
    """Not applicable by telephone or look-up, not done at a missed visit."""
    if visit.get("performed") == YesNo.NO:
        return FormStatus.NOT_DONE
    if visit.get("mode") in (VisitMode.TELEPHONE, VisitMode.RECORD_LOOKUP):
        return FormStatus.NOT_APPLICABLE
    return FormStatus.NOT_STARTED


def add_unscheduled_visit(
    participant: Participant,
    *,
    by: Actor,
    appointment_at: datetime | None = None,
    with_examinations: bool = False,
    via: Source = Source.PAGE,
) -> FormInstance:
    with attributed(by=by, via=via):
        participant = form_instances.lock(participant)
        _require_consent(participant)
        if existing := _visit_of_request():
            return existing
        earlier = FormInstance.objects.filter(
            participant=participant, visit=VisitCode.UNSCHEDULED
        )
        last = earlier.aggregate(last=Max("visit_number"))["last"] or 0
        codes = ("VIS", *(EXAMINATIONS if with_examinations else ()))
        place: dict[str, Any] = {
            "visit": VisitCode.UNSCHEDULED.value,
            "visit_number": last + 1,
        }
        keys = {"VIS": once.current_key.get()}
        forms = [
            form_instances.ensure_form(
                participant, code, client_key=keys.get(code), **place
            )
            for code in codes
        ]
        if appointment_at:
            values = {"appointment_at": appointment_at}
            capture.save(forms[0], values, by=by, via=via)
    return forms[0]


def _visit_of_request() -> FormInstance | None:
    """The visit that the same request, sent before, has added."""
    key = once.current_key.get()
    return FormInstance.objects.filter(client_key=key).first() if key else None


def _require_consent(participant: Participant) -> None:
    if not casebook_of(participant).fact("is_consented"):
        raise VisitRefused(_("There is no consent that stands."))


def mark_missed(
    form: FormInstance,
    *,
    by: Actor,
    reason: str,
    other: str = "",
    via: Source = Source.PAGE,
) -> Saved:
    with attributed(by=by, via=via):
        form_instances.lock(form.participant)
        before = data_of(form, row_of(form))
        if before.get("performed") == YesNo.YES:
            raise VisitRefused(_("This visit took place; correct its visit record."))
        if before.get("not_done_reason") not in (None, reason):
            message = _(
                "Somebody marked this visit as missed already: reopen it first."
            )
            raise VisitRefused(message)
        observed = forms_with_observations(
            casebook_of(form.participant), form.visit, form.visit_number
        )
        if observed:
            text = _("Forms of this visit hold values: %(forms)s. Record it as done.")
            raise VisitRefused(text % {"forms": ", ".join(observed)})
        values = {
            "performed": YesNo.NO.value,
            "not_done_reason": reason,
            "not_done_other": other or None,
        }
        why = Reason("other", "Marked as missed")
        return capture.save(
            form,
            values,
            by=by,
            via=via,
            complete=True,
            reasons=dict.fromkeys(values, why),
        )


def reopen(
    form: FormInstance, *, by: Actor, why: str, via: Source = Source.PAGE
) -> Saved:
    with attributed(by=by, via=via):
        form_instances.lock(form.participant)
        before = data_of(form, row_of(form))
        if before.get("performed") != YesNo.NO:
            raise VisitRefused(_("This visit is not marked as missed."))
        items = ("performed", "not_done_reason", "not_done_other")
        reason = Reason("other", why)
        return_to_draft(form, by=by, reason=reason, via=via)
        return capture.save(
            form,
            dict.fromkeys(items),
            by=by,
            via=via,
            reasons=dict.fromkeys(items, reason),
            erase=True,
        )
