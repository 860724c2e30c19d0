"""Forms for import sources, uploads, mappings and the confirmation of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.models import ImportedFile, ImportSource
from imports.rules.mapping import (
    REQUIRED_COLUMNS,
    DateOrder,
    FileColumn,
    FileMapping,
    WordKind,
)
from imports.rules.reading import MAX_BYTES, FileTable
from imports.selectors import mapping_words
from imports.selectors.times import needs_times
from imports.selectors.unassigned import needs_reading
from record.audit.attribution import Reason
from record.capture.vocabulary import ChangeReason
from record.casebook.fields import SiteDateField
from record.casebook.services.files import TOO_LARGE
from trial_edc import clock
from trial_edc.text_fields import TypedSlug, TypedText
from trial_edc.typed_text import LONGEST_REASON
from trial_edc.vocabulary import YesNo
from visits.laboratory.vocabulary import SamplePlace, UreaKind
from visits.models import Laboratory

MEGABYTES = MAX_BYTES // 1_000_000
COLUMN_MISSING = gettext_lazy("Choose the column of the file that holds it.")
Pairs = Iterable[tuple[str, str]]


def with_blank(choices: Pairs, blank_label: str = "—") -> list[tuple[str, Any]]:
    return [("", blank_label), *((code, _(label)) for code, label in choices)]


class SourceForm(forms.Form):
    """A source of files."""

    code = TypedSlug(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Short; it stands in the audit trail."),
    )
    name = TypedText(label=gettext_lazy("Name"), longest=200)
    laboratory = forms.ModelChoiceField(
        label=gettext_lazy("Laboratory"),
        queryset=Laboratory.objects.all(),
        empty_label="—",
    )
    valid_from = SiteDateField(label=gettext_lazy("Valid from"), initial=clock.today)
    valid_to = SiteDateField(label=gettext_lazy("Valid to"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("This lies before the first day."))
        if ImportSource.objects.filter(code=cleaned.get("code", "")).exists():
            self.add_error("code", _("Another source has this code."))
        return cleaned


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
        help_text=gettext_lazy("CSV in UTF-8, UTF-16 or GBK, at most 10 MB."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approved = ImportSource.objects.filter(approved_at__isnull=False)
        self.fields["source"].queryset = approved  # type: ignore[attr-defined]

    @property
    def has_sources(self) -> bool:
        return ImportSource.objects.filter(approved_at__isnull=False).exists()

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE % {"most": MEGABYTES})
        return upload


class ConfirmForm(forms.Form):
    """What must be said before a file is stored: why values change, what was read."""

    code = forms.ChoiceField(
        label=gettext_lazy("Why do values change?"),
        choices=lambda: with_blank(ChangeReason.choices()),
    )
    text = TypedText(label=gettext_lazy("In your words"), longest=LONGEST_REASON)
    unassigned_read = forms.BooleanField(
        label=gettext_lazy(
            "I read the rows that belong to nobody: none is of a person of this trial"
        )
    )
    midnight_confirmed = forms.BooleanField(
        label=gettext_lazy("The time of every sample is 00:00: the laboratory says so"),
        help_text=gettext_lazy(
            "Often 00:00 stands for a time that is not known. Ask the laboratory; map "
            "the column that holds the times, or discard the file."
        ),
    )

    def __init__(self, file: ImportedFile, data: Any = None) -> None:
        super().__init__(data)
        if not needs_times(file):
            del self.fields["midnight_confirmed"]
        if not file.changed:
            del self.fields["code"], self.fields["text"]
        if not needs_reading(file):
            del self.fields["unassigned_read"]

    @property
    def reason(self) -> Reason | None:
        cleaned = self.cleaned_data
        return Reason(cleaned["code"], cleaned["text"]) if "code" in cleaned else None


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
        super().__init__(data)
        self.table = table
        self.mapping = mapping_words.proposed_mapping(table, mapping)
        names = [(name, name) for name in table.heading if name]
        for column in FileColumn:
            heading = self.mapping.columns.get(column.value, "")
            self.fields[f"column_{column.value}"] = forms.ChoiceField(
                label=_(column.label),
                choices=[("", _("— not in the file")), *names],
                required=column in REQUIRED_COLUMNS,
                error_messages={"required": COLUMN_MISSING},
                initial=heading if heading in table.heading else "",
            )
        self.fields["date_order"] = forms.ChoiceField(
            label=_("Dates are written as"),
            choices=with_blank(DateOrder.choices()),
            initial=self.mapping.date_order,
        )
        self._add_answers()

    def _add_answers(self) -> None:
        questions = {
            "place": (_("Place of all samples"), SamplePlace.choices()),
            "routine_care": (_("Taken in routine care?"), YesNo.choices()),
            "urea_kind": (_("Urea is reported as"), UreaKind.choices()),
        }
        for name, (label, choices) in questions.items():
            self.fields[f"answer_{name}"] = forms.ChoiceField(
                label=label,
                choices=with_blank(choices, _("— asked on the form")),
                required=False,
                initial=self.mapping.answers.get(name, ""),
            )

    @property
    def columns(self) -> list[Any]:
        names = [f"column_{column.value}" for column in FileColumn]
        return [self[name] for name in (*names, "date_order")]

    @property
    def answers(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("answer_")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for column in FileMapping(self._columns(cleaned)).missing_columns(
            self.table.heading
        ):
            name = f"column_{column.value}"
            if name not in self.errors:
                self.add_error(name, COLUMN_MISSING)
        return cleaned

    @staticmethod
    def _columns(cleaned: Mapping[str, Any]) -> dict[str, str]:
        headings = {
            column.value: cleaned.get(f"column_{column.value}") for column in FileColumn
        }
        return {name: heading for name, heading in headings.items() if heading}

    @property
    def submitted_mapping(self) -> FileMapping:
        """The mapping as posted; words that were not on the page stay as they were."""
        cleaned = self.cleaned_data
        answers = {
            name.removeprefix("answer_"): answer
            for name, answer in cleaned.items()
            if name.startswith("answer_") and answer
        }
        words = {kind.value: self._words(kind) for kind in WordKind}
        return FileMapping(
            self._columns(cleaned), cleaned["date_order"], words, answers
        )

    def _words(self, kind: WordKind) -> dict[str, str]:
        codes = {**self.mapping.words.get(kind, {}), **typed_words(kind, self.data)}
        return {text: code for text, code in codes.items() if code}

    @property
    def has_new_words(self) -> bool:
        posted = {kind: typed_words(kind, self.data) for kind in WordKind}
        return any(
            word not in posted[kind]
            for kind in WordKind
            for word in mapping_words.words_in(self.table, self.submitted_mapping, kind)
        )


def typed_words(kind: WordKind, typed: Any) -> dict[str, str]:
    valid_codes = {code for code, _label in mapping_words.meanings(kind)}
    texts, codes = (
        typed.getlist(f"text_{kind.value}"),
        typed.getlist(f"code_{kind.value}"),
    )
    pairs = zip(texts, codes, strict=False)
    return {text: code if code in valid_codes else "" for text, code in pairs}


def word_tables(table: FileTable, mapping: FileMapping) -> list[WordTable]:
    tables = []
    for kind in WordKind:
        stored = mapping.words.get(kind, {})
        texts = dict.fromkeys([*mapping_words.words_in(table, mapping, kind), *stored])
        rows = [
            WordRow(text, stored.get(text, ""), text not in stored) for text in texts
        ]
        if rows:
            options = with_blank(mapping_words.meanings(kind), _("— refuse"))
            tables.append(WordTable(kind.value, _(kind.label), rows, options))
    return tables
