"""Rows from a file or a clipboard, stored as they were planned: all or nothing."""

from collections.abc import Mapping

from record.audit.attribution import Actor, Reason, Source, attributed
from record.capture.entries import FormEntry
from record.capture.planning import (
    Plan,
    PlannedRow,
    RowState,
    SourceRow,
    by_items,
    plan,
    source_row,
)
from record.capture.problems import NotSaved
from record.capture.save_hooks import Saved
from record.capture.services.forms import save_entry
from record.casebook.services import form_instances
from trial_edc.requirements import implements


class NotApplied(NotSaved):
    """A plan stored nothing; `row` is the one that stands in the way."""

    def __init__(self, row: PlannedRow, problem: NotSaved | None = None) -> None:
        super().__init__(f"line {row.line}: {problem or row.findings}")
        self.row, self.problem = row, problem


class Outdated(NotApplied):
    """The record has changed since the plan was made: look at it again."""


@implements("QRY-08", "AUD-11")
def apply(
    planned: Plan,
    *,
    by: Actor,
    via: Source = Source.IMPORT,
    reason: Reason | None = None,
    origin: Reason | None = None,
    explanations: Mapping[int, Mapping[str, str]] | None = None,
) -> list[Saved]:
    """Store the new and the changed rows of a plan in one transaction, or nothing.

    `reason` says why values of forms that were complete change, `origin` where all of
    it comes from; `explanations` are by line, then by check. Raises `Outdated` when
    the record moved since the plan was made, and `NotApplied` for a refused row.
    Applied twice, it stores nothing the second time.
    """
    with attributed(by=by, via=via, reason=origin):
        participant = form_instances.lock(planned.participant)
        source = [row.source for row in planned.rows]
        fresh = plan(participant, planned.code, source, key=planned.key, by=by)
        _require_as_planned(planned, fresh)
        return store(
            fresh,
            by=by,
            via=via,
            reason=reason,
            origin=origin,
            explanations=explanations,
        )


def store(
    fresh: Plan,
    *,
    by: Actor,
    via: Source,
    reason: Reason | None = None,
    origin: Reason | None = None,
    explanations: Mapping[int, Mapping[str, str]] | None = None,
) -> list[Saved]:
    """Store a plan made in this transaction, under the lock of the participant.

    `apply` is for plans of before; callers that compare by themselves come here.
    """
    why, by_line = _with_origin(reason, origin), explanations or {}
    return [
        _store_row(row, fresh, by_line.get(row.line, {}), why, by, via)
        for row in fresh.of(RowState.NEW, RowState.CHANGED)
    ]


def _with_origin(reason: Reason | None, origin: Reason | None) -> Reason | None:
    if reason is None or origin is None:
        return reason
    return Reason(reason.code, f"{reason.text} [{origin.text}]")


def _require_as_planned(planned: Plan, fresh: Plan) -> None:
    for seen, row in zip(planned.rows, fresh.rows, strict=True):
        if row.state == RowState.REFUSED:
            raise NotApplied(row)
        if row.state != RowState.UNCHANGED and row.does != seen.does:
            raise Outdated(row)


def _store_row(  # noqa: PLR0917 - one call, from one place
    row: PlannedRow,
    planned: Plan,
    explanations: Mapping[str, str],
    reason: Reason | None,
    by: Actor,
    via: Source,
) -> Saved:
    form = row.form or form_instances.add_row(
        planned.participant,
        planned.code,
        by=by,
        via=via,
        visit=row.source.visit,
        visit_number=row.source.visit_number,
    )
    entry = FormEntry(
        values={name: new for name, (_old, new) in row.changes.items()},
        complete=not row.pending,
        reasons=dict.fromkeys(row.changes, reason) if reason else {},
        explanations=explanations,
    )
    try:
        return save_entry(form, entry, by=by, via=via)
    except NotSaved as problem:
        raise NotApplied(row, problem) from problem


__all__ = [
    "NotApplied",
    "Outdated",
    "Plan",
    "PlannedRow",
    "RowState",
    "SourceRow",
    "apply",
    "by_items",
    "plan",
    "source_row",
    "store",
]
