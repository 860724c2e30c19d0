"""The address from which a person's own calendar program fetches visits."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from record.audit.triggers import REFUSE_REMOVAL, record
from trial_edc import clock


class CalendarFeed(models.Model):
    """A feed of the visits that its owner may see; its token is stored as a hash."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feeds"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=Q(revoked_at=None), name="one_calendar_feed"
            ),
        )
        triggers = (record("register", secret=("token_hash",)), REFUSE_REMOVAL)
