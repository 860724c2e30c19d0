"""People whom an investigator has to tell apart."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.identity.selectors import open_questions
from record.accounts.models import User
from record.notices.work_items import DUE, WorkItem
from trial_edc import dates


def people_to_compare(user: User) -> Iterator[WorkItem]:
    """Numbers that may be one person; the later one waits for the answer."""
    del user  # every investigator sees all people
    for question in open_questions():
        number = question.participant.number
        words = _("The same person as %(number)s?")
        yield WorkItem(
            DUE,
            _("Who is this?"),
            number,
            words % {"number": question.earlier.number},
            reverse("enrollment:identity", args=[number]),
            "due",
            dates.site_date(question.asked_at),
        )
