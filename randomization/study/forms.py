"""The next step of the study."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from randomization.forms import ExplanationForm, TermField, choices
from randomization.study.rules import steps
from randomization.vocabulary import (
    StudyStatus,
)


class StatusForm(ExplanationForm):
    """The next step of the study."""

    status = TermField(StudyStatus, label=_("Next"))
    field_order = ("status",)

    def __init__(self, present: StudyStatus, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices(steps(present))  # type: ignore[attr-defined]
