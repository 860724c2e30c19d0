"""What stands between a visit or a casebook and its sign-off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from record.casebook.models import FormInstance


@dataclass(frozen=True)
class Lack:
    """One thing that is missing; without `form` a form of `code` is, or an answer."""

    code: str
    form: FormInstance | None
    item: str
    message: str

    @property
    def is_answer(self) -> bool:
        """To a query that is about no form."""
        return self.form is None and not self.code


class SignOffRefused(Exception):
    """Not everything is there that a sign-off needs; `lacks` names all of it."""

    def __init__(self, lacks: Sequence[Lack]) -> None:
        super().__init__(_("Something is missing before this can be signed."))
        self.lacks = lacks
