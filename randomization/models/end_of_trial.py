"""The end of the trial: the restricted part stated ready, the code opened by two."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from randomization.models.lists import person
from record.audit.triggers import REFUSE_CHANGE, Register, written_once
from trial_edc import clock


class RestrictedStatement(Register):
    """That product records and unblinded deviations are ready for the lock.

    It holds while no restricted form is changed, added or asked about again
    (docs/adr/0002); everybody may know that it holds, nobody how many forms there are.
    """

    bound = models.CharField(max_length=64)  # keyed hash of the forms at revisions
    stated_by = person()
    stated_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        triggers = (*Register.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)


class CodeOpening(Register):
    """The opening of the whole code after the lock: one proposes, another confirms."""

    reason = models.TextField(_("reason"))
    proposed_by = person()
    proposed_at = models.DateTimeField(default=clock.now)
    confirmed_by = person(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta(Register.Meta):
        triggers = (
            *Register.Meta.triggers,
            written_once("confirmed_by_id", "opened_at"),
        )
        constraints = (
            models.UniqueConstraint(models.Value(1), name="one_code_opening"),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("proposed_by")), name="opened_by_two"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, opened_at=None)
                | Q(confirmed_by__isnull=False, opened_at__isnull=False),
                name="opened_when_confirmed",
            ),
        )
