"""A password rule beyond Django's own."""

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from record.accounts.models import User
from trial_edc.requirements import implements


@implements("ACC-11")
class FormerPasswordValidator:
    """Refuses the present password and the five before it."""

    def validate(self, password: str, user: User | None = None) -> None:
        earlier = [user.password, *user.former_passwords] if user else []
        if any(check_password(password, former) for former in earlier if former):
            raise ValidationError(self.get_help_text(), code="password_was_used")

    def get_help_text(self) -> str:
        return _("Choose a password that you have not used here before.")
