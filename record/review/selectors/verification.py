"""Which complete forms the monitor has compared with the source, and which not yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.design import FormDesign
from record.casebook.models import (
    AnyCRF,
    FormInstance,
    FormStatus,
)
from record.casebook.selectors import revisions_of
from record.casebook.vocabulary import TO_VERIFY, VerificationState
from record.review.models import Verification
from record.review.rules import tier_of
from record.review.selectors.marks import revisions_verified
from record.review.selectors.plan import planned, tier_column, verification_plan

Revisions = Mapping[str, int]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class VerificationLine:
    """A form with the items of a value, and the revisions that were verified."""

    form: FormInstance
    revisions: Revisions
    verified_at: Revisions

    @property
    def design(self) -> FormDesign:
        return catalogue.design(self.form.code)

    @property
    def form_place(self) -> int:
        """The place of its form in the casebook."""
        return list(catalogue.designs()).index(self.form.code)

    @property
    def tier(self) -> str:
        return tier_of(self.form.code)

    @property
    def items(self) -> int:
        return len(self.revisions)

    @property
    def verified(self) -> int:
        return sum(self.verified_at.get(n) == at for n, at in self.revisions.items())

    @property
    def changed(self) -> int:
        return len(self.verified_at.keys() & self.revisions.keys()) - self.verified

    @property
    def state(self) -> VerificationState:
        """How far it is verified; a change since then prevails.

        `FormInstance.verification` is the same in the words of SQL.
        """
        if self.changed:
            return VerificationState.CHANGED
        if self.verified == self.items:
            return VerificationState.VERIFIED
        is_begun = bool(self.verified_at)
        return VerificationState.PARTLY if is_begun else VerificationState.NONE


_AGREEING = """
    SELECT count(*) FROM jsonb_each(casebook_forminstance.item_revisions) item
    WHERE casebook_forminstance.verified_items -> item.key {sign} item.value
"""


def complete_forms(user: User) -> QuerySet[FormInstance]:
    """Those that the person verifies, in the order of casebooks.

    `verified` and `changed` count their items; of sealed forms they say nothing.
    """
    codes = [
        code
        for code, design in catalogue.designs().items()
        if may_on(user, Permission.VERIFY, design)
    ]
    forms = FormInstance.objects.filter(
        code__in=codes, status=FormStatus.COMPLETE, struck_at=None
    )
    counts = {
        name: RawSQL(_AGREEING.format(sign=sign), (), IntegerField())  # noqa: S611 - no values
        for name, sign in (("verified", "="), ("changed", "<>"))
    }
    with_values = forms.filter(verification__in=VerificationState).annotate(**counts)
    return with_values.order_by("participant_id", "visit_number", "pk")


def verifies_sealed_forms(user: User) -> bool:
    """Whoever verifies sealed forms verifies no others."""
    return any(
        design.model.is_sealed and may_on(user, Permission.VERIFY, design)
        for design in catalogue.designs().values()
    )


def changed_since(
    forms: QuerySet[FormInstance], at: datetime
) -> QuerySet[FormInstance]:
    """Forms saved since then, or of which a verification was withdrawn."""
    lost = Verification.objects.filter(form=OuterRef("pk"), withdrawn_at__gte=at)
    return forms.filter(Q(saved_at__gte=at) | Exists(lost))


def verifies_open_forms(user: User) -> bool:
    return user.may(Permission.VERIFY) and not verifies_sealed_forms(user)


def counts_by_tier(forms: QuerySet[FormInstance]) -> dict[str, Counts]:
    """How many forms of each tier are in each state."""
    rows = forms.order_by().values_list(tier_column(), "verification")
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for tier, state, n in rows.annotate(n=Count("*")):
        counts[tier][state] = n
    return dict(counts)


def verification_lines(forms: Collection[FormInstance]) -> list[VerificationLine]:
    return [
        VerificationLine(form, form.item_revisions, form.verified_items)
        for form in forms
    ]


def sealed_lines(forms: QuerySet[FormInstance]) -> list[VerificationLine]:
    """In the order of casebooks: what no column says must be unsealed."""
    read = list(forms.prefetch_related("participant", "verifications"))
    read.sort(key=lambda form: (form.participant.sequence, form.visit_number, form.pk))
    rows = _rows_by_form(read)
    return [
        VerificationLine(
            form,
            revisions_of(form, rows[form.pk]) if form.pk in rows else {},
            revisions_verified(form.verifications.all()),
        )
        for form in read
    ]


def _rows_by_form(forms: list[FormInstance]) -> dict[int, AnyCRF]:
    rows: dict[int, AnyCRF] = {}
    for code in {form.code for form in forms}:
        keys = [form.pk for form in forms if form.code == code]
        rows |= catalogue.design(code).model._default_manager.in_bulk(keys)
    return rows


def count_to_verify(user: User) -> int:
    """Complete forms that the plan asks for and that are not verified as they stand."""
    forms = complete_forms(user).filter(planned(verification_plan()))
    if verifies_sealed_forms(user):
        return sum(line.state in TO_VERIFY for line in sealed_lines(forms))
    return forms.filter(verification__in=TO_VERIFY).count()
