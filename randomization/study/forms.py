"""Input for the status of the study."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from randomization.forms import CodelistField, ExplanationForm, choices
from randomization.study.rules import next_steps
from randomization.vocabulary import (
    StudyStatus,
)


class StatusForm(ExplanationForm):
    """The next step of the study."""

    status = CodelistField(StudyStatus, label=_("Next"))
    field_order = ("status",)

    def __init__(self, present: StudyStatus, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices(next_steps(present))  # type: ignore[attr-defined]
