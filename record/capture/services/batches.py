"""Entries of forms of one code and one participant: merged, checked, stored together.

The number of statements does not grow with the entries; one is a batch as any other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property, partial

from record.accounts.models import User
from record.audit.attribution import Actor, Reasons, Source, attributed
from record.capture.checking import (
    altered_items,
    data_after,
    require_blind_texts,
    require_confirmation,
    require_explanations,
    require_reasons,
    require_right_to_enter,
    soft_findings,
)
from record.capture.entries import FormEntry
from record.capture.parsing import LinkTargets
from record.capture.problems import NotSaved
from record.capture.save_hooks import Saved, hooks_of
from record.capture.services import autosaves, check_log
from record.capture.services.steps import Step, merge_changes, put, require_fit
from record.capture.services.writes import store_rows, store_statuses
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook
from record.casebook.history import changes_since
from record.casebook.models import FormInstance, Participant, SealedCRF
from record.casebook.selectors import casebook_of, data_of, new_row
from record.casebook.services import form_instances
from record.review import services as review
from trial_edc import clock

AT_ONCE = 100  # entries
Entered = tuple[FormInstance, FormEntry]


def reasons_of(design: FormDesign, entries: Iterable[Entered]) -> Reasons | None:
    """The reasons of entries, for the attribution in which they are stored."""
    is_sealed = issubclass(design.model, SealedCRF)
    return {
        form.pk: design.model.seal_reasons(entry.reasons)  # type: ignore[union-attr]
        if is_sealed
        else entry.reasons
        for form, entry in entries
        if entry.reasons
    } or None


def save_in_batches(
    participant: Participant,
    design: FormDesign,
    entries: Sequence[Entered],
    *,
    by: Actor,
    via: Source,
) -> list[Saved | NotSaved]:
    """As `save_entries`, for any number of entries, which may be of one form too.

    For an attributed transaction. The reasons of a batch are in force while it is
    stored: each write reads all that are.
    """
    outcomes: list[Saved | NotSaved] = []
    for batch in _batches(entries):
        with ExitStack() as stack:
            if reasons := reasons_of(design, batch):
                stack.enter_context(attributed(by=by, via=via, reasons=reasons))
            outcomes += save_entries(participant, design, batch, by=by, via=via)
    return outcomes


def _batches(entries: Sequence[Entered]) -> Iterator[list[Entered]]:
    """Each form is once in a batch."""
    batch: dict[int, Entered] = {}
    for form, entry in entries:
        if form.pk in batch or len(batch) == AT_ONCE:
            yield list(batch.values())
            batch = {}
        batch[form.pk] = form, entry
    if batch:
        yield list(batch.values())


def save_entries(
    participant: Participant,
    design: FormDesign,
    entries: Sequence[Entered],
    *,
    by: Actor,
    via: Source,
) -> list[Saved | NotSaved]:
    """Store entries of different forms of a code, with what follows from them.

    For a transaction that is attributed with `reasons_of` the entries, and that the
    caller undoes when one of them was not saved. Each entry is checked as if those
    before it were stored.
    """
    batch = _Batch(form_instances.lock(participant), design, by, via)
    batch.open(entries)
    batch.check()
    batch.store()
    batch.note_findings()
    batch.run_consequences()
    return [step.outcome for step in batch.steps]


class _Batch:
    """The steps of a transaction; one that has a problem goes no further."""

    def __init__(
        self, participant: Participant, design: FormDesign, by: Actor, via: Source
    ) -> None:
        self.participant, self.design, self.by, self.via = participant, design, by, via
        self.steps: list[Step] = []

    @property
    def going(self) -> list[Step]:
        return [step for step in self.steps if step.problem is None]

    def each(self, do: Callable[[Step], None]) -> None:
        for step in self.going:
            try:
                do(step)
            except NotSaved as problem:
                step.problem = problem

    @cached_property
    def threads(self) -> review.Threads:
        """What was empty until now has no automatic query."""
        return review.automatic_queries(
            step.form for step in self.steps if step.before.revision
        )

    def open(self, entries: Sequence[Entered]) -> None:
        # A form of somebody else or of another code is not there.
        own = self.participant.forms.filter(code=self.design.code)
        stored = own.in_bulk([form.pk for form, _entry in entries])
        keys = [form.pk for form in stored.values() if form.revision]
        rows = self.design.model._default_manager.in_bulk(keys) if keys else {}
        for opened, entry in entries:
            form = stored[opened.pk]
            form.participant = self.participant
            row = rows.get(form.pk) or new_row(form)
            row.form = form
            self.steps.append(Step(form, row, entry, data_of(form, row)))
        self.each(partial(require_fit, self.design))

    def check(self) -> None:
        based_on = [(step.form, step.entry.based_on) for step in self.going]
        seen = [(form, seen) for form, seen in based_on if seen is not None]
        later = changes_since(self.design, seen)
        self.each(lambda step: merge_changes(step, later.get(step.form.pk, ())))
        changes = [(step.form, step.changed) for step in self.going]
        links = LinkTargets(self.design, changes)
        casebook = casebook_of(self.participant)

        def check(step: Step) -> None:
            nonlocal casebook
            entry = step.entry
            require_right_to_enter(
                self.design, step.changed, by=self.by, by_system=entry.by_system
            )
            links.require(step.form, step.changed)
            casebook = self._checked(step, casebook)

        self.each(check)

    def _checked(self, step: Step, casebook: Casebook) -> Casebook:
        """Return the casebook as the step leaves it.

        Raises a `NotSaved` for what may not be stored, or not yet.
        """
        form, entry, before = step.form, step.entry, step.before
        data = data_after(
            self.design, before, step.changed, casebook, erase=entry.erase
        )
        step.altered = altered = altered_items(data, before)
        step.soft = soft_findings(
            self.design, data, casebook, altered, complete=step.is_complete
        )
        if self.via == Source.PAGE and step.is_complete:  # somebody can explain
            standing = self._standing_places(step)
            require_explanations(step.soft, entry.explanations, altered, standing)
        explanations = [
            (f.item, entry.explanations.get(f.check_id, "")) for f in step.soft
        ]
        require_blind_texts(form, altered, entry.reasons, explanations, by=self.by)
        require_reasons(form, before, altered, entry.reasons)
        if entry.preview_impact:
            require_confirmation(form, casebook, data)
        step.data = data
        is_stored = before.revision or altered or step.is_complete
        return casebook.with_data(step.as_stored(data)) if is_stored else casebook

    def _standing_places(self, step: Step) -> set[tuple[str, str]]:
        if not (step.soft and step.before.revision):
            return set()
        return review.places_of(self.threads[step.form.pk])

    def store(self) -> None:
        self.each(put)
        rows = [step.row for step in self.going if step.writes_row]
        store_rows(self.design, rows)
        moved = [s for s in self.going if s.altered or s.form.status != s.status]
        for step in moved:
            form = step.form
            form.status, form.saved_by_id = step.status, self.by.pk
            form.saved_at = clock.after(form.saved_at)
            if step.is_complete and form.first_completed_at is None:
                form.first_completed_at = form.saved_at
        store_statuses([step.form for step in moved])

    def note_findings(self) -> None:
        """Log the checks that fired, and bring the automatic queries into line."""
        checked = [
            step
            for step in self.going
            if (step.is_complete or step.form.first_completed_at is not None)
            and (step.soft or step.before.revision)
        ]
        if not checked:
            return
        check_log.note(self.design, map(self._fired, checked))
        checked_forms = [
            review.CheckedForm(s.form, s.soft, s.entry.explanations, s.altered)
            for s in checked
        ]
        is_stored = any(step.before.revision for step in checked)
        threads = self.threads if is_stored else {}
        review.sync_check_queries(checked_forms, threads, by=self.by)

    def _fired(self, step: Step) -> check_log.FiredChecks:
        outcomes = check_log.outcomes_of_save(
            step.soft,
            step.entry.explanations,
            step.altered,
            self._standing_places(step),
        )
        values = step.data.values if step.data else {}
        return check_log.FiredChecks(step.form, outcomes, values)

    def run_consequences(self) -> None:
        for step in self.going:
            step.saved = self._saved(step)
        steps = {step.form.pk: step for step in self.going}
        for hook in hooks_of(self.design.code):
            called = hook.called_by(s.saved for s in self.going if s.saved)
            for saves in [called] if hook.is_joint else [[one] for one in called]:
                try:
                    if saves:
                        hook.run(saves if hook.is_joint else saves[0])
                except NotSaved as problem:
                    for saved in saves:
                        steps[saved.form.pk].problem = problem
        if isinstance(self.by, User):
            for step in self.going:
                if step.entry.page_load:
                    autosaves.discard(step.form, self.by, step.entry.page_load)

    def _saved(self, step: Step) -> Saved:
        assert step.data is not None  # noqa: S101 - narrows the type
        form = step.form
        data = replace(step.data, revision=form.revision, status=form.status)
        altered, reasons = frozenset(step.altered), step.entry.reasons
        return Saved(form, step.before, data, altered, self.by, self.via, reasons)
