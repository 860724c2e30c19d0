"""Standings are kept in step with the forms."""

from collections.abc import Collection

from enrollment.models import ParticipantStanding
from enrollment.standing.selectors import derived_rows, stored_standings


def store_standing_of(participant_id: int) -> None:
    store_standings([participant_id])


def store_standings(people: Collection[int]) -> None:
    stored = stored_standings(people)
    changed = [
        row
        for row in derived_rows(people)
        if (was := stored.get(row["participant_id"])) is None
        or any(getattr(was, name) != value for name, value in row.items())
    ]
    if changed:
        ParticipantStanding.objects.bulk_create(
            [ParticipantStanding(**row) for row in changed],
            update_conflicts=True,
            unique_fields=("participant",),
            update_fields=("status", "asks_consent", "signed_from"),
        )
