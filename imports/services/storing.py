"""A confirmed file is stored, participant by participant, each all or nothing.

A worker that is killed leaves whole participants behind; the next one goes on with
those that have no outcome yet. The same again stores nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from imports.models import ImportedFile, ImportedRow, ImportState
from imports.rules.mapping import FileMapping
from imports.selectors.lines import Result, Said, sort
from imports.selectors.report import report_of
from imports.services.files import hand_to_worker, locked, table_of, told_of
from imports.services.plans import LOG, ParticipantPlan, plan_lines, said_json
from imports.services.previews import PROCESS, count
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source, act, attributed
from record.audit.problems import RecordClosed
from record.capture.services.imports import NotApplied, RowState, store
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

MOVED = Said(N_("The record has changed since the preview. Import the file again."))
CLOSED = Said(N_("A form or the database was closed meanwhile."))


class ReasonMissing(Exception):
    """Values that stand are changed: say why."""


def confirm(file: ImportedFile, reason: Reason | None, *, by: User) -> ImportedFile:
    """Have a previewed file stored; a second time does nothing.

    Raises `ReasonMissing` when values change and nobody says why.
    """
    if not by.may(Permission.IMPORT_LAB):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        file = locked(file, ImportState.READY)
        given = reason is not None and reason.code and reason.text.strip()
        if file.changed and not given:
            raise ReasonMissing
        file.state = ImportState.STORING
        file.confirmed_by, file.confirmed_at = by, clock.now()
        if reason and given:
            file.reason_code, file.reason_text = reason.code, reason.text
        file.problem = ""
        file.save()
        act("import_confirmed", details={**told_of(file), **file.counts})
        transaction.on_commit(lambda: hand_to_worker("store_import", file))
    return file


@implements("AUD-11")
def origin_of(file: ImportedFile) -> Reason:
    """Return what stands with each value stored: process, version, source and file."""
    told = f"{PROCESS.username}; {file.source.code}: {file.name}; SHA-256 {file.sha256}"
    return Reason("import", told)


@implements("QRY-08")
def store_file(file_id: int) -> None:
    """Store a confirmed file; what another worker has stored already is passed over."""
    files = ImportedFile.objects.select_related("source__laboratory", "confirmed_by")
    file = files.get(pk=file_id)
    if file.state != ImportState.STORING:
        return
    mapping = FileMapping.from_json(file.mapping)
    found = sort(table_of(file), mapping, file.source.laboratory)
    for pk in waiting(file):
        _store_participant(file, found.people[pk], found.of[pk], mapping)
    with attributed(by=PROCESS, via=Source.TASK):
        file = locked(file, ImportState.STORING)
        file.told.filter(outcome="").update(outcome=F("state"))
        count(file, "outcome")
        file.state, file.finished_at = ImportState.DONE, clock.now()
        file.report_sha256 = hashlib.sha256(report_of(file)).hexdigest()
        file.save()
        act("import_stored", details={**told_of(file), **file.counts})


def waiting(file: ImportedFile) -> list[int]:
    """Return the participants of whom something is still to be stored, in order."""
    rows = file.told.filter(outcome="", state__in=(RowState.NEW, RowState.CHANGED))
    return list(
        rows.order_by("participant").values_list("participant", flat=True).distinct()
    )


class _Moved(Exception):
    """What the person saw in the preview is not what would be stored."""


def _store_participant(
    file: ImportedFile,
    participant: Participant,
    results: Sequence[Result],
    mapping: FileMapping,
) -> None:
    by = file.confirmed_by
    assert by is not None  # noqa: S101 - narrows the type
    try:
        with attributed(by=by, via=Source.IMPORT, reason=origin_of(file)):
            participant = form_instances.lock(participant)
            rows = {row.line: row for row in file.told.filter(participant=participant)}
            if all(row.outcome for row in rows.values()):
                return
            planned = plan_lines(
                participant,
                results,
                mapping,
                file.source.laboratory,
                by=by,
                left_out=frozenset(n for n, row in rows.items() if row.is_left_out),
            )
            _require_as_seen(rows, planned)
            _keep_outcomes(rows, planned, _stored(file, planned, by))
    except (_Moved, NotApplied):
        _refuse_all(file, participant, MOVED)
    except (RecordClosed, PermissionDenied):
        _refuse_all(file, participant, CLOSED)


def _require_as_seen(rows: Mapping[int, ImportedRow], planned: ParticipantPlan) -> None:
    for told in planned.told:
        row = rows[told.line]
        seen = row.state, row.old, row.new
        if told.state != RowState.UNCHANGED and told.does != seen:
            raise _Moved


Sample = tuple[str, str]  # the form and the instant of a sample


def _stored(
    file: ImportedFile, planned: ParticipantPlan, by: User
) -> dict[Sample, FormInstance]:
    """Store the rows of a participant and return their forms."""
    reason = None
    if file.reason_code:
        reason = Reason(file.reason_code, file.reason_text)
    forms = {}
    for plan in planned.plans:
        saved = store(
            plan, by=by, via=Source.IMPORT, reason=reason, origin=origin_of(file)
        )
        rows = plan.of(RowState.NEW, RowState.CHANGED)
        name = "sample_at" if plan.code == LOG else "sampled_at"
        for row, one in zip(rows, saved, strict=True):
            forms[plan.code, str(row.wanted.values[name])] = one.form
    return forms


def _keep_outcomes(
    rows: Mapping[int, ImportedRow],
    planned: ParticipantPlan,
    forms: Mapping[Sample, FormInstance],
) -> None:
    for told in planned.told:
        row = rows[told.line]
        row.outcome = told.state.value
        row.form = told.form or forms.get((told.code, told.sampled_at))
    ImportedRow.objects.bulk_update(rows.values(), ("outcome", "form"), batch_size=1000)


def _refuse_all(file: ImportedFile, participant: Participant, why: Said) -> None:
    """Nothing of the participant was stored: say so on each line."""
    with transaction.atomic():
        rows = file.told.filter(participant=participant, outcome="")
        rows = rows.exclude(state=RowState.REFUSED)  # each of them tells its own reason
        rows.update(outcome=RowState.REFUSED, findings=[said_json(why)])
