"""Typing that is not in the record yet."""

import uuid

from django.conf import settings
from django.db import models

from record.audit.triggers import Disposable
from record.casebook.models import FormInstance
from trial_edc import clock


class Autosave(Disposable):
    """What a person typed into a form and has not saved, sealed.

    One for each time the page was opened: two tabs keep two.
    """

    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="autosaves")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    page_load = models.UUIDField(default=uuid.uuid4)
    based_on = models.PositiveIntegerField()
    sealed = models.TextField()
    typed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("form", "author", "page_load"), name="one_autosave_a_page_load"
            ),
        )
