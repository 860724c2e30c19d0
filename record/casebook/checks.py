"""Edit checks: what they are, how they are declared and run; pure.

A hard check finds the impossible and refuses; a soft one finds the improbable, which
may be kept with an explanation. Range checks come from the items themselves; the
others are declared in `<room>/checks.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import Severity

CheckRule = Callable[[FormData, Casebook], bool | Mapping[str, Any] | None]


@dataclass(frozen=True)
class Finding:
    """A check that fired: where, how grave, and what to do."""

    check_id: str
    item: str
    severity: Severity
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EditCheck:
    """A declared check; `rule` returns True, or the details, when it fires.

    `version` goes up when what it finds is changed.
    """

    check_id: str
    form: str
    item: str
    severity: Severity
    message: str
    rule: CheckRule
    version: int = 1

    def run(self, data: FormData, casebook: Casebook) -> Finding | None:
        answer = self.rule(data, casebook)
        if not answer:
            return None
        details = answer if isinstance(answer, Mapping) else {}
        return Finding(self.check_id, self.item, self.severity, self.message, details)


CHECKS: dict[str, EditCheck] = {}


def check(
    check_id: str,
    *,
    form: str,
    item: str,
    severity: Severity,
    message: str,
    version: int = 1,
) -> Callable[[CheckRule], CheckRule]:
    """Declare an edit check; an id stands for one check for ever."""

    def declare(rule: CheckRule) -> CheckRule:
        if check_id in CHECKS and CHECKS[check_id].rule.__module__ != rule.__module__:
            problem = f"Two edit checks have the id {check_id}."
            raise ValueError(problem)
        CHECKS[check_id] = EditCheck(
            check_id, form, item, severity, message, rule, version
        )
        return rule

    return declare


def declared(form: str) -> Iterable[EditCheck]:
    return (check for check in CHECKS.values() if check.form == form)
