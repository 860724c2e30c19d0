"""Exports that a user may see."""

from django.db.models import QuerySet

from exports.models import Export
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.models import Confidentiality


def exports_visible_to(user: User) -> QuerySet[Export]:
    classes = []
    if user.may(Permission.EXPORT_BLINDED):
        classes.append(Confidentiality.OPEN)
    if user.may(Permission.EXPORT_UNBLINDED):
        classes.append(Confidentiality.RESTRICTED)
    return Export.objects.filter(confidentiality__in=classes).select_related("asked_by")
