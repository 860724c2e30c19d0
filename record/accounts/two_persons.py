"""What one person enters and another approves, in any register."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import F, Q

APPROVAL = {"approved_by_id", "approved_at"}


class TwoPersonEntry(models.Model):
    """An entry of a register that counts once a second person has approved it.

    The model names its two constraints itself (`two_persons`).
    """

    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    approved_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def digest(self) -> str:
        """Of what was entered; an approval posts the one that its page showed."""
        names = {field.attname for field in self._meta.concrete_fields} - APPROVAL
        entered = [(name, getattr(self, name)) for name in sorted(names)]
        return hashlib.sha256(repr(entered).encode()).hexdigest()


def two_persons(
    *, whole: str, by_two: str
) -> tuple[models.CheckConstraint, models.CheckConstraint]:
    """What holds of each `TwoPersonEntry`, under the names of its table."""
    return (
        models.CheckConstraint(
            condition=Q(approved_by=None, approved_at=None)
            | Q(approved_by__isnull=False, approved_at__isnull=False),
            name=whole,
        ),
        models.CheckConstraint(condition=~Q(approved_by=F("entered_by")), name=by_two),
    )
