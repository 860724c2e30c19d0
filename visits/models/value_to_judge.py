"""Laboratory values that an investigator has to judge, as lists ask for them."""

from django.db import models

from record.audit.triggers import Disposable
from record.casebook.models import FormInstance, Participant


class ValueToJudge(Disposable):
    """A value outside its reference range, after infusion 1, without a judgement.

    A copy of what the forms and the approved ranges say; it is no record, and the trail
    says nothing of it.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="to_judge")
    analyte = models.CharField(max_length=40)
    value = models.CharField(max_length=60)  # with its unit, as it was entered
    side = models.CharField(max_length=4)  # of the range
    sampled_at = models.DateTimeField()

    class Meta:
        ordering = ("sampled_at", "form", "analyte")
        constraints = (
            models.UniqueConstraint(
                fields=("form", "analyte"), name="one_value_to_judge"
            ),
        )
        indexes = (models.Index(fields=("sampled_at",), name="to_judge_sampled"),)
