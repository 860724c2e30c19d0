"""What may not follow from a change of an account: that the site reads no more."""

from django.utils.translation import gettext as _

from exports.selectors.handovers import awaits_its_copy
from record.accounts.events import RoleLeft
from record.accounts.models import User
from record.accounts.problems import AccountRefused
from record.accounts.roles import Role
from record.audit.attribution import Actor, Source
from trial_edc import clock
from trial_edc.requirements import implements


@implements("LCK-05")
def keep_reader_of_site(event: RoleLeft, _by: Actor, _via: Source) -> None:
    """A principal investigator reads until the site has its certified copy."""
    if event.role != Role.PI:
        return
    today = clock.today()
    leaders = User.objects.filter(role=Role.PI, is_active=True)
    if any(person.is_delegated(today) for person in leaders) or not awaits_its_copy():
        return
    raise AccountRefused(
        _(
            "Nobody would read the data for the site. Open the account of another "
            "principal investigator first, or hand over the certified copy of the "
            "locked data and let it be acknowledged."
        )
    )
