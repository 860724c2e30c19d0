"""The people whose screening somebody may see."""

from django.db.models import QuerySet

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook.models import Participant


def reads_whole_casebooks(user: User) -> bool:
    """Screening is shown only to roles whose reading is not limited to a part."""
    is_whole = user.limit(Permission.READ_CASEBOOK) is None
    return user.may(Permission.READ_CASEBOOK) and is_whole


def people_visible_to(user: User) -> QuerySet[Participant]:
    people = Participant.objects.order_by("-sequence")
    return people if reads_whole_casebooks(user) else people.none()
