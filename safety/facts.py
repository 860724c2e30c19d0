"""What other rooms may ask about a participant's safety; pure."""

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
    """Tell whether an infusion reaction reached the grade that stops infusion 2."""
    limit = PROTOCOL.infusion.stop_after_reaction_grade
    return any(
        event.get("infusion_reaction") == YesNo.YES
        and int(event.get("grade") or 0) >= limit
        for event in events(casebook)
    )


@fact("related_sae")
def related_sae(casebook: Casebook) -> bool:
    """Tell whether a serious event is held to be related to the study infusion."""
    return any(is_serious(e) and is_related_to_infusion(e) for e in events(casebook))


@fact("unassessed_sae")
def unassessed_sae(casebook: Casebook) -> bool:
    """Tell whether a serious event awaits its causality; until then it is related."""
    return any(is_serious(e) and is_unassessed(e) for e in events(casebook))


@fact("stop_rule_met")
def stop_rule_met(casebook: Casebook) -> bool:
    """Tell whether infusion 2 must not be given."""
    return any(
        casebook.fact(name)
        for name in ("prior_reaction_g3", "related_sae", "unassessed_sae")
    )


@fact("death_on")
def death_on(casebook: Casebook) -> Partial | None:
    known: Partial | None = casebook.value("DTH", "death_on")
    return known
