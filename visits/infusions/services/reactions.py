"""Writes of reactions at the bedside: a draft of an adverse event.

The investigator completes, assesses and signs it; nobody enters it twice.
"""

from collections.abc import Mapping

from record.capture.services import forms as capture
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import INFUSION_VISITS, YesNo
from visits.infusions.services import bedside as infusions
from visits.infusions.services.bedside import BedsideAction
from visits.logs.vocabulary import Frequency

ONGOING_BY_OUTCOME = {
    "recovered": YesNo.NO,
    "sequelae": YesNo.NO,
    "fatal": YesNo.NO,
    "recovering": YesNo.YES,
    "not_recovered": YesNo.YES,
}


@implements("INF-07")
def record_reaction(
    action: BedsideAction,
    event: Mapping[str, object],
    drug: Mapping[str, object] | None = None,
) -> FormInstance:
    """Enter a reaction as an adverse event of this infusion, and a drug given for it.

    If the answer "Reaction: yes" has already opened a row, that row is filled in.
    """
    number = str(INFUSION_VISITS[action.visit])
    ongoing = ONGOING_BY_OUTCOME.get(str(event.get("outcome")))
    values = {
        **event,
        "ctcae_version": PROTOCOL.safety.ctcae_version,
        "infusion_reaction": YesNo.YES.value,
        "infusion_number": number,
        **({"ongoing": ongoing.value} if ongoing else {}),
    }
    with infusions.bedside_transaction(action):
        form = _empty_reaction_row(action, number) or form_instances.add_row(
            action.participant, "AE", by=action.by
        )
        capture.save(form, values, by=action.by)
        if drug:
            _record_medication(action, form, drug)
        answer = {"reaction": YesNo.YES.value}
        if infusions.current_record(action).get("reaction") != YesNo.YES:
            infusions.write(action, answer, merging=False)
    return form


def _empty_reaction_row(action: BedsideAction, number: str) -> FormInstance | None:
    for row in casebook_of(action.participant, "AE").rows("AE"):
        is_of_infusion = row.get("infusion_number") == number
        is_reaction = row.get("infusion_reaction") == YesNo.YES
        if is_reaction and is_of_infusion and row.get("term") is None:
            return FormInstance.objects.get(
                participant=action.participant, code="AE", occurrence=row.occurrence
            )
    return None


def _record_medication(
    action: BedsideAction, event: FormInstance, medication: Mapping[str, object]
) -> None:
    form = form_instances.add_row(action.participant, "CMD", by=action.by)
    fixed_values = {
        "ae": event.pk,
        "frequency": Frequency.ONCE.value,
        "ongoing": YesNo.NO.value,
        "stop": medication["start"],
    }
    capture.save(form, {**medication, **fixed_values}, by=action.by)
