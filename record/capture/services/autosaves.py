"""Unsaved typing: kept apart from the record, given back after a time-out."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from record.accounts.models import User
from record.audit.vault import Purpose, seal, unseal
from record.capture.models import Autosave
from record.casebook.models import FormInstance
from trial_edc import clock

Typed = Mapping[str, Sequence[str]]  # what the controls of the page hold
SIZES = (16_000, 64_000, 256_000)  # bytes to which typing is padded


def keep(
    form: FormInstance, typed: Typed, *, page_load: UUID, based_on: int, author: User
) -> Autosave:
    """Keep what a person has typed so far; a later call of the page replaces it.

    Raises `TooLong` for more than any form can hold.
    """
    text = json.dumps(typed, ensure_ascii=False)
    length = len(text.encode())
    padded_to = next((size for size in SIZES if length <= size), SIZES[-1])
    kept, _made = Autosave.objects.update_or_create(
        form=form,
        author=author,
        page_load=page_load,
        defaults={
            "based_on": based_on,
            "sealed": seal(Purpose.DRAFT, text, padded_to=padded_to),
            "typed_at": clock.now(),
        },
    )
    return kept


def of(form: FormInstance, author: User) -> list[Autosave]:
    """Latest first."""
    mine = Autosave.objects.filter(form=form, author=author)
    return list(mine.order_by("-typed_at", "-pk"))


def typed_in(kept: Autosave) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = json.loads(unseal(Purpose.DRAFT, kept.sealed))
    return typed


def discard(form: FormInstance, author: User, page_load: UUID) -> None:
    mine = Autosave.objects.filter(form=form, author=author)
    mine.filter(page_load=page_load).delete()


def others_at_work(form: FormInstance, author: User) -> list[Autosave]:
    """Of each other person the earliest."""
    at_work = Autosave.objects.filter(form=form, author__is_active=True)
    others = at_work.exclude(author=author)
    first = others.order_by("author_id", "typed_at", "pk").distinct("author_id")
    return list(first.select_related("author"))
