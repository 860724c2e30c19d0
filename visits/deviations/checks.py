"""Edit checks of protocol deviations."""

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.revealing_words import revealing_word
from trial_edc.vocabulary import N_, Severity
from visits.deviations.facts import condition_no_longer_holds


def _found_before_it_occurred(data: FormData, casebook: Casebook) -> bool:
    del casebook
    occurred_on, found_on = data.get("occurred_on"), data.get("found_on")
    return occurred_on is not None and found_on is not None and found_on < occurred_on


for _id, _form in (("DEV-01", "DEV"), ("DVP-01", "DVP")):
    check(
        _id,
        form=_form,
        item="found_on",
        severity=Severity.HARD,
        message=N_("Found before it occurred."),
    )(_found_before_it_occurred)


@check(
    "DEV-02",
    form="DEV",
    item="description",
    severity=Severity.HARD,
    message=N_(
        "Everybody reads this text: name no product, lot or dose (“%(word)s”). The "
        "unblinded staff have a form of their own for that."
    ),
)
def names_product(data: FormData, casebook: Casebook) -> dict[str, str] | None:
    del casebook
    texts = (data.get("description") or "", data.get("action") or "")
    words = filter(None, map(revealing_word, texts))
    return next(({"word": word} for word in words), None)


check(
    "DEV-03",
    form="DEV",
    item="rule",
    severity=Severity.SOFT,
    message=N_(
        "What this was found for no longer holds. Strike it out with the reason, or "
        "say why it stands."
    ),
)(condition_no_longer_holds)
