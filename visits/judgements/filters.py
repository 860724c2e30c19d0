"""What narrows the list of values to judge; an invalid choice counts as none."""

import django_filters
from django.utils.translation import gettext_lazy as _

from record.review.filters import ParticipantNumberFilter
from trial_edc.vocabulary import VisitCode
from visits.laboratory.vocabulary import Analyte


class PanelFilters(django_filters.FilterSet):
    """Which of the panels the list shows."""

    participant = ParticipantNumberFilter("participant")
    visit = django_filters.ChoiceFilter(
        label=_("Visit"),
        empty_label=_("all"),
        choices=[(code, _(label)) for code, label in VisitCode.choices()],
    )
    analyte = django_filters.ChoiceFilter(
        "to_judge__analyte",
        label=_("Analyte"),
        empty_label=_("all"),
        choices=[(code, _(label)) for code, label in Analyte.choices()],
    )
