"""The page on which a visit or a casebook is signed: exactly what is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from entry.form.selectors.options import row_name
from entry.selectors import navigation
from entry.signing.selectors import part_name
from record.accounts.models import User
from record.casebook import catalogue, items
from record.casebook.access import visible_items
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Item
from record.casebook.models import FormInstance
from record.casebook.selectors import stored_form_data
from record.casebook.values import MissingCode, Value, is_blank
from record.review.models import Signature
from record.review.selectors.sign_offs import (
    Bound,
    CasebookPart,
    bound_to,
    changed_forms,
    covered_codes,
    covered_forms,
    digest_of,
    sign_offs_of,
)
from record.review.services import meaning_of
from trial_edc.vocabulary import VisitCode
from visits.sign_off.problems import Lack
from visits.sign_off.selectors import lacks_of

VISIT_LABELS = dict(VisitCode.choices())
People = Mapping[int, User]


@dataclass(frozen=True)
class SignedContent:
    """One form of what is signed, with the values that it has."""

    form: FormInstance
    data: FormData | None
    casebook: Casebook
    people: People
    user: User
    is_changed: bool  # since the sign-off before

    @property
    def title(self) -> str:
        return navigation.form_title(self.form)

    @property
    def values(self) -> list[tuple[str, str]]:
        """Label and words of each item that has a value, or a code why it has none."""
        design = catalogue.design(self.form.code)
        visible = visible_items(self.user, design)
        values = self.data.values if self.data else {}
        return [
            (str(item.verbose_name), self._words(item, values[name]))
            for name, item in design.items.items()
            if name in visible and not is_blank(values.get(name))
        ]

    def _words(self, item: Item, value: Value) -> str:
        match item:
            case items.File() if not isinstance(value, MissingCode):
                return _("a file is attached")
            case items.Ref() if item.form and isinstance(value, int):
                rows = self.casebook.rows(item.form)
                names = {row.form_id: row for row in rows}
                if value in names:
                    return row_name(catalogue.design(item.form), names[value])
            case items.User() if isinstance(value, int) and value in self.people:
                return str(self.people[value])
        return words(item, value)


@dataclass(frozen=True)
class LackLine:
    """Something that is missing, with the address that mends it."""

    title: str
    label: str  # of the item
    message: str
    url: str


@dataclass(frozen=True)
class SigningPage:
    """A visit or a casebook for one reader."""

    part: CasebookPart
    user: User

    @cached_property
    def all_forms(self) -> list[FormInstance]:
        return list(covered_forms(self.part))

    @cached_property
    def bound(self) -> Bound:
        return bound_to(self.all_forms)

    @cached_property
    def digest(self) -> str:
        return digest_of(self.bound)

    @property
    def name(self) -> str:
        return part_name(self.part)

    @property
    def meaning(self) -> str:
        return meaning_of(self.part)

    @property
    def number(self) -> str:
        return self.part.participant.number

    @cached_property
    def sign_offs(self) -> list[tuple[Signature, bool]]:
        return sign_offs_of(self.part, self.bound)

    @property
    def is_signed(self) -> bool:
        return any(holds for _signature, holds in self.sign_offs)

    @cached_property
    def changed(self) -> list[FormInstance]:
        """What changed since the last sign-off, where none holds."""
        if self.is_signed or not self.sign_offs:
            return []
        (last, _holds), *_earlier = self.sign_offs
        return changed_forms(last.bound, self.bound, self.all_forms)

    @cached_property
    def contents(self) -> list[SignedContent]:
        """In the order of the casebook: by visit, then by form."""
        codes = covered_codes()
        stored = stored_form_data([self.part.participant.pk], codes, with_struck=True)
        by_form = {data.form_id: data for _pk, data in stored}
        casebook = Casebook.of(by_form.values())
        people = User.objects.in_bulk()
        order = [*VISIT_LABELS, ""]
        forms = sorted(
            self.all_forms,
            key=lambda form: (
                order.index(form.visit) if form.visit in order else len(order),
                form.visit_number,
                codes.index(form.code),
                form.occurrence,
            ),
        )
        return [
            SignedContent(
                form,
                by_form.get(form.pk),
                casebook,
                people,
                self.user,
                form in self.changed,
            )
            for form in forms
        ]

    @cached_property
    def lacks(self) -> list[LackLine]:
        return self.lines(lacks_of(self.part, self.all_forms))

    def lines(self, lacks: Sequence[Lack]) -> list[LackLine]:
        return [self._line(lack) for lack in lacks]

    def _line(self, lack: Lack) -> LackLine:
        if lack.is_answer:
            url = f"{reverse('review:queries')}?participant={self.number}"
            return LackLine(_("Participant"), "", lack.message, url)
        design = catalogue.design(lack.code)
        if lack.form is None:
            url = reverse("entry:open_form", args=[self.number, lack.code])
            return LackLine(str(design.title), "", lack.message, url)
        item = design.items.get(lack.item)
        return LackLine(
            navigation.form_title(lack.form),
            str(item.verbose_name) if item else "",
            lack.message,
            navigation.address(lack.form, lack.item),
        )
