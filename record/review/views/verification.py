"""The list of forms to verify, by tier, and the draw of its sample."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook.models import FormInstance
from record.casebook.vocabulary import TO_VERIFY, VerificationState
from record.review import selectors
from record.review.filters import VerificationFilters
from record.review.forms import state_shown, tier_chosen
from record.review.rules import VerificationPlan
from record.review.services import draw_sample
from record.review.tables import SealedVerificationTable, VerificationTable
from record.review.to_verify import TO_DO, in_tier_chosen, states_of
from trial_edc.requirements import implements
from trial_edc.vocabulary import VerificationTier

ALL_PCT = 100
Counts = Mapping[str, int]


@dataclass(frozen=True)
class TierProgress:
    """How much of a tier is verified, among the forms that the list may show."""

    tier: VerificationTier
    counts: Counts
    share_pct: int

    @property
    def label(self) -> str:
        return _(self.tier.label)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def verified(self) -> int:
        return self.counts.get(VerificationState.VERIFIED, 0)

    @property
    def done_pct(self) -> int:
        """Rounded down: 100 means all."""
        return ALL_PCT * self.verified // self.total if self.total else ALL_PCT

    @property
    def is_sampled(self) -> bool:
        return self.share_pct < ALL_PCT


@permitted(Permission.VERIFY)
@implements("SDV-01", "SDV-02")
def verification(request: StaffRequest) -> HttpResponse:
    filters = VerificationFilters(request, selectors.complete_forms(request.user))
    state = state_shown(request.GET, (TO_DO, "", *VerificationState), TO_DO)
    is_sealed = selectors.verifies_sealed_forms(request.user)
    list_of = _sealed_table if is_sealed else _open_table
    table, by_tier = list_of(request, filters.qs, states_of(state))
    tier = tier_chosen(request.GET)
    counts = _sum([by_tier.get(tier, {})] if tier else by_tier.values())
    context = {
        "form": filters.form,
        "state": state,
        "states": [(choice, counts.get(choice, 0)) for choice in VerificationState],
        "to_do": sum(counts.get(choice, 0) for choice in TO_VERIFY),
        "total": sum(counts.values()),
        "tier": tier,
        **_plan_context(request.user, filters.in_force, by_tier),
        "table": table,
        "list": request.GET.urlencode(),
        "may_verify": True,
    }
    return render(request, "record/review/verification.html", context)


@permitted(
    Permission.VERIFY, when=lambda user: not selectors.verifies_sealed_forms(user)
)
@require_POST
def draw(request: StaffRequest) -> HttpResponse:
    """Draw the sample, once."""
    if draw_sample(by=request.user):
        messages.success(request, _("The sample is drawn; the list shows its forms."))
    else:
        messages.info(request, _("The sample was drawn already; nothing changed."))
    return redirect("review:verification")


def _plan_context(
    user: User, plan: VerificationPlan, by_tier: Mapping[str, Counts]
) -> dict[str, object]:
    is_sealed = selectors.verifies_sealed_forms(user)
    return {
        "tiers": [
            TierProgress(tier, by_tier.get(tier, {}), plan.shares_pct[tier])
            for tier in VerificationTier
        ],
        "is_sampled": bool(plan.seed) and not is_sealed,
        "may_draw": not plan.seed and not is_sealed,
    }


def _sum(counts: Collection[Counts]) -> Counts:
    total: Counter[str] = Counter()
    for some in counts:
        total.update(some)
    return total


def _open_table(
    request: StaffRequest, forms: QuerySet[FormInstance], states: Collection[str]
) -> tuple[VerificationTable, Mapping[str, Counts]]:
    by_tier = selectors.counts_by_tier(forms)
    chosen = in_tier_chosen(forms, request.GET).filter(verification__in=states)
    tier = tier_chosen(request.GET)
    counts = _sum([by_tier.get(tier, {})] if tier else by_tier.values())
    table = VerificationTable(
        chosen.select_related("participant"),
        request,
        lines_of=selectors.verification_lines,
        total=sum(counts.get(state, 0) for state in states),
    )
    return table, by_tier


def _sealed_table(
    request: StaffRequest, forms: QuerySet[FormInstance], states: Collection[str]
) -> tuple[VerificationTable, Mapping[str, Counts]]:
    lines = selectors.sealed_lines(forms)
    by_tier = {
        tier.value: Counter(line.state.value for line in lines if line.tier == tier)
        for tier in VerificationTier
    }
    tier = tier_chosen(request.GET)
    in_state = [
        line for line in lines if line.state in states and tier in {"", line.tier}
    ]
    return SealedVerificationTable(in_state, request), by_tier
