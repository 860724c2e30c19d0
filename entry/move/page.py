"""What the page shows before a form is moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from entry.move import selectors
from entry.move.rules import DECIDES
from entry.selectors import navigation
from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import visible_items
from record.casebook.display import words
from record.casebook.items import Item
from record.casebook.items import User as LinkItem
from record.casebook.models import FormInstance
from record.casebook.values import MissingCode, Value
from record.review.models import WAITING, Signature


@dataclass(frozen=True)
class MovePage:
    """A form that may be moved: its values, and what falls with the move."""

    form: FormInstance
    user: User

    @property
    def title(self) -> str:
        return navigation.form_title(self.form)

    @property
    def decides(self) -> str:
        return ", ".join(_(decision.label) for decision in DECIDES[self.form.code])

    @property
    def may_move(self) -> bool:
        return not self.decides or self.user.may(Permission.JUDGE)

    @cached_property
    def values(self) -> Sequence[tuple[str, str, bool]]:
        """Label, value, and whether it stays behind."""
        design = catalogue.design(self.form.code)
        visible = visible_items(self.user, design)
        return [
            (
                str(design.items[name].verbose_name),
                _words(design.items[name], value),
                selectors.stays_behind(design, name),
            )
            for name, value in selectors.stored_values(self.form).items()
            if name in visible
        ]

    @property
    def signatures(self) -> Sequence[Signature]:
        return [one for one in self.form.signatures.all() if one.holds_for(self.form)]

    @property
    def is_verified(self) -> bool:
        return self.form.verifications.filter(withdrawn_at=None).exists()

    @property
    def queries(self) -> int:
        return self.form.queries.filter(state__in=WAITING).count()


def _words(item: Item, value: Value) -> str:
    """What points at a person or a register reads by its name."""
    if isinstance(item, LinkItem) and not isinstance(value, MissingCode):
        row = item.target()._default_manager.filter(pk=value).first()
        return str(row or value)
    return words(item, value)
