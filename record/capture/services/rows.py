"""Several rows of a log saved at once: all of them, or none.

The rows go the way that a single form goes (`save_entries`); here is only what makes
them one act. What stands in the way is named for every row, not for the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from record.accounts.models import User
from record.audit import once
from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.problems import RecordClosed
from record.capture.checking import require_right_to_enter
from record.capture.entries import FormEntry
from record.capture.problems import FormClosed, NotSaved, SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services.batches import save_in_batches
from record.capture.services.form_status import strike_row
from record.capture.services.forms import note_refusals, save_entry
from record.casebook import catalogue
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance, Participant
from record.casebook.services import files, form_instances
from record.casebook.values import is_blank
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity

IDLE = N_("Does not apply here. Empty it, or change the answer that it depends on.")


@dataclass(frozen=True)
class RowEntry:
    """What a person entered into a row; without a `form` it is a new one.

    `key` is how the caller knows the row. The same `client_key` adds a row once.
    """

    key: str
    entry: FormEntry
    form: FormInstance | None = None
    visit: str = ""
    client_key: UUID | None = None


@dataclass(frozen=True)
class RowStrike:
    """A row to be struck out, and why."""

    key: str
    form: FormInstance
    reason: Reason


RowChange = RowEntry | RowStrike


class RowsNotSaved(Exception):
    """Nothing was stored; the problems are by the key of the row."""

    def __init__(self, problems: Mapping[str, NotSaved]) -> None:
        super().__init__(
            "; ".join(f"{key}: {problem}" for key, problem in problems.items())
        )
        self.problems = dict(problems)


@implements("AUD-01")
def save_rows(
    participant: Participant,
    code: str,
    changes: Sequence[RowChange],
    *,
    by: Actor,
    via: Source = Source.PAGE,
    known_problems: Mapping[str, NotSaved] | None = None,
) -> list[Saved]:
    """Save rows of a log in one transaction; raises `RowsNotSaved` and stores nothing.

    `known_problems` are those that the caller found before, such as a row that is not
    there: with any of them nothing is stored, yet the other rows are tried.
    """
    design = catalogue.design(code)
    require_right_to_enter(design, (), by=by)
    try:
        with attributed(by=by, via=via):
            return _all_stored(
                participant, design, changes, known_problems or {}, by, via
            )
    except RecordClosed as problem:
        closed = FormClosed(str(problem))
        raise RowsNotSaved({change.key: closed for change in changes}) from problem
    except RowsNotSaved as refusal:
        # What was noted of a refusal went with the transaction.
        _note(participant, design, changes, refusal.problems, by=by, via=via)
        raise


def _all_stored(  # noqa: PLR0917 - one call, from one place
    participant: Participant,
    design: FormDesign,
    changes: Sequence[RowChange],
    known_problems: Mapping[str, NotSaved],
    by: Actor,
    via: Source,
) -> list[Saved]:
    problems, saved = dict(known_problems), []
    participant = form_instances.lock(participant)
    for strike in changes:
        if isinstance(strike, RowStrike) and strike.key not in problems:
            try:
                strike_row(strike.form, by=by, reason=strike.reason, via=via)
            except NotSaved as problem:
                problems[strike.key] = problem
    entries = [
        change
        for change in changes
        if isinstance(change, RowEntry) and change.key not in problems
    ]
    forms = _forms(participant, design, entries, by=by, via=via)
    entered = [(form, row.entry) for form, row in zip(forms, entries, strict=True)]
    outcomes = save_in_batches(participant, design, entered, by=by, via=via)
    for row, outcome in zip(entries, outcomes, strict=True):
        if isinstance(outcome, NotSaved):
            problems[row.key] = outcome
        elif idle := idle_findings(design, row.entry, outcome):
            problems[row.key] = SaveRefused(idle)
        else:
            saved.append(outcome)
    if problems:
        raise RowsNotSaved(problems)
    return saved


def _forms(
    participant: Participant,
    design: FormDesign,
    entries: Sequence[RowEntry],
    *,
    by: Actor,
    via: Source,
) -> list[FormInstance]:
    new = [
        form_instances.NewRow(row.visit, client_key=row.client_key)
        for row in entries
        if row.form is None
    ]
    added = iter(
        form_instances.add_rows(participant, design.code, new, by=by, via=via)
        if new
        else ()
    )
    return [row.form or next(added) for row in entries]


@implements("AUD-01")
def save_new_row(
    form: FormInstance, entry: FormEntry, *, by: Actor, via: Source = Source.PAGE
) -> Saved:
    """Add a row to a log with its first save; a refused one stores neither.

    `form` says of whom, which form and at which visit; of a single form it may be there
    by now. The same request adds one row. Raises `NotSaved`.
    """
    try:
        with attributed(by=by, via=via):
            row = _first_saved(form, by=by, via=via)
            return save_entry(row, entry, by=by, via=via)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
    except NotSaved as problem:
        # What was noted of a refusal went with the transaction.
        design = catalogue.design(form.code)
        note_refusals(design, [(form, entry, problem)], by=by, via=via)
        raise


def add_row_for_files(
    form: FormInstance, uploads: Mapping[str, Any], *, by: User
) -> tuple[FormInstance, dict[str, str]]:
    """Add a row for the files that it begins with, by item; a refused one adds none.

    A file is stored for a row, so the row comes first. Raises `FileRefused`.
    """
    with attributed(by=by, via=Source.PAGE):
        row = _first_saved(form, by=by, via=Source.PAGE)
        return row, files.store_all(row, uploads, by=by)


def _first_saved(form: FormInstance, *, by: Actor, via: Source) -> FormInstance:
    if not catalogue.design(form.code).is_repeated:
        return form_instances.open_form_instance(
            form.participant, form.code, by=by, via=via
        )
    return form_instances.add_row(
        form.participant,
        form.code,
        by=by,
        via=via,
        visit=form.visit,
        client_key=once.current_key.get(),
    )


def idle_findings(design: FormDesign, entry: FormEntry, saved: Saved) -> list[Finding]:
    """What was typed into items that the row's other answers leave out.

    The form page hides them; a table does not, and nothing typed may vanish unseen.
    """
    return [
        Finding(f"{design.code}.{name}.idle", name, Severity.HARD, IDLE)
        for name, typed in entry.values.items()
        if not is_blank(typed)
        and is_blank(saved.data.values.get(name))
        and is_blank(saved.before.values.get(name))
    ]


def _note(
    participant: Participant,
    design: FormDesign,
    changes: Sequence[RowChange],
    problems: Mapping[str, NotSaved],
    *,
    by: Actor,
    via: Source,
) -> None:
    refused = []
    for change in changes:
        problem = problems.get(change.key)
        if isinstance(change, RowEntry) and problem is not None:
            form = change.form or FormInstance(
                participant=participant, code=design.code
            )
            refused.append((form, change.entry, problem))
    note_refusals(design, refused, by=by, via=via)
