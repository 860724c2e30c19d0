"""Edit checks of the death form; pure."""

from collections.abc import Iterator
from datetime import date

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from safety.facts import event_of
from safety.vocabulary import EventOutcome
from trial_edc.vocabulary import N_, Severity


@check(
    "DTH-01",
    form="DTH",
    item="death_on",
    severity=Severity.HARD,
    message=N_("There is a sign of life on %(alive_on)s, after this date."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, str] | None:
    death_on = data.get("death_on")
    alive = [
        day for day in signs_of_life(casebook) if death_on and day > death_on.latest
    ]
    return {"alive_on": max(alive).isoformat()} if alive else None


def signs_of_life(casebook: Casebook) -> Iterator[date]:
    for sample in casebook.rows("CRE"):
        sample_at = sample.get("sample_at")
        if isinstance(sample_at, Partial):
            yield sample_at.earliest
    for call in casebook.rows("CAL"):
        if alive_on := call.get("alive_on"):
            yield alive_on


@check(
    "DTH-02",
    form="DTH",
    item="ae",
    severity=Severity.HARD,
    message=N_("The event named here must be of grade 5 and fatal."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    event = event_of(data, casebook)
    return event is not None and not (
        event.get("grade") == "5" and event.get("outcome") == EventOutcome.FATAL
    )
