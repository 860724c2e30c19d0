"""Which mornings have their mail."""

from django.db import models

from record.audit.triggers import Register
from trial_edc import clock


class DigestDay(Register):
    """A day at the site whose morning's mail is written, for everybody."""

    day = models.DateField(unique=True)
    written_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        ordering = ("day",)
