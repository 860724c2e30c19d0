"""What narrows the list of deviations; an invalid choice counts as none."""

import django_filters
from django.utils.translation import gettext_lazy as _

from record.review.filters import ParticipantNumberFilter
from visits.deviations.vocabulary import DeviationCategory, Importance


class DeviationFilters(django_filters.FilterSet):
    """Which deviations the list shows, apart from their step."""

    participant = ParticipantNumberFilter("form__participant")
    category = django_filters.ChoiceFilter(
        label=_("Category"),
        empty_label=_("all"),
        choices=[(code, _(label)) for code, label in DeviationCategory.choices()],
    )
    importance = django_filters.ChoiceFilter(
        label=_("Class"),
        empty_label=_("all"),
        choices=[(code, _(label)) for code, label in Importance.choices()],
    )
