"""What narrows the list of missing forms; an invalid choice counts as none."""

import django_filters
from django.utils.translation import gettext_lazy as _

from record.review.filters import FormFilter, FormsOfReader, ParticipantNumberFilter
from trial_edc.vocabulary import VisitCode


class MissingFormFilters(FormsOfReader):
    """Which of the missing forms the list shows."""

    participant = ParticipantNumberFilter("participant")
    visit = django_filters.ChoiceFilter(
        label=_("Visit"),
        empty_label=_("all"),
        choices=[(code, _(label)) for code, label in VisitCode.choices()],
    )
    form = FormFilter("code")
