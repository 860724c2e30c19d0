"""The same step of several queries at once."""

from collections.abc import Iterator, Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.audit import once
from record.audit.attribution import Source, attributed
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import Query
from record.review.problems import ReviewRefused
from record.review.selectors.queries import StepKind, may_on_subject
from record.review.services.queries import require_on, require_step, require_text, step
from trial_edc.requirements import implements

Shown = Mapping[int, int]  # query → steps of it that the page showed
Refusals = dict[int, str]  # query → why it stays as it is


def refusals(
    queries: list[Query], kind: StepKind, shown: Shown, *, by: User
) -> Refusals:
    """Name the queries of which a step of all together leaves each as it is."""
    return dict(_refusals(queries, kind, shown, by))


def _refusals(
    queries: list[Query], kind: StepKind, shown: Shown, by: User
) -> Iterator[tuple[int, str]]:
    for query in queries:
        if not may_on_subject(by, kind.right, query.about):
            yield query.pk, _("You may not do this here.")
            continue
        try:
            require_step(query, kind, shown.get(query.pk), by=by)
        except ReviewRefused as problem:
            yield query.pk, str(problem)


@implements("QRY-04")
def step_together(
    queries: list[Query], kind: StepKind, text: str, shown: Shown, *, by: User
) -> Refusals:
    """Take the same step with each; those that refuse it stay as they are, by name.

    In one transaction: after a failure none has taken it.
    """
    refused: Refusals = {}
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        for query in sorted(queries, key=lambda query: (query.whose.pk, query.pk)):
            try:
                with transaction.atomic():
                    require_on(query, kind.right, by=by)
                    words = require_text(text, query.form, query.whose, by=by)
                    lock_participant(query.whose)
                    step(query, kind, words, shown.get(query.pk), by=by)
            except PermissionDenied:
                refused[query.pk] = _("You may not do this here.")
            except ReviewRefused as problem:
                refused[query.pk] = str(problem)
    return refused
