"""What the casebook says of adverse events and of death; pure."""

from collections.abc import Sequence

from record.casebook.form_data import Casebook, FormData, fact
from record.casebook.values import Partial
from safety.vocabulary import EventOutcome, Grade, Seriousness
from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import INFUSION_VISITS, YesNo

VISIT_OF_INFUSION = {str(number): visit for visit, number in INFUSION_VISITS.items()}


def events(casebook: Casebook) -> Sequence[FormData]:
    return casebook.rows("AE")


def row_with(casebook: Casebook, code: str, form_id: int | None) -> FormData | None:
    rows = (row for row in casebook.rows(code) if row.form_id == form_id)
    return next(rows, None) if form_id else None


def event_of(data: FormData, casebook: Casebook) -> FormData | None:
    return row_with(casebook, "AE", data.get("ae"))


def is_serious(event: FormData) -> bool:
    return bool(event.get("serious") == YesNo.YES)


def is_fatal(event: FormData) -> bool:
    """By its grade, its outcome or what makes it serious."""
    by_grade = event.get("grade") == Grade.DEATH
    by_criterion = Seriousness.DEATH in (event.get("seriousness") or ())
    return by_grade or by_criterion or event.get("outcome") == EventOutcome.FATAL


def is_related_to_infusion(event: FormData) -> bool:
    """As the investigator judges it."""
    return event.get("caused_by_infusion") in PROTOCOL.safety.related_causalities


def is_unassessed(event: FormData) -> bool:
    return event.get("caused_by_infusion") is None


def changed_since(data: FormData, revision: int) -> list[str]:
    return [name for name, at in data.item_revisions.items() if at > revision]


def is_before(end: Partial | None, start: Partial | None) -> bool:
    if end is None or start is None:
        return False
    end_at, start_at = end.instant(SITE_TZ), start.instant(SITE_TZ)
    if end_at and start_at:
        return end_at < start_at
    return end.latest < start.earliest


@fact("prior_reaction_g3")
def prior_reaction_g3(casebook: Casebook) -> bool:
    limit = PROTOCOL.infusion.stop_after_reaction_grade
    return any(
        event.get("infusion_reaction") == YesNo.YES
        and int(event.get("grade") or 0) >= limit
        for event in events(casebook)
    )


@fact("related_sae")
def related_sae(casebook: Casebook) -> bool:
    return any(is_serious(e) and is_related_to_infusion(e) for e in events(casebook))


@fact("unassessed_sae")
def unassessed_sae(casebook: Casebook) -> bool:
    """Until somebody judges its causality, a serious event counts as related."""
    return any(is_serious(e) and is_unassessed(e) for e in events(casebook))


@fact("stop_rule_met")
def stop_rule_met(casebook: Casebook) -> bool:
    """Infusion 2 must not be given."""
    return any(
        casebook.fact(name)
        for name in ("prior_reaction_g3", "related_sae", "unassessed_sae")
    )


@fact("death_on")
def death_on(casebook: Casebook) -> Partial | None:
    day: Partial | None = casebook.value("DTH", "death_on")
    return day
