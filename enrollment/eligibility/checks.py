"""Edit checks of ELG, the eligibility assessment."""

from datetime import timedelta

from enrollment.vocabulary import HcgResult
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, YesNo

SOFT = Severity.SOFT


@check(
    "ELG-01",
    form="ELG",
    item="ultrasound",
    severity=SOFT,
    message=N_("Without ultrasound an obstruction (E1) is not ruled out."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return bool(data.get("ultrasound") == YesNo.NO)


def _older_than(
    data: FormData, item: str, days: int, casebook: Casebook
) -> dict[str, int]:
    obtained_at, consented_at = data.get(item), casebook.fact("consented_at")
    if obtained_at is None or consented_at is None:
        return {}
    return {"days": days} if consented_at - obtained_at > timedelta(days=days) else {}


@check(
    "ELG-02",
    form="ELG",
    item="hcg_at",
    severity=SOFT,
    message=N_("This is more than %(days)s days before consent. Repeat the test."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int]:
    return _older_than(data, "hcg_at", PROTOCOL.freshness.hcg_days, casebook)


@check(
    "ELG-03",
    form="ELG",
    item="e2",
    severity=SOFT,
    message=N_("hCG is positive, but “not pregnant or lactating” is answered."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    positive = data.get("hcg_result") == HcgResult.POSITIVE
    return bool(positive and data.get("e2") == YesNo.NO)


@check(
    "ELG-04",
    form="ELG",
    item="lvef_at",
    severity=SOFT,
    message=N_("This is more than %(days)s days before consent. Repeat it."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int]:
    return _older_than(data, "lvef_at", PROTOCOL.freshness.echo_days, casebook)


@check(
    "ELG-05",
    form="ELG",
    item="phone_confirmed",
    severity=SOFT,
    message=N_("No phone of the contact details is marked as tried and working."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    if data.get("phone_confirmed") != YesNo.YES or casebook.one("CTC") is None:
        return False
    phones = casebook.value("CTC", "phones") or ()
    return not any(phone.get("works") == YesNo.YES for phone in phones)
