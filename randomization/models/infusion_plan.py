"""The planned infusion, as two persons entered it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.triggers import Register
from trial_edc import clock


class InfusionPlanVersion(TwoPersonEntry, Register):
    """Dose, volume, rate and premedication, the same in both arms.

    In force from its approval until the next version is approved.
    """

    planned_dose_e6_per_kg = models.DecimalField(
        _("planned dose"), max_digits=6, decimal_places=2
    )
    planned_volume_ml = models.DecimalField(
        _("planned volume"), max_digits=6, decimal_places=1
    )
    planned_rate_ml_min = models.DecimalField(
        _("planned rate"), max_digits=5, decimal_places=2
    )
    premedication = models.TextField(_("premedication"))
    reason = models.TextField(_("reason"))
    amendment = models.CharField(_("amendment"), max_length=100, blank=True)
    entered_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    planned_dose_e6_per_kg__gt=0,
                    planned_volume_ml__gt=0,
                    planned_rate_ml_min__gt=0,
                )
                & ~models.Q(premedication=""),
                name="infusion_plan_whole",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(approved_at=None),
                name="one_infusion_plan_waits",
            ),
            *two_persons(
                whole="infusion_plan_approval_whole",
                by_two="infusion_plan_by_two_persons",
            ),
        )
