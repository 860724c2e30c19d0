"""A form is saved: the one way of values into the record."""

from collections.abc import Mapping, Sequence

from record.audit.attribution import Actor, Reason, Source, attributed
from record.audit.problems import RecordClosed
from record.audit.vault import TooLong
from record.capture.checking import require_right_to_enter
from record.capture.entries import FormEntry, form_entry
from record.capture.problems import (
    ExplanationNeeded,
    FormClosed,
    NotSaved,
    SaveRefused,
)
from record.capture.save_hooks import Saved
from record.capture.services import check_log
from record.capture.services.batches import reasons_of, save_entries
from record.capture.services.steps import too_long
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, new_row
from trial_edc.requirements import implements


def save(
    form: FormInstance,
    values: Mapping[str, object],
    *,
    by: Actor,
    via: Source = Source.PAGE,
    based_on: int | None = None,
    complete: bool = False,
    reasons: Mapping[str, Reason] | None = None,
    explanations: Mapping[str, str] | None = None,
    erase: bool = False,
    by_system: bool = False,
) -> Saved:
    """Parse and save values; see `FormEntry`. Raises `NotSaved`, and stores nothing.

    For other rooms; pages and imports parse by themselves and call `save_entry`.
    """
    entry = form_entry(
        catalogue.design(form.code),
        values,
        based_on=based_on,
        complete=complete,
        reasons=reasons or {},
        explanations=explanations or {},
        erase=erase,
        by_system=by_system,
    )
    return save_entry(form, entry, by=by, via=via)


@implements("AUD-01", "AUD-05", "BAK-04", "QRY-01", "QRY-10")
def save_entry(
    form: FormInstance, entry: FormEntry, *, by: Actor, via: Source
) -> Saved:
    """Merge, check and store an entry, with what follows, in one transaction.

    Raises a `NotSaved` and stores nothing but a note of the checks that refused.
    """
    design = catalogue.design(form.code)
    require_right_to_enter(design, (), by=by, by_system=entry.by_system)
    try:
        return _save(form, design, entry, by=by, via=via)
    except RecordClosed as problem:
        raise FormClosed(str(problem)) from problem
    except TooLong as problem:
        raise too_long(form) from problem
    except NotSaved as problem:
        note_refusals(design, [(form, entry, problem)], by=by, via=via)
        raise


def _save(
    form: FormInstance, design: FormDesign, entry: FormEntry, *, by: Actor, via: Source
) -> Saved:
    entries = [(form, entry)]
    with attributed(by=by, via=via, reasons=reasons_of(design, entries)):
        participant = form.participant
        (outcome,) = save_entries(participant, design, entries, by=by, via=via)
        if isinstance(outcome, NotSaved):
            raise outcome
    return outcome


def note_refusals(
    design: FormDesign,
    refused: Sequence[tuple[FormInstance, FormEntry, NotSaved]],
    *,
    by: Actor,
    via: Source,
) -> None:
    """Keep what the checks refused; a form may not be stored yet."""
    by_checks = [
        (form, entry, problem)
        for form, entry, problem in refused
        if isinstance(problem, SaveRefused | ExplanationNeeded)
    ]
    if not by_checks:
        return
    keys = [form.pk for form, _entry, _problem in by_checks if form.pk]
    rows = design.model._default_manager.in_bulk(keys) if keys else {}
    fired = []
    for form, entry, problem in by_checks:
        stored = data_of(form, rows.get(form.pk) or new_row(form)).values
        texts = {name: one.raw for name, one in entry.unreadable.items()}
        outcomes = check_log.outcomes_of_refusal(problem)
        values = {**stored, **entry.values, **texts}
        fired.append(check_log.FiredChecks(form, outcomes, values))
    with attributed(by=by, via=via):
        check_log.note(design, fired)
    for _form, _entry, problem in by_checks:
        if isinstance(problem, SaveRefused) and problem.afterwards:
            problem.afterwards(by=by, via=via)
