"""Facts about a participant's safety that other rooms use; pure."""

from record.casebook.form_data import Casebook, fact
from record.casebook.values import Partial
from safety.events.facts import (
    events,
    is_related_to_infusion,
    is_serious,
    is_unassessed,
)
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import YesNo


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
