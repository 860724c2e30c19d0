"""The coded answers of a vocabulary as Django's fields take them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from trial_edc.vocabulary import Codelist


def choices(terms: type[Codelist]) -> list[tuple[str, Promise]]:
    return [(term.value, gettext_lazy(term.label)) for term in terms]
