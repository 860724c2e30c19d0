"""Form of the page that uploads a list of the safety database."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from record.casebook.fields import SiteDateField
from safety.coding.rules import comparison_key
from safety.reconciliation.rules.reading import (
    CODELISTS,
    CaseRow,
    UnreadableList,
    read_cases,
)
from trial_edc import clock

LARGEST_MB = 5
LANGUAGES = ("en", "zh-hans")


class SafetyListForm(forms.Form):
    """A list of all cases, and the day whose state it shows."""

    cut_off_on = SiteDateField(label=_("State of the list on"))
    cases = forms.FileField(
        label=_("Cases (CSV)"),
        help_text=_(
            "A heading with case, participant, term, onset, and what there is of pt, "
            "outcome, causality. No column of treatment."
        ),
    )
    rows: list[CaseRow]
    content: bytes

    def clean_cut_off_on(self) -> Any:
        day = self.cleaned_data["cut_off_on"]
        if day and day > clock.today():
            raise ValidationError(gettext("This date lies in the future."))
        return day

    def clean_cases(self) -> Any:
        upload = self.cleaned_data["cases"]
        if upload.size > LARGEST_MB * 1024 * 1024:
            text = gettext("The file is larger than %(size)s MB.")
            raise ValidationError(text % {"size": LARGEST_MB})
        self.content = upload.read()
        try:
            self.rows = read_cases(self.content, _codes_by_word())
        except UnreadableList as problem:
            raise ValidationError(
                [gettext(message) % details for message, details in problem.problems]
            ) from problem
        return upload


def _codes_by_word() -> Mapping[str, Mapping[str, str]]:
    """Codes by themselves and by their labels in each language, by column."""
    codes: dict[str, dict[str, str]] = {name: {} for name in CODELISTS}
    for language in LANGUAGES:
        with translation.override(language):
            for name, codelist in CODELISTS.items():
                for term in codelist:
                    for word in (term.value, gettext(term.label)):
                        codes[name][comparison_key(word)] = term.value
    return codes
