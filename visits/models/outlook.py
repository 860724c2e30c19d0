"""The visits of all participants as lists ask for them."""

from django.db import models

from record.audit.triggers import Disposable
from record.casebook.models import FormInstance, Participant


class VisitOutlook(Disposable):
    """What the state of a visit follows from on any date, see `rules.Outlook`.

    A copy of what the forms say, written in the transaction that changes them; it is
    no record, and the trail says nothing of it. Empty `status`: the date decides.
    """

    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="outlooks"
    )
    visit = models.CharField(max_length=3)
    number = models.PositiveIntegerField()  # of an unscheduled visit, else 0
    place = models.PositiveIntegerField()  # in the schedule
    record = models.ForeignKey(
        FormInstance, models.PROTECT, null=True, related_name="+"
    )
    status = models.CharField(max_length=13, blank=True)
    reason = models.CharField(max_length=16, blank=True)
    upcoming_from = models.DateField(null=True)
    opens_on = models.DateField(null=True)
    target_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    overdue_until = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    on_record = models.BooleanField()
    is_out_of_window = models.BooleanField()
    is_record_lookup = models.BooleanField()
    done_on = models.DateField(null=True)
    missed_reason = models.CharField(max_length=20, blank=True)
    appointment_at = models.DateTimeField(null=True)
    is_watched = models.BooleanField()  # an infusion with vital signs to measure
    day = models.DateField(null=True)  # on which a calendar shows it

    class Meta:
        ordering = ("participant", "place", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "visit", "number"), name="one_outlook_a_visit"
            ),
        )
        indexes = (
            models.Index(
                fields=("closes_on",),
                condition=models.Q(status="") | models.Q(on_record=True),
                name="outlook_awaited",
            ),
            models.Index(fields=("status",), name="outlook_status"),
            models.Index(fields=("day",), name="outlook_day"),
            models.Index(
                fields=("participant",),
                condition=models.Q(is_watched=True),
                name="outlook_watched",
            ),
        )
