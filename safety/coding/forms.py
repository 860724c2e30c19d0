"""Form of the page that imports a dictionary."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from safety.coding.rules import TermRow, UnreadableDictionary, read_csv, read_medascii
from safety.vocabulary import DictionaryKind
from trial_edc.choices import choices
from trial_edc.text_fields import PlainText

LARGEST_MB = 200


class DictionaryForm(forms.Form):
    """The files of one version of a dictionary, from the site's own licence."""

    kind = forms.ChoiceField(label=_("Dictionary"), choices=choices(DictionaryKind))
    version = PlainText(label=_("Version"), longest=30)
    terms = forms.FileField(
        label=_("Terms"),
        help_text=_("llt.asc, or a CSV file with code, term, pt_code, pt, hlt, soc."),
    )
    preferred = forms.FileField(
        label=_("Preferred terms (pt.asc)"), required=False, help_text=_("Not for CSV.")
    )
    hierarchy = forms.FileField(
        label=_("Hierarchy (mdhier.asc)"),
        required=False,
        help_text=_("Not for CSV; without it higher levels stay empty."),
    )
    rows: list[TermRow]
    content: bytes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        terms = cleaned.get("terms")
        if terms is None:
            return cleaned
        uploads = {n: cleaned.get(n) for n in ("terms", "preferred", "hierarchy")}
        if (
            sum(upload.size for upload in uploads.values() if upload)
            > LARGEST_MB * 1024 * 1024
        ):
            text = gettext("The files are larger than %(size)s MB together.")
            self.add_error("terms", text % {"size": LARGEST_MB})
            return cleaned
        contents = {
            name: upload.read() if upload else b"" for name, upload in uploads.items()
        }
        self.content = b"".join(contents.values())
        try:
            self.rows = self._rows(terms.name, contents)
        except UnreadableDictionary as problem:
            for message, details in problem.problems:
                self.add_error("terms", gettext(message) % details)
        return cleaned

    def _rows(self, name: str, contents: dict[str, bytes]) -> list[TermRow]:
        if name.lower().endswith(".csv"):
            return read_csv(contents["terms"])
        return read_medascii(
            contents["terms"], contents["preferred"], contents["hierarchy"]
        )
