"""Reads of queries, verification and signatures."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count, QuerySet

from accounts.models import User
from casebook.access import visible_codes
from casebook.models import FormInstance
from review.models import Query, QueryState, Signature, Verification
from trial_edc.requirements import implements


def queries_visible_to(user: User) -> QuerySet[Query]:
    """Return the queries on sheets that a user may see."""
    return (
        Query.objects.filter(form__code__in=visible_codes(user))
        .select_related("form__participant", "raised_by")
        .order_by("raised_at", "id")
    )


def queries_of(form: FormInstance) -> dict[str, list[Query]]:
    """Return the queries of a sheet by item, with their threads, in two selects."""
    by_item: dict[str, list[Query]] = defaultdict(list)
    found = form.queries.prefetch_related("steps__by")
    for query in found:
        query.form = form
        by_item[query.place[0]].append(query)
    return by_item


def unanswered_counts(forms: Iterable[FormInstance]) -> Mapping[int, int]:
    """Return the number of open queries by sheet."""
    rows = (
        Query.objects.filter(form__in=forms, state=QueryState.OPEN)
        .values_list("form_id")
        .annotate(n=Count("id"))
    )
    return dict(rows)


def verified_items(
    verifications: Iterable[Verification], revisions: Mapping[str, int]
) -> dict[str, bool]:
    """Return the verified items: True while it holds, False when changed since."""
    state: dict[str, bool] = {}
    for verification in verifications:
        if verification.withdrawn_at is None:
            for item, revision in verification.items.items():
                state[item] = revisions.get(item, 0) == revision
    return state


@implements("SIG-04")
def signatures_of(form: FormInstance) -> QuerySet[Signature]:
    """Return the signatures of a sheet, oldest first."""
    return form.signatures.select_related("signer")


def valid_signature(form: FormInstance) -> Signature | None:
    """Return the signature that holds for the sheet as it is, or None."""
    return next((s for s in signatures_of(form) if s.holds_for(form)), None)
