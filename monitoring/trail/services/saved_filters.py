"""Keep a filter of the trail under a name, and give it up."""

from django.db import transaction

from monitoring.trail.models import SavedFilter
from monitoring.trail.selectors.saved_filters import filters_of
from record.accounts.models import User


@transaction.atomic
def save_filter(name: str, query: str, *, by: User) -> SavedFilter:
    """Under a name that this person used before it takes the place of the former."""
    saved, _made = SavedFilter.objects.update_or_create(
        owner=by, name=name, defaults={"query": query}
    )
    return saved


@transaction.atomic
def remove_filter(key: int, *, by: User) -> None:
    filters_of(by).filter(pk=key).delete()
