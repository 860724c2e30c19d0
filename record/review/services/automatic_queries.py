"""Queries that edit checks raise, reopen and close, of as many forms as are stored."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from record.audit.attribution import Actor, Process
from record.casebook.checks import Finding
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import hidden_key, key_behind
from record.review.models import Query, QueryState, QueryStep
from record.review.services.queries import usual_due_date
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_
from trial_edc.wording import Wording

CHECKS = Process("edit-checks")
PASSES = Wording(N_("The check passes now."))
FIRES_AGAIN = Wording(N_("The check fires again."))
Action = QueryStep.Action
Place = tuple[str, str]  # item and check


@dataclass
class Thread:
    """An automatic query with its steps, and what is to be stored of them."""

    form: FormInstance
    query: Query
    steps: list[QueryStep] = field(default_factory=list)
    new_steps: list[QueryStep] = field(default_factory=list)

    @property
    def is_closed_by_check(self) -> bool:
        last = self.steps[-1]
        return last.action == Action.CLOSED and last.by_id is None

    def add(self, action: Action, text: str | Wording, by: Actor) -> None:
        query, earlier = self.query, [step.at for step in self.steps]
        last = max(one.pk or 0 for one in (query, *self.steps))  # new ones have none
        step = QueryStep(
            query=query,
            form=self.form,
            action=action,
            by_id=by.pk,
            at=clock.after(query.raised_at, *earlier),
            **key_behind(self.form, last),
        )
        step.put_text(text)
        self.steps.append(step)
        self.new_steps.append(step)

    def move(
        self, state: QueryState, action: Action, text: str | Wording, by: Actor
    ) -> None:
        self.query.state = state
        self.add(action, text, by)


Threads = Mapping[int, Sequence[Thread]]  # by form


def automatic_queries(forms: Iterable[FormInstance]) -> Threads:
    """Two selects, however many forms; none for none."""
    by_key = {form.pk: form for form in forms}
    threads: dict[int, list[Thread]] = {pk: [] for pk in by_key}
    queries = Query.objects.filter(form__in=by_key).prefetch_related("steps")
    for query in queries if by_key else ():
        query.form = form = by_key[query.form_id or 0]
        if query.place[1]:
            threads[form.pk].append(Thread(form, query, list(query.steps.all())))
    return threads


def places_of(threads: Iterable[Thread]) -> set[Place]:
    """Item and check of the automatic queries whose check still fires."""
    return {one.query.place for one in threads if not one.is_closed_by_check}


def standing_places(form: FormInstance) -> set[Place]:
    return places_of(automatic_queries([form])[form.pk])


@dataclass(frozen=True)
class CheckedForm:
    """What the checks find in a form, and what a save said of it and altered."""

    form: FormInstance
    findings: Sequence[Finding]
    explanations: Mapping[str, str] = field(default_factory=dict)
    altered: Container[str] = ()


@dataclass
class QueryChanges:
    """The queries that checks would raise, and those that they would move."""

    raised: list[Thread] = field(default_factory=list)
    moved: list[Thread] = field(default_factory=list)


@implements("QRY-05")
def sync_check_queries(
    checked_forms: Sequence[CheckedForm], threads: Threads, *, by: Actor
) -> None:
    """Bring the automatic queries of forms into line with what their checks find."""
    store_changes(query_changes(checked_forms, threads, by=by))


def query_changes(
    checked_forms: Sequence[CheckedForm], threads: Threads, *, by: Actor
) -> QueryChanges:
    """What is to change of the automatic queries of forms; nothing is stored.

    A check that passes closes its query; one that fires again reopens it. With an
    explanation a new query is answered, without one it is open. What a person has
    answered or closed stays so until the item in question is changed.
    """
    changes = QueryChanges()
    for checked in checked_forms:
        standing = threads.get(checked.form.pk, ())
        places = {one.query.place for one in standing}
        changes.raised += _raised(checked, places, by)
        changes.moved += _moved(checked, standing, by)
    return changes


def store_changes(changes: QueryChanges) -> None:
    """In as many statements for one form as for many."""
    raised, moved = changes.raised, changes.moved
    Query.objects.bulk_create([thread.query for thread in raised])
    for state in QueryState:
        keys = [one.query.pk for one in moved if one.query.state == state]
        if keys:
            Query.objects.filter(pk__in=keys).update(state=state)
    steps = [step for thread in (*moved, *raised) for step in thread.new_steps]
    QueryStep.objects.bulk_create(steps)


def _raised(
    checked: CheckedForm, standing: Container[Place], by: Actor
) -> Iterator[Thread]:
    """New queries of checks that never fired on this form."""
    firing = {(f.item, f.check_id): f for f in checked.findings}
    for place, finding in firing.items():
        if place in standing:
            continue
        explanation = checked.explanations.get(finding.check_id, "")
        state = QueryState.ANSWERED if explanation else QueryState.OPEN
        key = hidden_key(checked.form.confidentiality)
        query = Query(form=checked.form, state=state, raised_by_id=None, **key)
        query.due_on = usual_due_date(query.priority)
        query.put_place(*place)
        thread = Thread(checked.form, query)
        thread.add(Action.RAISED, Wording(finding.message, finding.details), CHECKS)
        if explanation:
            thread.add(Action.ANSWERED, explanation, by)
        yield thread


def _moved(
    checked: CheckedForm, standing: Iterable[Thread], by: Actor
) -> Iterator[Thread]:
    """Queries that a check closes or reopens, or a person answers with the save."""
    firing = {(f.item, f.check_id) for f in checked.findings}
    for thread in standing:
        item, check_id = place = thread.query.place
        explanation = checked.explanations.get(check_id, "")
        if place not in firing:
            if not thread.is_closed_by_check:
                thread.move(QueryState.CLOSED, Action.CLOSED, PASSES, CHECKS)
        elif thread.is_closed_by_check or item in checked.altered:
            if thread.query.state != QueryState.OPEN:
                thread.move(QueryState.OPEN, Action.REOPENED, FIRES_AGAIN, CHECKS)
            if explanation:
                thread.move(QueryState.ANSWERED, Action.ANSWERED, explanation, by)
        elif explanation and thread.query.state == QueryState.OPEN:
            thread.move(QueryState.ANSWERED, Action.ANSWERED, explanation, by)
        if thread.new_steps:
            yield thread
