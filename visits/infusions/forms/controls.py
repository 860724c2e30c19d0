"""What people type at the bedside; the page keeps it until it is stored."""

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
from record.casebook.checks import Finding
from record.casebook.fields import SiteTimeField
from record.casebook.items import Item
from record.casebook.models import FormInstance
from record.review.services import LONGEST
from trial_edc import clock
from trial_edc.vocabulary import Codelist, YesNo
from visits.infusions.services.bedside import KEY_USED

UNTYPED = ("csrfmiddlewaretoken", "key", "based_on", "confirmed_at", "confirmed")
NUMBER_PAD = {"inputmode": "decimal", "autocomplete": "off"}
EXPLAIN = "explain:"


def number_field(item: Item) -> forms.CharField:
    """Return the control of a number: the words and the unit of its item."""
    label = f"{item.verbose_name} ({item.facts.unit})"
    pad = forms.TextInput({**NUMBER_PAD, "data-unit": item.facts.unit})
    return forms.CharField(label=label, required=False, widget=pad)


def terms(of: type[Codelist]) -> list[tuple[str, Any]]:
    """Return the answers of a list, translated where they are shown."""
    return [(code, gettext_lazy(label)) for code, label in of.choices()]


def choices_of(code: str, item: str) -> list[tuple[str, Any]]:
    """Return the answers of an item of a form, translated where they are shown."""
    found = catalogue.design(code).items[item].facts.terms
    return terms(found) if found else []


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
        """Return the instant, to the minute."""
        return super().clean(value) or clock.now().replace(second=0, microsecond=0)


class BedsideForm(forms.Form):
    """One act at the bedside.

    `key` is the same each time that the act is sent, `based_on` the revision that the
    page was drawn from (nothing: every value since counts as somebody else's),
    `confirmed_at` when the button was pressed.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    confirmed_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    author = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = forms.CharField(
        label=gettext_lazy("Why does it change?"), required=False, max_length=500
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Keep asking what was asked before."""
        super().__init__(*args, **options)
        self.asks_why = bool(self.data.get("why"))
        for name in self.data:
            if name.startswith(EXPLAIN):
                self._ask(name)

    def clean_based_on(self) -> int:
        return self.cleaned_data["based_on"] or 0

    @property
    def shown(self) -> list[Any]:
        return [
            bound
            for bound in self
            if not bound.is_hidden and (bound.name != "why" or self.asks_why)
        ]

    @property
    def explanations(self) -> dict[str, str]:
        """Return what was written about improbable values."""
        return {
            name.removeprefix(EXPLAIN): str(text)
            for name, text in self.data.items()
            if name.startswith(EXPLAIN) and text
        }

    @property
    def digest(self) -> str:
        """Return what tells this act from another one under the same key."""
        said = {
            name: self.data.getlist(name)  # type: ignore[attr-defined]
            for name in sorted(self.data)
            if name not in UNTYPED
        }
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def show(self, problem: NotSaved, form: FormInstance | None) -> None:
        """Put what is wrong beside its control."""
        if isinstance(problem, ExplanationNeeded):
            self._ask_to_explain(problem)
        elif isinstance(problem, Conflict):
            self._show_both(problem, form)
        elif isinstance(problem, ReasonNeeded):
            self._ask_why(_("This was entered before. Say why it changes."))
        elif isinstance(problem, SaveRefused):
            for finding in problem.findings:
                self._tell(finding.item, words(finding))
                if finding.message == KEY_USED:
                    self.hold("key", str(uuid.uuid4()))
        else:
            text = _("This was entered before. Open its form to correct it.")
            self.add_error(None, text)

    def _ask_to_explain(self, problem: ExplanationNeeded) -> None:
        for finding in problem.findings:
            self._tell(finding.item, words(finding))
            self._ask(f"{EXPLAIN}{finding.check_id}")

    def _ask(self, name: str) -> None:
        self.fields[name] = forms.CharField(
            label=gettext_lazy("Correct it, or say why it stands"),
            required=False,
            max_length=LONGEST,
        )

    def _show_both(self, problem: Conflict, form: FormInstance | None) -> None:
        """Tell what somebody stored meanwhile; saving again changes it knowingly."""
        design = catalogue.design(form.code) if form else None
        for clash in problem.clashes:
            item = design.items[clash.item] if design else None
            stands = display.words(item, clash.theirs) if item else str(clash.theirs)
            who = str(form.saved_by) if form and form.saved_by else "—"
            text = _("%(who)s entered %(value)s meanwhile. Nothing was overwritten.")
            self._tell(clash.item, text % {"who": who, "value": stands})
        self._ask_why(
            _("Leave it as it is, or save again with the reason for the change.")
        )
        self.hold("based_on", str(problem.revision))

    def _ask_why(self, text: str) -> None:
        self.asks_why = True
        self.add_error("why", text)

    def _tell(self, item: str, text: str) -> None:
        if item in self.fields:
            self.add_error(item, text)
        else:
            self.add_error(None, text)

    def hold(self, name: str, value: str) -> None:
        """Change what a hidden control holds when the form is shown again."""
        held = QueryDict(mutable=True)
        held.update(self.data)
        held[name] = value
        self.data = held


def words(finding: Finding) -> str:
    text = _(finding.message)
    return text % finding.details if finding.details else text
