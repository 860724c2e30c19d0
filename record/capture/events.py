"""Named events that one room announces and higher ones act on."""

from dataclasses import dataclass
from datetime import date

from record.casebook.models import FormInstance, Participant
from trial_edc.wording import Wording


@dataclass(frozen=True)
class Randomized:
    """A participant was given the next slot of the sealed list."""

    participant: Participant


@dataclass(frozen=True)
class EligibilityConfirmed:
    """An investigator signed that a person is eligible."""

    participant: Participant


@dataclass(frozen=True)
class FormSigned:
    """A form was signed and the signature holds."""

    form: FormInstance


@dataclass(frozen=True)
class FormReturned:
    """A complete form is a draft again; its signatures and verifications are void."""

    form: FormInstance


@dataclass(frozen=True)
class RowStruck:
    """A row of a log, or a revocable form, was struck out or restored."""

    form: FormInstance


@dataclass(frozen=True)
class DeviationFound:
    """Something happened against the protocol; one for each `rule` and form."""

    participant: Participant
    category: str
    rule: str
    occurred_on: date
    description: tuple[Wording, ...]  # sentences
    form: FormInstance | None = None
    important: bool = False
