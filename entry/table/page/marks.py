"""Computed values and marks of the rows of a log, found once for all of them."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from django.utils.translation import gettext as _

from entry.table.forms.cells import CellMark
from entry.table.selectors.stored_rows import StoredRows
from record.casebook import engine
from record.casebook.derived import Derivation, derived_values
from record.casebook.display import NOTHING, derived_words, finding_text
from record.casebook.row_marks import RowMark, marks_of
from record.review.selectors import open_places
from trial_edc import clock
from trial_edc.vocabulary import Severity

LOOKS = {Severity.SOFT: "unusual", Severity.HARD: "impossible"}


class LogMarks:
    """What stands beside the stored rows and their cells."""

    def __init__(self, stored: StoredRows) -> None:
        self.stored = stored

    @cached_property
    def derivations(self) -> list[Derivation]:
        """Those that have a value in any row."""
        by_name = {
            derivation.name: derivation
            for values in self._derived.values()
            for derivation, text in values
            if text != NOTHING
        }
        return list(by_name.values())

    def derived(self, form_id: int) -> list[str]:
        texts = {
            derivation.name: text for derivation, text in self._derived.get(form_id, ())
        }
        return [texts.get(derivation.name, "") for derivation in self.derivations]

    def before_row(self, form_id: int) -> list[CellMark]:
        row_marks = self._row_marks.get(form_id, ())
        return [
            CellMark(mark.look, _words(mark)) for mark in row_marks if not mark.item
        ]

    def in_cell(self, form_id: int, name: str) -> list[CellMark]:
        row_marks = self._row_marks.get(form_id, ())
        marks = list(self._findings.get((form_id, name), ()))
        marks += [CellMark(m.look, _words(m)) for m in row_marks if m.item == name]
        if (form_id, name) in self._queried:
            marks.append(CellMark("query", _("Open query")))
        return marks

    @cached_property
    def _derived(self) -> dict[int, list[tuple[Derivation, str]]]:
        casebook = self.stored.casebook
        return {
            data.form_id or 0: [
                (value.derivation, derived_words(value))
                for value in derived_values(data, casebook)
            ]
            for data in self.stored.valid
        }

    @cached_property
    def _row_marks(self) -> Mapping[int, list[RowMark]]:
        code, casebook = self.stored.design.code, self.stored.casebook
        return marks_of(code, self.stored.valid, casebook)

    @cached_property
    def _findings(self) -> dict[tuple[int, str], list[CellMark]]:
        marks: dict[tuple[int, str], list[CellMark]] = defaultdict(list)
        now = clock.now()
        for data in self.stored.valid:
            for finding in engine.standing_findings(
                self.stored.design, data, self.stored.casebook, now=now
            ):
                mark = CellMark(LOOKS[finding.severity], finding_text(finding))
                marks[data.form_id or 0, finding.item].append(mark)
        return marks

    @cached_property
    def _queried(self) -> set[tuple[int, str]]:
        return open_places(self.stored.forms.values())


def _words(mark: RowMark) -> str:
    text = _(mark.text)
    return text % mark.details if mark.details else text
