"""When a monitor was last at the site, as a later room knows it.

`settings.LAST_VISIT` names its selector: the floor of the record knows no visits.
"""

from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from record.accounts.models import User


def last_visit_of(user: User) -> date | None:
    """The last day of the visit; None before the first one is done."""
    last: date | None = import_string(settings.LAST_VISIT)(user)
    return last
