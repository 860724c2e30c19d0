"""Writes of reactions at the bedside: an adverse event, as a draft.

The investigator completes, assesses and signs it; nobody enters it twice.
"""

from collections.abc import Mapping

from record.capture.services import forms as capture
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from trial_edc.requirements import implements
from trial_edc.vocabulary import YesNo
from visits.infusions.services import bedside as infusions
from visits.infusions.services.bedside import BedsideAction
from visits.logs.vocabulary import Frequency
from visits.schedule.facts import INFUSION_VISITS

CTCAE_VERSION = "5.0"
GOES_ON = {
    "recovered": YesNo.NO,
    "sequelae": YesNo.NO,
    "fatal": YesNo.NO,
    "recovering": YesNo.YES,
    "not_recovered": YesNo.YES,
}


@implements("INF-07")
def react(
    deed: BedsideAction,
    event: Mapping[str, object],
    drug: Mapping[str, object] | None = None,
) -> FormInstance:
    """Enter a reaction as an adverse event of this infusion, and a drug given for it.

    A row that the answer "Reaction: yes" has opened already is filled in.
    """
    number = str(INFUSION_VISITS[deed.visit])
    goes_on = GOES_ON.get(str(event.get("outcome")))
    values = {
        **event,
        "ctcae_version": CTCAE_VERSION,
        "infusion_reaction": YesNo.YES.value,
        "infusion_number": number,
        **({"ongoing": goes_on.value} if goes_on else {}),
    }
    with infusions.at_work(deed):
        form = _awaiting_words(deed, number) or form_instances.add_row(
            deed.participant, "AE", by=deed.by
        )
        capture.save(form, values, by=deed.by, complete=False)
        if drug:
            _give(deed, form, drug)
        answer = {"reaction": YesNo.YES.value}
        if infusions.recorded(deed).get("reaction") != YesNo.YES:
            infusions.write(deed, answer, merging=False)
    return form


def _awaiting_words(deed: BedsideAction, number: str) -> FormInstance | None:
    for row in casebook_of(deed.participant, "AE").rows("AE"):
        is_of_infusion = row.get("infusion_number") == number
        is_reaction = row.get("infusion_reaction") == YesNo.YES
        if is_reaction and is_of_infusion and row.get("term") is None:
            return FormInstance.objects.get(
                participant=deed.participant, code="AE", occurrence=row.occurrence
            )
    return None


def _give(deed: BedsideAction, event: FormInstance, told: Mapping[str, object]) -> None:
    """Enter a drug given for a reaction into the log of medication."""
    form = form_instances.add_row(deed.participant, "CMD", by=deed.by)
    once = {
        "ae": event.pk,
        "frequency": Frequency.ONCE.value,
        "ongoing": YesNo.NO.value,
        "stop": told["start"],
    }
    capture.save(form, {**told, **once}, by=deed.by, complete=False)
