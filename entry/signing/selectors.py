"""What a person has opened for signing and may sign now, without opening it again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to
from record.accounts.models import User
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.models import FormInstance, FormStatus
from record.review.models import Signature, SigningView
from record.review.selectors import unsigned
from record.review.selectors.sign_offs import (
    Bound,
    CasebookPart,
    bound_to,
    bound_to_form,
    covered_codes,
    digest_of,
)
from record.review.services import meaning_of
from trial_edc.vocabulary import VisitCode

VISIT_LABELS = dict(VisitCode.choices())
LISTED = 200  # more than anybody reads at a sitting


def part_name(part: CasebookPart) -> str:
    if part.is_casebook:
        return _("the casebook")
    label = _(VISIT_LABELS.get(part.visit, part.visit))
    return f"{label} {part.visit_number}" if part.visit_number else label


@dataclass(frozen=True)
class SignableForm:
    """A form that waits for this person's signature."""

    form: FormInstance
    digest: str
    is_opened: bool

    @property
    def key(self) -> str:
        return f"form-{self.form.pk}-{self.digest}"

    @property
    def number(self) -> str:
        return self.form.participant.number

    @property
    def title(self) -> str:
        return navigation.form_title(self.form)

    @property
    def meaning(self) -> str:
        return str(catalogue.design(self.form.code).signature)

    @property
    def url(self) -> str:
        return reverse("entry:sign", args=[self.form.pk])


@dataclass(frozen=True)
class SignablePart:
    """A visit or a casebook as this person read it, and as it still is."""

    part: CasebookPart
    digest: str
    meaning: str
    is_opened: bool = True

    @property
    def key(self) -> str:
        place = f"{self.part.visit}-{self.part.visit_number}"
        return f"part-{self.part.participant.pk}-{place}-{self.digest}"

    @property
    def number(self) -> str:
        return self.part.participant.number

    @property
    def title(self) -> str:
        return part_name(self.part)

    @property
    def url(self) -> str:
        if self.part.is_casebook:
            return reverse("entry:sign_casebook", args=[self.number])
        place = (self.number, self.part.visit, self.part.visit_number)
        return reverse("entry:sign_visit", args=place)


Signable = SignableForm | SignablePart


def signable_forms(user: User) -> list[SignableForm]:
    """Open forms that wait for a signature of this person; product stays apart."""
    codes = [
        code
        for code, design in catalogue.designs().items()
        if design.signature is not None
        and design.confidentiality == Confidentiality.OPEN
        and may_on(user, design.signed_by, design)
    ]
    forms = forms_visible_to(user).filter(
        code__in=codes, status=FormStatus.COMPLETE, struck_at=None
    )
    waiting = list(unsigned(forms).order_by("participant_id", "pk")[:LISTED])
    views = SigningView.objects.filter(reader=user, form__in=waiting)
    opened = set(views.values_list("form_id", "digest"))
    digests = ((form, digest_of(bound_to_form(form))) for form in waiting)
    return [
        SignableForm(form, digest, (form.pk, digest) in opened)
        for form, digest in digests
    ]


def opened_parts(user: User) -> list[SignablePart]:
    """Visits and casebooks as opened and unchanged, that nobody has signed since."""
    views = SigningView.objects.filter(reader=user, form=None)
    last = list(views.select_related("participant").order_by("-pk")[:LISTED])
    people = {view.participant_id for view in last}
    forms, signed = _covered(people), _signed(people)
    opened: dict[str, SignablePart] = {}
    for view in last:
        part = CasebookPart(view.participant, view.visit, view.visit_number)
        present = bound_to(filter(part.covers, forms[view.participant_id]))
        is_present = digest_of(present) == view.digest
        is_signed = present in signed[view.participant_id]
        if is_present and not is_signed and user.may(part.permission):
            one = SignablePart(part, view.digest, meaning_of(part))
            opened[one.key] = one
    return list(opened.values())


def _covered(people: Iterable[int]) -> Mapping[int, list[FormInstance]]:
    by_person: dict[int, list[FormInstance]] = defaultdict(list)
    forms = FormInstance.objects.filter(code__in=covered_codes())
    for form in forms.filter(participant__in=people):
        by_person[form.participant_id].append(form)
    return by_person


def _signed(people: Iterable[int]) -> Mapping[int, list[Bound]]:
    """What the sign-offs in force are bound to: parts of one person never agree."""
    by_person: dict[int, list[Bound]] = defaultdict(list)
    signatures = Signature.objects.filter(form=None, withdrawn_at=None)
    for one in signatures.filter(participant__in=people):
        by_person[one.participant_id].append(one.bound)
    return by_person


def signables(user: User) -> list[Signable]:
    return [*signable_forms(user), *opened_parts(user)]
