"""The lists of accounts and of sign-ins."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from record.accounts.roles import Role
from record.accounts.selectors import SIGN_IN_ACTS
from trial_edc.tables import CodeColumn, Table


class AccountTable(Table):
    """Every account, the active first."""

    row = "record/accounts/account_line.html"

    username = Column(_("User name"))
    name = Column(_("Name"), "full_name")
    role = Column(_("Role"))
    blinding = Column(_("Blinding"))
    state = Column(_("State"), orderable=False)
    delegated = Column(_("Delegated"), "delegated_until")
    last_login = Column(_("Last sign-in"))


class SignInTable(Table):
    """Sign-ins, refusals and sign-outs, newest first."""

    row = "record/accounts/sign_in_line.html"

    at = Column(_("Time"))
    username = Column(_("User name"), order_by="new_values__username")
    role = CodeColumn(_("Role"), codes=lambda: Role)
    act = CodeColumn(_("What"), codes=lambda: SIGN_IN_ACTS)
    reason = Column(_("Reason"), orderable=False)
    address = Column(_("Address"))
