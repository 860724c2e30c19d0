"""Rows of a file, stored as they were planned."""

from record.audit.attribution import Actor, Reason, Source
from record.capture.entries import FormEntry
from record.capture.planning import Plan, PlannedRow, RowState
from record.capture.problems import NotSaved
from record.capture.save_hooks import Saved
from record.capture.services.forms import save_entry
from record.casebook.services import form_instances


class NotApplied(NotSaved):
    """A plan stored nothing; `row` is the one that stands in the way."""

    def __init__(self, row: PlannedRow, problem: NotSaved) -> None:
        super().__init__(f"line {row.line}: {problem}")
        self.row, self.problem = row, problem


def store(
    plan: Plan,
    *,
    by: Actor,
    reason: Reason | None = None,
    origin: Reason | None = None,
) -> list[Saved]:
    """Store the new and the changed rows of a plan, or nothing.

    For a plan made in this transaction, under the lock of the participant. `reason`
    says why values of forms that were complete change, `origin` where all of it comes
    from. Raises `NotApplied` for a row that the record does not take.
    """
    why = _with_origin(reason, origin)
    rows = plan.of(RowState.NEW, RowState.CHANGED)
    return [_store_row(row, plan, why, by) for row in rows]


def _with_origin(reason: Reason | None, origin: Reason | None) -> Reason | None:
    if reason is None or origin is None:
        return reason
    return Reason(reason.code, f"{reason.text} [{origin.text}]")


def _store_row(row: PlannedRow, plan: Plan, reason: Reason | None, by: Actor) -> Saved:
    form = row.form or form_instances.add_row(
        plan.participant,
        plan.code,
        by=by,
        via=Source.IMPORT,
        visit=row.source.visit,
        visit_number=row.source.visit_number,
    )
    entry = FormEntry(
        values={name: new for name, (_old, new) in row.changes.items()},
        complete=not row.pending,
        reasons=dict.fromkeys(row.changes, reason) if reason else {},
    )
    try:
        return save_entry(form, entry, by=by, via=Source.IMPORT)
    except NotSaved as problem:
        raise NotApplied(row, problem) from problem
