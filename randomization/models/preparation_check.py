"""That a preparation was confirmed, by the one who prepared and the one who checked."""

from collections.abc import Mapping

from django.db import models

from randomization.models.lists import RESTRICTED, confidential, person
from randomization.models.product import AFTER_CHECK, ProductRecord
from randomization.vocabulary import Part
from record.accounts.roles import Role
from record.audit.triggers import REFUSE_CHANGE, Recorded
from record.audit.vault import Purpose, keyed_hash
from record.casebook.models import FormInstance
from trial_edc import clock
from trial_edc.choices import choices


class PreparationCheck(Recorded):
    """One person's password on what a product record says of the preparation.

    It holds while none of these items is changed; hand-over and remains, entered
    later, do not touch it (docs/adr/0002). What was confirmed is kept as a keyed hash
    of the items' revisions, since they tell what was entered.
    """

    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=choices(Part))
    bound = models.CharField(max_length=64)
    meaning = models.TextField()
    signer = person()
    signer_name = models.CharField(max_length=200)
    signer_role = models.CharField(max_length=2, choices=choices(Role))
    at = models.DateTimeField(default=clock.now)
    confidentiality = confidential()

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=RESTRICTED, name="preparation_check_is_restricted"
            ),
        )

    def holds_for(self, record: ProductRecord) -> bool:
        return self.bound == bound_of(record)


def bound_of(record: ProductRecord) -> str:
    revisions: Mapping[str, int] = record.opened.revisions
    items = (name for name in ProductRecord.crf_items() if name not in AFTER_CHECK)
    text = ",".join(f"{name}:{revisions.get(name, 0)}" for name in items)
    return keyed_hash(Purpose.PRODUCT, f"{record.form_id};{text}")
