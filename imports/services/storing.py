"""A confirmed file is stored, participant by participant, each all or nothing.

A killed worker leaves whole participants stored; the next worker goes on with those
that have no outcome yet. A second run stores nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from imports.models import ImportedFile, ImportedRow, ImportState
from imports.rules.mapping import FileMapping
from imports.selectors.lines import Refusal, SampleResult, sort_lines
from imports.selectors.report import report_of
from imports.selectors.times import needs_times
from imports.selectors.unassigned import needs_reading
from imports.services.files import STORE, audit_details, lock_file, table_of
from imports.services.line_plans import refusal_json
from imports.services.plans import ParticipantPlan, plan_lines
from imports.services.previews import PROCESS, count_lines
from imports.services.record_rows import LOG
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source, act, attributed
from record.audit.problems import RecordClosed
from record.capture.planning import RowState
from record.capture.services.planned_rows import NotApplied, store
from record.casebook import catalogue
from record.casebook.blinding import require_blind
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from trial_edc import clock
from trial_edc.background import request_task
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

RECORD_CHANGED = Refusal(
    N_("The record has changed since the preview. Import the file again.")
)
RECORD_IS_CLOSED = Refusal(N_("A form or the database was closed meanwhile."))


class ReasonMissing(Exception):
    """Values in the record change, and no reason was given."""


class MidnightUnconfirmed(Exception):
    """Nobody confirmed that every sample was taken at 00:00."""


class UnassignedUnread(Exception):
    """Lines belong to nobody, and who stores the others has not said that it is so."""


def confirm(
    file: ImportedFile,
    reason: Reason | None,
    *,
    by: User,
    unassigned_read: bool = False,
    midnight_confirmed: bool = False,
) -> ImportedFile:
    """Have a previewed file stored; a second time does nothing.

    Raises `ReasonMissing` when values change and no reason is given;
    `UnassignedUnread`: such a line may be of a person whose others are stored;
    `MidnightUnconfirmed`: the laboratory may not have known any time;
    `TellsArm`: the reason would tell an arm.
    """
    if not by.may(Permission.IMPORT_LAB):
        raise PermissionDenied
    require_blind([reason.text] if reason else [], by=by, participant=None)
    with attributed(by=by, via=Source.PAGE):
        file = lock_file(file, ImportState.READY)
        has_reason = reason is not None and reason.code and reason.text
        if file.changed and not has_reason:
            raise ReasonMissing
        if not unassigned_read and needs_reading(file):
            raise UnassignedUnread
        if not midnight_confirmed and needs_times(file):
            raise MidnightUnconfirmed
        file.state = ImportState.STORING
        file.confirmed_by = by
        file.confirmed_at = clock.after(file.received_at)
        if reason and has_reason:
            file.reason_code, file.reason_text = reason.code, reason.text
        file.problem = ""
        file.save()
        act("import_confirmed", details={**audit_details(file), **file.counts})
        request_task(STORE, file.pk)
    return file


@implements("AUD-11")
def origin_of(file: ImportedFile) -> Reason:
    origin = (
        f"{PROCESS.username}; {file.source.code}: {file.name}; SHA-256 {file.sha256}"
    )
    return Reason("import", origin)


@implements("QRY-08")
def store_file(file_id: int) -> None:
    """Store a confirmed file; what another worker has stored already is passed over."""
    files = ImportedFile.objects.select_related("source__laboratory", "confirmed_by")
    file = files.get(pk=file_id)
    if file.state != ImportState.STORING:
        return
    mapping = FileMapping.from_json(file.mapping)
    lines = sort_lines(table_of(file), mapping, file.source.laboratory)
    for pk in participants_to_store(file):
        _store_participant(
            file, lines.participants[pk], lines.by_participant[pk], mapping
        )
    with attributed(by=PROCESS, via=Source.TASK):
        file = lock_file(file, ImportState.STORING)
        file.lines.filter(outcome="").update(outcome=F("state"))
        count_lines(file, "outcome")
        file.state = ImportState.DONE
        file.finished_at = clock.after(file.confirmed_at)
        file.report_sha256 = hashlib.sha256(report_of(file)).hexdigest()
        file.save()
        act("import_stored", details={**audit_details(file), **file.counts})


def participants_to_store(file: ImportedFile) -> list[int]:
    rows = file.lines.filter(outcome="", state__in=(RowState.NEW, RowState.CHANGED))
    return list(
        rows.order_by("participant").values_list("participant", flat=True).distinct()
    )


class _PreviewOutdated(Exception):
    """What the person saw in the preview is not what would be stored."""


def _store_participant(
    file: ImportedFile,
    participant: Participant,
    results: Sequence[SampleResult],
    mapping: FileMapping,
) -> None:
    by = file.confirmed_by
    assert by is not None  # noqa: S101 - narrows the type
    try:
        with attributed(by=by, via=Source.IMPORT, reason=origin_of(file)):
            participant = form_instances.lock(participant)
            rows = {row.line: row for row in file.lines.filter(participant=participant)}
            if all(row.outcome for row in rows.values()):
                return
            plan = plan_lines(
                participant,
                results,
                mapping,
                file.source.laboratory,
                by=by,
                left_out=frozenset(n for n, row in rows.items() if row.is_left_out),
            )
            _require_as_previewed(rows, plan)
            _record_outcomes(rows, plan, _store_plans(file, plan, by))
    except (_PreviewOutdated, NotApplied):
        _refuse_all(file, participant, RECORD_CHANGED)
    except (RecordClosed, PermissionDenied):
        _refuse_all(file, participant, RECORD_IS_CLOSED)


def _require_as_previewed(
    rows: Mapping[int, ImportedRow], plan: ParticipantPlan
) -> None:
    for line in plan.lines:
        row = rows[line.line]
        previewed = row.state, row.old, row.new
        if line.state != RowState.UNCHANGED and line.effect != previewed:
            raise _PreviewOutdated


Sample = tuple[str, str]  # the form and the instant of a sample


def _sample(code: str, sampled_at: str) -> Sample:
    return code, sampled_at.replace("T", " ")


def _store_plans(
    file: ImportedFile, participant_plan: ParticipantPlan, by: User
) -> dict[Sample, FormInstance]:
    reason = None
    if file.reason_code:
        reason = Reason(file.reason_code, file.reason_text)
    forms = {}
    for plan in participant_plan.plans:
        saved = store(plan, by=by, reason=reason, origin=origin_of(file))
        rows = plan.of(RowState.NEW, RowState.CHANGED)
        name = "sample_at" if plan.code == LOG else "sampled_at"
        as_text = catalogue.design(plan.code).items[name].as_text
        for row, entry in zip(rows, saved, strict=True):
            forms[_sample(plan.code, as_text(row.source.values[name]))] = entry.form
    return forms


def _record_outcomes(
    rows: Mapping[int, ImportedRow],
    plan: ParticipantPlan,
    forms: Mapping[Sample, FormInstance],
) -> None:
    for line in plan.lines:
        row = rows[line.line]
        row.outcome = line.state.value
        row.form = line.form or forms.get(_sample(line.code, line.sampled_at))
    ImportedRow.objects.bulk_create(
        rows.values(),
        batch_size=1000,
        update_conflicts=True,  # each is there
        unique_fields=("id",),
        update_fields=("outcome", "form"),
    )


def _refuse_all(file: ImportedFile, participant: Participant, refusal: Refusal) -> None:
    """Nothing of the participant was stored: give the reason on each line."""
    with transaction.atomic():
        rows = file.lines.filter(participant=participant, outcome="")
        rows = rows.exclude(state=RowState.REFUSED)  # each of them tells its own reason
        rows.update(outcome=RowState.REFUSED, findings=[refusal_json(refusal)])
