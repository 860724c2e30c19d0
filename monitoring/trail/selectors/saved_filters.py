"""The filters that a person keeps."""

from django.db.models import QuerySet

from monitoring.trail.models import SavedFilter
from record.accounts.models import User


def filters_of(user: User) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.filter(owner=user)
