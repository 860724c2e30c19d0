"""The keys that find a person again, and the question whether two numbers are one."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import IdentityAnswer, IdentityGround
from record.accounts.roles import Role
from record.audit.models import Confidentiality
from record.audit.triggers import REFUSE_CHANGE, Recorded
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.choices import choices
from trial_edc.vocabulary import Sex

DECISION = _("I have compared the two and answer for whether they are one person.")


class OfIdentity(Recorded):
    """A row whose entries only those read who may know a participant."""

    confidentiality = models.CharField(
        max_length=10, default=Confidentiality.IDENTITY, editable=False
    )

    class Meta(Recorded.Meta):
        abstract = True


class PersonKey(OfIdentity):
    """The keyed hash of a person's hospital number: finds them, names nobody.

    A key that was replaced stays: the number was this person's once. `similar` are
    hashes of what the number shares with other spellings.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    similar = ArrayField(models.CharField(max_length=64), default=list)
    replaced_at = models.DateTimeField(null=True)

    class Meta(OfIdentity.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("digest",),
                condition=Q(replaced_at=None),
                name="one_person_a_key",
            ),
            models.UniqueConstraint(
                fields=("participant",),
                condition=Q(replaced_at=None),
                name="one_key_a_person",
            ),
        )


class IdentityQuestion(OfIdentity):
    """Whether a participant is the same person as an earlier one; signed when decided.

    Until an investigator says that they are two, only one of them can be randomized.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    earlier = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=15, choices=choices(IdentityGround))
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.CharField(max_length=9, choices=choices(IdentityAnswer), blank=True)
    reason = models.TextField(blank=True)
    meaning = models.TextField(blank=True)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    signer_name = models.CharField(max_length=200, blank=True)
    signer_role = models.CharField(max_length=2, choices=choices(Role), blank=True)
    at = models.DateTimeField(null=True)

    class Meta(OfIdentity.Meta):
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "earlier", "ground"),
                name="one_question_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(participant__gt=F("earlier")), name="later_than_the_other"
            ),
            models.CheckConstraint(
                condition=Q(answer="", at=None, signer=None, reason="")
                | (
                    Q(at__isnull=False, signer__isnull=False)
                    & ~Q(answer="")
                    & ~Q(reason="")
                ),
                name="answer_is_signed",
            ),
        )


class RefusedRegistration(OfIdentity):
    """Somebody registered a person who has a number already, and was told so.

    Whoever is registered next from the same page, or is alike, may be that person.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    client_key = models.UUIDField(null=True)
    age_years = models.PositiveSmallIntegerField(null=True)
    sex = models.CharField(max_length=1, choices=choices(Sex), blank=True)
    refused_at = models.DateTimeField(default=clock.now)

    class Meta(OfIdentity.Meta):
        triggers = (*OfIdentity.Meta.triggers, REFUSE_CHANGE)
