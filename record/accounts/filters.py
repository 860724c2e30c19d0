"""What narrows the history of sign-ins."""

import django_filters
from django.db.models import Q, QuerySet
from django.forms import SearchInput
from django.utils.translation import gettext_lazy as _

from record.audit.models import Entry
from trial_edc.typed_text import plain


class SignInFilters(django_filters.FilterSet):
    """Whose sign-ins the history shows."""

    username = django_filters.CharFilter(
        label=_("User name"), method="of_account", widget=SearchInput
    )

    def of_account(
        self, entries: QuerySet[Entry], _name: str, username: str
    ) -> QuerySet[Entry]:
        name = plain(username).lower()
        return entries.filter(Q(actor=name) | Q(new_values__username=name))
