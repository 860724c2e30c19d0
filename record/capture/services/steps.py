"""An entry on its way into the record, from what is stored to what is to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from record.audit.vault import TooLong
from record.capture.checking import require_fit_reasons
from record.capture.entries import FormEntry
from record.capture.merge import merge, seen_by_author
from record.capture.problems import Conflict, FormClosed, NotSaved, SaveRefused
from record.capture.save_hooks import Saved
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.form_data import FormData
from record.casebook.history import Change
from record.casebook.models import AnyCRF, FormInstance, FormStatus, SealedCRF
from record.casebook.values import Value
from trial_edc.vocabulary import N_, Severity

TOO_LONG = N_("This form holds more text than it can keep. Shorten a text.")


@dataclass
class Step:
    """The form and its row as they are stored, and what an entry makes of them."""

    form: FormInstance
    row: AnyCRF
    entry: FormEntry
    before: FormData
    changed: dict[str, Value] = field(default_factory=dict)
    data: FormData | None = None  # as the entry leaves it
    altered: Mapping[str, Value] = field(default_factory=dict)
    soft: list[Finding] = field(default_factory=list)
    saved: Saved | None = None
    problem: NotSaved | None = None

    @property
    def outcome(self) -> Saved | NotSaved:
        outcome = self.problem or self.saved
        assert outcome is not None  # noqa: S101 - narrows the type
        return outcome

    @property
    def is_complete(self) -> bool:
        return self.entry.complete or self.form.status == FormStatus.COMPLETE

    @property
    def status(self) -> FormStatus:
        return FormStatus.COMPLETE if self.is_complete else FormStatus.DRAFT

    @property
    def writes_row(self) -> bool:
        is_new = self.row._state.adding  # noqa: SLF001 - Django's documented attribute
        return bool(self.altered) or (is_new and self.is_complete)

    def as_stored(self, data: FormData) -> FormData:
        """As the checks of the entries after it are to see it."""
        revision = data.revision + bool(self.altered)
        moved = dict.fromkeys(self.altered, revision)
        return replace(
            data,
            status=self.status,
            revision=revision,
            item_revisions={**data.item_revisions, **moved},
        )


def require_fit(design: FormDesign, step: Step) -> None:
    if step.entry.unreadable:
        unreadable = step.entry.unreadable.values()
        raise SaveRefused([one.finding for one in unreadable])
    require_fit_reasons(design, step.entry.reasons)
    if step.form.struck_at or step.form.is_closed:
        since = "locked" if step.form.locked_at else "frozen"
        raise FormClosed("struck out" if step.form.struck_at else since)


def merge_changes(step: Step, later: Iterable[Change]) -> None:
    """Raises `Conflict`."""
    current, entered = step.before.values, step.entry.values
    seen = seen_by_author(current, later)
    step.changed, clashes = merge(seen=seen, entered=entered, current=current)
    if clashes:
        raise Conflict(clashes, step.form.revision, step.changed)


def put(step: Step) -> None:
    """Put what is altered into the row, sealed where the form is."""
    for name, value in step.altered.items():
        step.row.put(name, value)
    if isinstance(step.row, SealedCRF):
        revised = dict.fromkeys(step.altered, step.form.revision + 1)
        step.row.opened.revisions.update(revised)
        try:
            step.row.seal_content()
        except TooLong as problem:
            raise too_long(step.form) from problem


def too_long(form: FormInstance) -> SaveRefused:
    finding = Finding(f"{form.code}.long", "", Severity.HARD, TOO_LONG)
    return SaveRefused([finding])
