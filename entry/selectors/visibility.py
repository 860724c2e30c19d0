"""The forms and participants that a person may see."""

from django.db.models import QuerySet

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook.access import visible_codes, within_reach
from record.casebook.models import FormInstance, Participant


def forms_visible_to(user: User) -> QuerySet[FormInstance]:
    forms = FormInstance.objects.filter(code__in=visible_codes(user))
    forms = forms.select_related("participant")
    return within_reach(user, forms.prefetch_related("participant"))  # of restricted


def participants_visible_to(user: User) -> QuerySet[Participant]:
    if not (user.may(Permission.READ_CASEBOOK) or user.may(Permission.SEE_PRODUCT)):
        return Participant.objects.none()
    return within_reach(user, Participant.objects.all(), "pk")
