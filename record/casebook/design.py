"""What a form declares about itself, and where its instances stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from record.accounts.roles import Limit, Permission
from record.audit.models import Confidentiality
from record.audit.vault import Purpose
from record.casebook.items import Item, Section
from record.casebook.models import AnyCRF, SealedCRF


@dataclass(frozen=True)
class Collected:
    """Where the instances of a form stand in the casebook."""

    visits: tuple[str, ...] = ()
    is_log: bool = False
    per_episode: bool = False


def AtVisits(*visits: str) -> Collected:  # noqa: N802 - reads as a declaration
    return Collected(visits=tuple(str(visit) for visit in visits))


def Log() -> Collected:  # noqa: N802 - reads as a declaration
    """Any number of rows, beside the visits."""
    return Collected(is_log=True)


def Once(*, per_episode: bool = False) -> Collected:  # noqa: N802
    """Once for a participant, or once for each screening."""
    return Collected(per_episode=per_episode)


@dataclass(frozen=True)
class FormDesign:
    """A form as the rest of the system sees it."""

    model: type[AnyCRF]
    code: str
    title: Any
    sections: tuple[Section, ...]
    collected: Collected
    entered_by: tuple[Permission, ...]
    seen_by: Permission
    items: dict[str, Item]
    confidentiality: Confidentiality
    signature: Any = None  # the meaning of its signature; None when it takes none
    signed_by: Permission = Permission.SIGN_FORM
    limits: tuple[Limit, ...] = ()  # limited rights that reach this form
    items_within: Mapping[Limit, tuple[str, ...]] = field(default_factory=dict)
    checked_scan: str = ""  # the item with a name that who checks consents may see
    version: int = 1
    order: int = 1000  # its place among the forms of its room
    guide: Any = ""
    row_title: tuple[str, ...] = ()  # items that name a row of a log
    row_key: tuple[str, ...] = ()  # items that tell one row from another
    is_table: bool = False  # its rows are edited in a table, many at once
    rows_at_visits: bool = False  # several rows at one visit (bedside vital signs)
    system_made: bool = False  # written by the system alone
    is_revocable: bool = False  # a single form that can be struck out (death)
    may_be_not_done: bool = False  # as a whole; others say so in their items
    opened_on_demand: bool = False  # awaits an event, or somebody who records it

    @property
    def room(self) -> str:
        return str(self.model._meta.app_label)

    @property
    def is_repeated(self) -> bool:
        return self.collected.is_log or self.rows_at_visits

    @property
    def is_restricted(self) -> bool:
        return self.confidentiality == Confidentiality.RESTRICTED

    @property
    def dataset(self) -> str:
        return self.code.lower()


ATTRIBUTES = frozenset(FormDesign.__dataclass_fields__) - {
    "model",
    "items",
    "confidentiality",
}


def design_of(model: type[AnyCRF]) -> FormDesign:
    declared = {k: v for k, v in vars(model.Design).items() if not k.startswith("__")}  # type: ignore[union-attr]
    unknown = set(declared) - ATTRIBUTES
    items = model.crf_items()
    sections = declared["sections"]
    listed_items = [name for section in sections for name in section.items]
    if unknown or sorted(listed_items) != sorted(items):
        names = unknown or set(listed_items) ^ set(items)
        problem = f"{model.__name__}: {names} does not fit."
        raise ValueError(problem)
    declared.setdefault("entered_by", (Permission.ENTER_CRF,))
    declared.setdefault("seen_by", Permission.READ_CASEBOOK)
    return FormDesign(
        model=model, items=items, confidentiality=_confidentiality(model), **declared
    )


def _confidentiality(model: type[AnyCRF]) -> Confidentiality:
    if not issubclass(model, SealedCRF):
        return Confidentiality.OPEN
    if model.purpose == Purpose.IDENTITY:
        return Confidentiality.IDENTITY
    return Confidentiality.RESTRICTED
