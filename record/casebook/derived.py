"""Values that are computed, never typed and never stored; pure.

Each room declares those of its forms in `<room>/derived.py`; the form page shows them
beside the items they come from. `offered` values prefill an empty form, whose author
still has to confirm them by saving.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Value
from trial_edc.vocabulary import Codelist
from trial_edc.wording import Wording

Rule = Callable[[FormData, Casebook], Value]
Reason = Callable[[FormData, Casebook], Wording | None]
Offer = Callable[[FormData, Casebook], Mapping[str, Value]]


@dataclass(frozen=True)
class Derivation:
    """A computed value of a form: its name, words and unit, rule and reason."""

    form: str
    name: str
    label: str
    unit: str
    decimals: int | None
    terms: type[Codelist] | None
    rule: Rule
    reason: Reason | None = None


@dataclass(frozen=True)
class DerivedValue:
    """The result of a derivation; `value` is None when it is not known.

    `reason` says in a sentence what the value, or that there is none, follows from.
    """

    derivation: Derivation
    value: Value
    reason: Wording | None = None


DERIVED: dict[tuple[str, str], Derivation] = {}
OFFERS: dict[str, Offer] = {}


def derived(
    form: str,
    name: str,
    label: str,
    *,
    unit: str = "",
    decimals: int | None = None,
    terms: type[Codelist] | None = None,
    reason: Reason | None = None,
) -> Callable[[Rule], Rule]:
    """Declare a computed value; `decimals` rounds for display only.

    The rule returns a number, a text, a code of `terms`, a date, or None.
    """

    def declare(rule: Rule) -> Rule:
        DERIVED[form, name] = Derivation(
            form, name, label, unit, decimals, terms, rule, reason
        )
        return rule

    return declare


def offered(form: str) -> Callable[[Offer], Offer]:
    def declare(offer: Offer) -> Offer:
        OFFERS[form] = offer
        return offer

    return declare


def derived_values(data: FormData, casebook: Casebook) -> Iterator[DerivedValue]:
    for one in DERIVED.values():
        if one.form == data.code:
            reason = one.reason(data, casebook) if one.reason else None
            yield DerivedValue(one, one.rule(data, casebook), reason)


def offers(data: FormData, casebook: Casebook) -> dict[str, Value]:
    offer = OFFERS.get(data.code)
    if offer is None:
        return {}
    offers = offer(data, casebook)
    return {name: v for name, v in offers.items() if data.values.get(name) is None}
