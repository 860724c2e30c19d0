"""The plan of verification in the words of SQL, as `record.review.rules` has it."""

from django.db.models import Case, CharField, IntegerField, Max, Q, Value, When
from django.db.models.expressions import RawSQL

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.models import Confidentiality
from record.casebook.models import Participant
from record.review.models import RaisedShare, SampleSeed
from record.review.rules import DIGITS, VerificationPlan, places_below
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VerificationTier

ENTERING = (
    Permission.ENTER_CRF,
    Permission.ENTER_BEDSIDE,
    Permission.ENTER_PRODUCT,
)
PLACE = f"""
    ('x' || left(encode(sha256(convert_to(%s || number, 'UTF8')), 'hex'), {DIGITS}))
    ::bit({4 * DIGITS})::int
"""


def verification_plan() -> VerificationPlan:
    """Two selects."""
    seed = SampleSeed.objects.values_list("seed", flat=True).first()
    rows = RaisedShare.objects.order_by().values_list("tier")
    raised: dict[str, int] = dict(rows.annotate(most=Max("share_pct")))
    shares = {
        tier.code.value: max(tier.share_pct, raised.get(tier.code, 0))
        for tier in PROTOCOL.verification.tiers
    }
    return VerificationPlan(seed or "", shares)


def in_tier(tier: str) -> Q:
    """Of forms."""
    named = {one.code: one.forms for one in PROTOCOL.verification.tiers if one.forms}
    if forms := named.get(VerificationTier(tier)):
        return Q(code__in=forms)
    return ~Q(code__in=[code for codes in named.values() for code in codes])


def tier_column() -> Case:
    """The tier of each form."""
    *named, rest = PROTOCOL.verification.tiers
    cases = [When(code__in=tier.forms, then=Value(tier.code.value)) for tier in named]
    return Case(*cases, default=Value(rest.code.value), output_field=CharField())


def planned(plan: VerificationPlan) -> Q:
    """Of forms that the plan asks for."""
    asks = Q(confidentiality=Confidentiality.RESTRICTED)
    for tier in plan.shares_pct:
        if plan.is_whole(tier):
            asks |= in_tier(tier)
        else:
            asks |= in_tier(tier) & Q(participant__in=_sampled(plan, tier))
    return asks


def _sampled(plan: VerificationPlan, tier: str) -> object:
    place = RawSQL(PLACE, [f"{plan.seed}:{tier}:"], IntegerField())  # noqa: S611 - a parameter
    limit = places_below(plan.shares_pct[tier])
    people = Participant.objects.order_by().alias(place=place)
    return people.filter(place__lt=limit).values("pk")


def may_know_plan(user: User) -> bool:
    """Whoever enters data does not learn which of them will be compared."""
    return not any(map(user.may, ENTERING))
