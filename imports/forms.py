"""What people choose and type for sources, files and mappings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.models import ImportSource
from imports.rules.mapping import NEEDED, DateOrder, FileColumn, FileMapping, Words
from imports.rules.reading import MOST_BYTES, FileTable
from imports.selectors import mapping_words as wording
from record.capture.vocabulary import ChangeReason
from record.casebook.fields import SiteDateField
from record.casebook.services.files import TOO_LARGE
from trial_edc import clock
from trial_edc.vocabulary import YesNo
from visits.laboratory.vocabulary import SamplePlace, UreaKind
from visits.models import Laboratory

MEGABYTES = MOST_BYTES // 1_000_000
LACKING = gettext_lazy("Choose the column of the file that holds it.")
Pairs = Iterable[tuple[str, str]]


def pick(choices: Pairs, nothing: str = "—") -> list[tuple[str, Any]]:
    """Return choices that begin with none, translated."""
    return [("", nothing), *((code, _(label)) for code, label in choices)]


class SourceForm(forms.Form):
    """A source of files."""

    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Short; it stands in the audit trail."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    laboratory = forms.ModelChoiceField(
        label=gettext_lazy("Laboratory"),
        queryset=Laboratory.objects.all(),
        empty_label="—",
    )
    valid_from = SiteDateField(label=gettext_lazy("Valid from"), initial=clock.today)
    valid_to = SiteDateField(label=gettext_lazy("Valid to"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a code that is taken, and an end before the beginning."""
        said = super().clean() or {}
        begins, ends = said.get("valid_from"), said.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("This lies before the first day."))
        if ImportSource.objects.filter(code=said.get("code", "")).exists():
            self.add_error("code", _("Another source has this code."))
        return said


class UploadForm(forms.Form):
    """A file, and the proof that it comes from a source."""

    source = forms.ModelChoiceField(
        label=gettext_lazy("Source of the file"),
        queryset=ImportSource.objects.none(),
        empty_label="—",
    )
    credential = forms.CharField(
        label=gettext_lazy("Credential of the source"),
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=gettext_lazy("The data manager gave it to the source."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text=gettext_lazy("CSV in UTF-8 or GBK, at most 10 MB."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the sources that a second person has approved."""
        super().__init__(*args, **kwargs)
        approved = ImportSource.objects.filter(approved_at__isnull=False)
        self.fields["source"].queryset = approved  # type: ignore[attr-defined]

    @property
    def has_sources(self) -> bool:
        return ImportSource.objects.filter(approved_at__isnull=False).exists()

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE % {"most": MEGABYTES})
        return upload


class ConfirmForm(forms.Form):
    """Why values that stand in the record change."""

    code = forms.ChoiceField(
        label=gettext_lazy("Why do values change?"),
        choices=lambda: pick(ChangeReason.choices()),
    )
    text = forms.CharField(label=gettext_lazy("In your words"), max_length=500)


@dataclass(frozen=True)
class WordRow:
    """A word of the laboratory, and the select of what it means."""

    text: str
    code: str
    is_new: bool


@dataclass(frozen=True)
class WordTable:
    """The words of one kind."""

    kind: str
    title: str
    rows: list[WordRow]
    options: list[tuple[str, Any]]


class MappingForm(forms.Form):
    """Columns, the order of dates, and the answers that a file does not give."""

    def __init__(
        self, table: FileTable, mapping: FileMapping, data: QueryDict | None = None
    ) -> None:
        """Show what is kept for the source, or what is proposed."""
        super().__init__(data)
        self.table = table
        self.held = wording.proposed(table, mapping)
        names = [(name, name) for name in table.heading if name]
        for column in FileColumn:
            told = self.held.columns.get(column.value, "")
            self.fields[f"column_{column.value}"] = forms.ChoiceField(
                label=_(column.label),
                choices=[("", _("— not in the file")), *names],
                required=column in NEEDED,
                error_messages={"required": LACKING},
                initial=told if told in table.heading else "",
            )
        self.fields["date_order"] = forms.ChoiceField(
            label=_("Dates are written as"),
            choices=pick(DateOrder.choices()),
            initial=self.held.date_order,
        )
        self._add_answers()

    def _add_answers(self) -> None:
        asked = {
            "place": (_("Place of all samples"), SamplePlace.choices()),
            "routine_care": (_("Taken in routine care?"), YesNo.choices()),
            "urea_kind": (_("Urea is reported as"), UreaKind.choices()),
        }
        for name, (label, choices) in asked.items():
            self.fields[f"answer_{name}"] = forms.ChoiceField(
                label=label,
                choices=pick(choices, _("— asked on the form")),
                required=False,
                initial=self.held.answers.get(name, ""),
            )

    @property
    def columns(self) -> list[Any]:
        """Return the fields of the columns, and of the dates."""
        names = [f"column_{column.value}" for column in FileColumn]
        return [self[name] for name in (*names, "date_order")]

    @property
    def answers(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("answer_")]

    def clean(self) -> dict[str, Any]:
        """Ask for the columns without which nothing can be read."""
        said = super().clean() or {}
        for column in FileMapping(self._columns(said)).lacking(self.table.heading):
            name = f"column_{column.value}"
            if name not in self.errors:
                self.add_error(name, LACKING)
        return said

    @staticmethod
    def _columns(said: Mapping[str, Any]) -> dict[str, str]:
        found = {
            column.value: said.get(f"column_{column.value}") for column in FileColumn
        }
        return {name: told for name, told in found.items() if told}

    @property
    def entered(self) -> FileMapping:
        """Return the mapping as it was entered; words never shown stay as they were."""
        said = self.cleaned_data
        answers = {
            name.removeprefix("answer_"): told
            for name, told in said.items()
            if name.startswith("answer_") and told
        }
        words = {kind.value: self._words(kind) for kind in Words}
        return FileMapping(self._columns(said), said["date_order"], words, answers)

    def _words(self, kind: Words) -> dict[str, str]:
        """Return the words that mean something; the others are not kept."""
        found = {**self.held.words.get(kind, {}), **typed_words(kind, self.data)}
        return {text: code for text, code in found.items() if code}

    @property
    def asks_more(self) -> bool:
        """Tell whether the columns hold words that the page has not shown yet."""
        shown = {kind: typed_words(kind, self.data) for kind in Words}
        return any(
            word not in shown[kind]
            for kind in Words
            for word in wording.words_in(self.table, self.entered, kind)
        )


def typed_words(kind: Words, typed: Any) -> dict[str, str]:
    known = {code for code, _label in wording.meanings(kind)}
    texts, codes = (
        typed.getlist(f"text_{kind.value}"),
        typed.getlist(f"code_{kind.value}"),
    )
    pairs = zip(texts, codes, strict=False)
    return {text: code if code in known else "" for text, code in pairs}


def word_tables(table: FileTable, mapping: FileMapping) -> list[WordTable]:
    """Return the words of a file and of the mapping, each with what it may mean."""
    tables = []
    for kind in Words:
        kept = mapping.words.get(kind, {})
        texts = dict.fromkeys([*wording.words_in(table, mapping, kind), *kept])
        rows = [WordRow(text, kept.get(text, ""), text not in kept) for text in texts]
        if rows:
            options = pick(wording.meanings(kind), _("— refuse"))
            tables.append(WordTable(kind.value, _(kind.label), rows, options))
    return tables
