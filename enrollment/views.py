"""What the views of this room share."""

from django.shortcuts import get_object_or_404

from enrollment.selectors import people_visible_to
from record.accounts.access import StaffRequest
from record.casebook.models import Participant


def visible_person(request: StaffRequest, number: str) -> Participant:
    return get_object_or_404(people_visible_to(request.user), number=number)
