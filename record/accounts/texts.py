"""What a person acknowledges before the first signature, and roles as they are read."""

from django.utils.translation import gettext as _

from record.accounts.roles import Role
from trial_edc.vocabulary import N_

# Raised with each change of the statement: it is acknowledged anew.
SIGNATURE_STATEMENT_VERSION = 1
SIGNATURE_STATEMENT = N_(
    "My electronic signature in this system is mine alone and binds me in the same way "
    "as my signature by hand. Nobody else may use it: I keep my password and my second "
    "factor to myself. I answer for every record that I sign with it."
)


def role_words(role: str) -> str:
    """The role of a person; an entry without one was made by a process."""
    labels = {one.value: one.label for one in Role}
    return _(labels[role]) if role in labels else _("system process")
