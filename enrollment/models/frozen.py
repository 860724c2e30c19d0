"""The screening values that a randomization rests on."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

from enrollment.models.confirmation import EligibilityConfirmation
from record.audit.triggers import REFUSE_CHANGE, REFUSE_REMOVAL, record
from record.casebook.models import Participant
from trial_edc import clock


class FrozenScreening(models.Model):
    """The deciding values at randomization, word for word; never changed.

    `text` is the canonical JSON whose SHA-256 the randomization record and the
    investigator's confirmation hold, so anybody can check that the three agree.
    """

    participant = models.OneToOneField(Participant, models.PROTECT, related_name="+")
    confirmation = models.OneToOneField(
        EligibilityConfirmation, models.PROTECT, related_name="+"
    )
    text = models.TextField(db_column="told")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = (record(), REFUSE_REMOVAL, REFUSE_CHANGE)

    def __str__(self) -> str:
        return f"{self.participant} {self.at:%Y-%m-%d}"

    @property
    def content(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads(self.text)
        return content

    @property
    def values(self) -> Mapping[str, Mapping[str, Any]]:
        values: Mapping[str, Mapping[str, Any]] = self.content["values"]
        return values

    @property
    def states(self) -> Mapping[str, str]:
        return dict(state.split(":") for state in self.content["states"])
