"""The base of the bedside forms, and their controls."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from record.capture.problems import (
    Conflict,
    ExplanationNeeded,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.casebook import catalogue, display
from record.casebook.fields import SiteTimeField
from record.casebook.items import Item
from record.casebook.models import FormInstance
from record.review.services import LONGEST
from trial_edc import clock
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import LONGEST_REASON
from trial_edc.vocabulary import Codelist, YesNo
from visits.infusions.services.bedside import KEY_USED

TECHNICAL_FIELDS = (
    "csrfmiddlewaretoken",
    "key",
    "based_on",
    "confirmed_at",
    "confirmed",
)
NUMBER_PAD = {"inputmode": "decimal", "autocomplete": "off"}
EXPLANATION_PREFIX = "explain:"


def number_field(item: Item) -> forms.CharField:
    label = f"{item.verbose_name} ({item.facts.unit})"
    pad = forms.TextInput({**NUMBER_PAD, "data-unit": item.facts.unit})
    return TypedText(label=label, required=False, widget=pad)


def codelist_choices(codelist: type[Codelist]) -> list[tuple[str, Any]]:
    return [(code, gettext_lazy(label)) for code, label in codelist.choices()]


def choices_of(code: str, item: str) -> list[tuple[str, Any]]:
    """The choices of an item of a form; empty without a codelist."""
    codelist = catalogue.design(code).items[item].facts.terms
    return codelist_choices(codelist) if codelist else []


class Buttons(forms.ChoiceField):
    """One of a few answers, each a large button."""

    def __init__(self, choices: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(
            choices=choices, widget=forms.RadioSelect({"class": "buttons"}), **options
        )


def yes_no(label: Any, **options: Any) -> Buttons:
    choices = [(code, gettext_lazy(text)) for code, text in YesNo.choices()]
    return Buttons(choices, label=label, **options)


class NowField(SiteTimeField):
    """An instant in site time; left empty, it is now."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.widget.attrs["placeholder"] = pgettext_lazy("an empty time", "now")
        self.widget.attrs["data-empty-now"] = True

    def clean(self, value: Any) -> datetime:
        return super().clean(value) or clock.now().replace(second=0, microsecond=0)


class BedsideForm(forms.Form):
    """One action at the bedside.

    `key` is the same each time that the action is sent. `based_on` is the revision that
    the page showed; without it every stored value counts as somebody else's.
    `confirmed_at` is when the button was pressed. `is_correction`: the value is stored.
    """

    is_correction = False

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    confirmed_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    author = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = TypedText(
        label=gettext_lazy("Why does it change?"),
        required=False,
        longest=LONGEST_REASON,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asks_why = bool(self.data.get("why"))
        for name in self.data:
            if name.startswith(EXPLANATION_PREFIX):
                self._add_explanation_field(name)

    def clean_based_on(self) -> int:
        return self.cleaned_data["based_on"] or 0

    @property
    def visible_controls(self) -> list[Any]:
        return [
            bound
            for bound in self
            if not bound.is_hidden and (bound.name != "why" or self.asks_why)
        ]

    @property
    def explanations(self) -> dict[str, str]:
        return {
            name.removeprefix(EXPLANATION_PREFIX): str(text)
            for name, text in self.data.items()
            if name.startswith(EXPLANATION_PREFIX) and text
        }

    @property
    def digest(self) -> str:
        """Hash of what was entered; another action under the same key differs in it."""
        entries = {
            name: self.data.getlist(name)  # type: ignore[attr-defined]
            for name in sorted(self.data)
            if name not in TECHNICAL_FIELDS
        }
        return hashlib.sha256(json.dumps(entries).encode()).hexdigest()

    def show_problem(self, problem: NotSaved, form: FormInstance | None) -> None:
        if isinstance(problem, ExplanationNeeded):
            self._ask_explanations(problem)
        elif isinstance(problem, Conflict):
            self._show_conflict(problem, form)
        elif isinstance(problem, ReasonNeeded):
            self._ask_why(_("This was entered before. Say why it changes."))
        elif isinstance(problem, SaveRefused):
            for finding in problem.findings:
                self._add_message(finding.item, display.finding_text(finding))
                if finding.message == KEY_USED:
                    self.set_value("key", str(uuid.uuid4()))
        else:
            text = _("This was entered before. Open its form to correct it.")
            self.add_error(None, text)

    def _ask_explanations(self, problem: ExplanationNeeded) -> None:
        for finding in problem.findings:
            self._add_message(finding.item, display.finding_text(finding))
            self._add_explanation_field(f"{EXPLANATION_PREFIX}{finding.check_id}")

    def _add_explanation_field(self, name: str) -> None:
        self.fields[name] = TypedText(
            label=gettext_lazy("Correct it, or say why it stands"),
            required=False,
            longest=LONGEST,
        )

    def _show_conflict(self, problem: Conflict, form: FormInstance | None) -> None:
        design = catalogue.design(form.code) if form else None
        for clash in problem.clashes:
            item = design.items[clash.item] if design else None
            stored_value = (
                display.words(item, clash.theirs) if item else str(clash.theirs)
            )
            who = str(form.saved_by) if form and form.saved_by else "—"
            text = _("%(who)s entered %(value)s meanwhile. Nothing was overwritten.")
            self._add_message(clash.item, text % {"who": who, "value": stored_value})
        self._ask_why(
            _("Leave it as it is, or save again with the reason for the change.")
        )
        self.set_value("based_on", str(problem.revision))

    def _ask_why(self, text: str) -> None:
        self.asks_why = True
        self.add_error("why", text)

    def _add_message(self, item: str, text: str) -> None:
        if item in self.fields:
            self.add_error(item, text)
        else:
            self.add_error(None, text)

    def set_value(self, name: str, value: str) -> None:
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[name] = value
        self.data = data
