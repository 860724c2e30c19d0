"""Leaks to plant: what a careless change could do, one of each kind."""

from dataclasses import replace
from logging import getLogger
from typing import Any

import pytest

from enrollment.screening.page import ScreeningLogRow
from entry.casebook.selectors.grid import casebook_grid_of
from entry.matrix.selectors import matrix_rows
from exports.models import Export
from monitoring.dashboard.selectors import dashboard
from randomization.arms import arm_of
from record.accounts.models import User
from record.casebook.models import Participant
from tests.blinding.worlds import favoured, randomized_participants
from visits.schedule import selectors as visits


def a_column(patch: pytest.MonkeyPatch) -> None:
    """The screening log tells the arm beside the number."""
    true = ScreeningLogRow.number.fget  # type: ignore[attr-defined]

    def leaking(line: ScreeningLogRow) -> str:
        return f"{true(line)} {arm_of(line.participant)}"

    patch.setattr(ScreeningLogRow, "number", property(leaking))


def an_order(patch: pytest.MonkeyPatch) -> None:
    def leaking(people: list[Participant], user: User) -> list[Any]:
        by_arm = sorted(people, key=lambda person: arm_of(person) or "")
        return matrix_rows(by_arm, user)

    patch.setattr("entry.matrix.views.matrix_rows", leaking)


def a_count(patch: pytest.MonkeyPatch) -> None:
    """The dashboard counts queries on restricted forms of the first participant."""

    def leaking() -> Any:
        board = dashboard()
        more = int(randomized_participants()[0] in favoured())
        return replace(board, queries_open=board.queries_open + more)

    patch.setattr("monitoring.dashboard.views.dashboard_of_today", leaking)


def a_log_line(patch: pytest.MonkeyPatch) -> None:
    """The schedule says in the log of the web process whose it is."""
    true = visits.schedule

    def leaking(participant: Participant) -> Any:
        getLogger("visits").debug("schedule in arm %s", arm_of(participant))
        return true(participant)

    patch.setattr(visits, "schedule", leaking)


def a_file_name(patch: pytest.MonkeyPatch) -> None:
    """The name of an export tells the arm of the first participant."""
    true = Export.filename.fget  # type: ignore[attr-defined]

    def leaking(export: Export) -> str:
        return f"{arm_of(randomized_participants()[0])}-{true(export)}"

    patch.setattr(Export, "filename", property(leaking))


def a_statement(patch: pytest.MonkeyPatch) -> None:
    """The page of one arm takes a statement more, and so longer."""

    def leaking(participant: Participant, user: User) -> Any:
        if arm_of(participant) == "MSC":
            Export.objects.count()
        return casebook_grid_of(participant, user)

    patch.setattr("entry.casebook.views.casebook_grid_of", leaking)
