"""Edit checks of the infusion request."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, VisitCode
from visits.infusions.vocabulary import InfusionDecision
from visits.schedule.facts import infusion_started_at, window_of

SCHEDULE = PROTOCOL.schedule
WEIGHT_TOLERANCE = Decimal("0.10")


@check(
    "IRQ-01",
    form="IRQ",
    item="planned_start_at",
    severity=Severity.SOFT,
    message=N_("More than 24 hours after randomization."),
)
def planned_late(data: FormData, casebook: Casebook) -> bool:
    at, randomized_at = (
        data.get("planned_start_at"),
        casebook.value("RAN", "randomised_at"),
    )
    if data.visit != VisitCode.DAY_0 or at is None or randomized_at is None:
        return False
    limit = timedelta(hours=SCHEDULE.day0_hours_after_randomization)
    return bool(at > randomized_at + limit)


@check(
    "IRQ-02",
    form="IRQ",
    item="planned_start_at",
    severity=Severity.SOFT,
    message=N_("The window of infusion 2 is %(opens)s to %(closes)s."),
)
def planned_outside_window(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    at, window = data.get("planned_start_at"), window_of(casebook, data.visit)
    if data.visit != VisitCode.DAY_7 or at is None or window is None:
        return None
    if site_date(at) in window:
        return None
    return {"opens": window.opens.isoformat(), "closes": window.closes.isoformat()}


def _is_second_go(data: FormData) -> bool:
    is_go = data.get("decision") == InfusionDecision.GO
    return is_go and data.visit == VisitCode.DAY_7


@check(
    "IRQ-03",
    form="IRQ",
    item="decision",
    severity=Severity.HARD,
    message=N_("Infusion 2 is never given after day %(last)s."),
)
def second_after_last_day(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    at, started_at = data.get("planned_start_at"), infusion_started_at(casebook, 1)
    if not _is_second_go(data) or at is None or started_at is None:
        return None
    day = (site_date(at) - site_date(started_at)).days
    last = SCHEDULE.infusion_2_last_day
    return {"last": last} if day > last else None


@check(
    "IRQ-04",
    form="IRQ",
    item="decision",
    severity=Severity.HARD,
    message=N_(
        "A stop rule is met: grade 3 reaction, or a serious event that is related or "
        "not yet assessed. Infusion 2 cannot be requested."
    ),
)
def second_against_stop_rule(data: FormData, casebook: Casebook) -> bool:
    return _is_second_go(data) and bool(casebook.fact("stop_rule_met"))


@check(
    "IRQ-05",
    form="IRQ",
    item="dosing_weight_kg",
    severity=Severity.SOFT,
    message=N_("More than 10 %% from the weight of this visit (%(weight)s kg)."),
)
def weight_differs(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
    dosing = data.get("dosing_weight_kg")
    measured = casebook.value("VIT", "weight_kg", data.visit) or casebook.value(
        "VIT", "weight_kg", "SCR"
    )
    if dosing is None or not measured:
        return None
    differs = abs(dosing - measured) > WEIGHT_TOLERANCE * measured
    return {"weight": f"{measured:f}"} if differs else None


@check(
    "IRQ-06",
    form="IRQ",
    item="decision",
    severity=Severity.HARD,
    message=N_("The participant has withdrawn from infusions (%(on)s)."),
)
def go_after_withdrawal(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    """A go after a withdrawal; each kind of withdrawal ends infusions."""
    dates = [on for row in casebook.rows("WDR") if (on := row.get("on"))]
    at = data.get("planned_start_at")
    if data.get("decision") != InfusionDecision.GO or not dates or at is None:
        return None
    on = min(dates)
    return {"on": on.isoformat()} if site_date(at) >= on else None


@check(
    "IRQ-07",
    form="IRQ",
    item="decision",
    severity=Severity.HARD,
    message=N_("The participant has refused to go on; there is no consent."),
)
def go_after_refusal(data: FormData, casebook: Casebook) -> bool:
    is_go = data.get("decision") == InfusionDecision.GO
    return bool(is_go and casebook.fact("has_refused_to_go_on"))
