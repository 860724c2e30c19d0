"""Input for drawing or importing an allocation list."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from randomization.lists.rules.lists import UnusableBlocks
from randomization.lists.services.validation_report import (
    is_predictable,
    predictability_text,
    predictability_with,
)
from trial_edc.text_fields import PlainText, TypedInteger, TypedText

LARGEST_LIST_BYTES = 100_000
MOST_PLACES = 2_000


class SegmentForm(forms.Form):
    """Fields of every draft; outside a demo the size follows from the protocol."""

    size = TypedInteger(label=_("Number of places"), min_value=2, max_value=MOST_PLACES)
    reason = TypedText(label=_("Amendment that enlarges the trial"), longest=1000)

    def __init__(
        self, *args: Any, is_segment: bool, places: int, **kwargs: Any
    ) -> None:
        """`places`: still planned by the protocol; only a segment needs a reason."""
        super().__init__(*args, **kwargs)
        if not is_segment:
            del self.fields["reason"]
        if places:
            self.fields["size"].disabled = True
            self.fields["size"].initial = places


class GenerateForm(SegmentForm):
    """The block sizes, known to the custodian alone."""

    block_sizes = PlainText(
        validators=[RegexValidator(r"^[0-9]{1,4}( ?[,、] ?[0-9]{1,4})*$")],
        label=_("Block sizes"),
        help_text=_(
            "Whole numbers with commas between them. They are sealed with the list and "
            "shown nowhere; tell them to nobody."
        ),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    although = forms.BooleanField(
        label=_("Draw with these block sizes all the same"), required=False
    )
    field_order = ("block_sizes", "although")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            del self.fields["although"]

    def clean_block_sizes(self) -> list[int]:
        return [
            int(size) for size in re.split("[,、]", self.cleaned_data["block_sizes"])
        ]

    def clean(self) -> dict[str, Any]:
        answers = dict(self.cleaned_data)
        although = answers.pop("although", False)
        warning = self._warning(answers)
        if warning and not although:
            self.add_error("block_sizes", warning)
        elif not warning:
            del self.fields["although"]
        return answers

    def _warning(self, answers: Mapping[str, Any]) -> str:
        if not {"block_sizes", "size"} <= answers.keys():
            return ""
        try:
            predictability = predictability_with(
                answers["block_sizes"], answers["size"]
            )
        except UnusableBlocks:  # the service says so
            return ""
        if not is_predictable(predictability):
            return ""
        text = gettext(
            "%(figures)s. Sizes that vary more tell less. With these, whoever approves "
            "the list must say in writing why it may be used."
        )
        return text % {"figures": predictability_text(predictability)}


class ApprovalForm(forms.Form):
    """What the approver of a list says; needed when much of it can be foreseen."""

    confirmation = TypedText(
        label=_("Why this list may be used although much of it can be foreseen"),
        longest=1000,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, needs_confirmation: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_confirmation:
            del self.fields["confirmation"]


class ImportForm(SegmentForm):
    """A list from elsewhere."""

    file = forms.FileField(
        label=_("List"),
        help_text=_("CSV with the columns seq, block, block_size, arm."),
    )
    field_order = ("file",)

    def clean_file(self) -> str:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > LARGEST_LIST_BYTES:
            raise forms.ValidationError(gettext("This file is too large for a list."))
        try:
            text: str = uploaded.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError(
                gettext(
                    "This is no text file in UTF-8. Save it as “CSV UTF-8” and upload "
                    "it again."
                )
            ) from None
        return text
