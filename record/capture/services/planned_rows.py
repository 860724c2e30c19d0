"""Rows of a file, stored as they were planned."""

from collections.abc import Sequence

from record.audit.attribution import Actor, Reason, Source, attributed
from record.capture.entries import FormEntry
from record.capture.planning import Plan, PlannedRow, RowState
from record.capture.problems import NotSaved
from record.capture.save_hooks import Saved
from record.capture.services.batches import save_in_batches
from record.casebook import catalogue
from record.casebook.models import FormInstance
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
    why, design = _with_origin(reason, origin), catalogue.design(plan.code)
    rows = plan.of(RowState.NEW, RowState.CHANGED)
    entered = [
        (form, _entry(row, why))
        for form, row in zip(_forms(plan, rows, by), rows, strict=True)
    ]
    saved = []
    with attributed(by=by, via=Source.IMPORT):
        outcomes = save_in_batches(
            plan.participant, design, entered, by=by, via=Source.IMPORT
        )
        for row, outcome in zip(rows, outcomes, strict=True):
            if isinstance(outcome, NotSaved):
                raise NotApplied(row, outcome) from outcome
            saved.append(outcome)
    return saved


def _with_origin(reason: Reason | None, origin: Reason | None) -> Reason | None:
    if reason is None or origin is None:
        return reason
    return Reason(reason.code, f"{reason.text} [{origin.text}]")


def _entry(row: PlannedRow, reason: Reason | None) -> FormEntry:
    return FormEntry(
        values={name: new for name, (_old, new) in row.changes.items()},
        complete=not row.pending,
        reasons=dict.fromkeys(row.changes, reason) if reason else {},
    )


def _forms(plan: Plan, rows: Sequence[PlannedRow], by: Actor) -> list[FormInstance]:
    new = [
        form_instances.NewRow(row.source.visit, row.source.visit_number)
        for row in rows
        if row.form is None
    ]
    added = iter(
        form_instances.add_rows(
            plan.participant, plan.code, new, by=by, via=Source.IMPORT
        )
        if new
        else ()
    )
    return [row.form or next(added) for row in rows]
