"""What a person entered into a form, on its way into the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from record.audit.attribution import Reason
from record.capture.parsing import Unreadable, parse
from record.casebook.design import FormDesign
from record.casebook.values import Value
from trial_edc.typed_text import written


@dataclass(frozen=True)
class FormEntry:
    """What a person entered, parsed, and how it is to be taken.

    `unreadable` is what could not be parsed; with any of it nothing is stored.
    `based_on` is the revision that the person saw; None skips the merge.
    `complete` marks complete; without it a complete form stays so. Only
    `form_status.return_to_draft` lowers a status.
    `explanations` are by check id; a soft finding without one is refused on a page
    and becomes an open query on any other way in. `preview_impact` refuses a save that
    moves something elsewhere, until it comes again without. `erase` names the items
    that may lose their values to an answer that hides them; True means any.
    `page_load` names the typing that is kept apart and is stored with this.
    """

    values: Mapping[str, Value]
    based_on: int | None = None
    complete: bool = False
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    erase: bool | frozenset[str] = False
    preview_impact: bool = False
    by_system: bool = False  # written by a room in the name of a person
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)
    page_load: UUID | None = None

    def __post_init__(self) -> None:
        words = {check: written(text) for check, text in self.explanations.items()}
        object.__setattr__(self, "explanations", words)


def form_entry(
    design: FormDesign, values: Mapping[str, object], **how: Any
) -> FormEntry:
    parsed = parse(design, values)
    return FormEntry(parsed.values, unreadable=parsed.unreadable, **how)
