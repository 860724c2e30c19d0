"""Texts that blinded people read, by somebody who may know an arm."""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import BlindingClass
from record.audit.attribution import Actor
from record.casebook.models import Participant
from trial_edc.requirements import implements
from trial_edc.revealing_words import revealing_word
from trial_edc.typed_text import identifier, in_latin_letters
from trial_edc.vocabulary import N_

MAY_KNOW_ARMS = (BlindingClass.UNBLINDED, BlindingClass.CASE_BY_CASE)
NAMES_ARM = N_(
    "Blinded people read this, and you may know an arm: name no product and no arm "
    "(“%(word)s”)."
)


class TellsArm(Exception):
    """A text would tell an arm to blinded readers; the message is for people."""


def message_about(word: str) -> str:
    return _(NAMES_ARM) % {"word": word}


@cache
def _arm_knowledge() -> tuple[Callable[[User, Participant | None], bool], ...]:
    """How somebody of a blinded role may have learned a participant's arm, or any."""
    return tuple(import_module(settings.CONSEQUENCES).ARM_KNOWLEDGE)


def may_know_arm(by: Actor, participant: Participant | None) -> bool:
    if not isinstance(by, User):
        return False
    return by.blinding in MAY_KNOW_ARMS or any(
        has_learned(by, participant) for has_learned in _arm_knowledge()
    )


@implements("RND-05")
def word_telling_arm(
    texts: Iterable[str],
    *,
    by: Actor,
    participant: Participant | None,
    medicines: Iterable[str] = (),
) -> str:
    """The first word by which this author would tell an arm; "" when there is none.

    A text about no one participant tells any arm that its author may know; one about a
    participant tells also of another whose number stands in it.
    """
    texts, medicines = list(texts), list(medicines)
    words = [
        *map(revealing_word, texts),
        *(revealing_word(text, is_medicine=True) for text in medicines),
    ]
    word = next(filter(None, words), "")
    return word if word and _may_tell([*texts, *medicines], by, participant) else ""


def _may_tell(texts: list[str], by: Actor, participant: Participant | None) -> bool:
    if may_know_arm(by, participant):
        return True
    if participant is None or not may_know_arm(by, None):
        return False
    written = [_without_signs(identifier(in_latin_letters(text))) for text in texts]
    return any(
        may_know_arm(by, other)
        for other in Participant.objects.exclude(pk=participant.pk)
        if any(_without_signs(other.number) in text for text in written)
    )


def _without_signs(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def require_blind(
    texts: Iterable[str],
    *,
    by: Actor,
    participant: Participant | None,
    refusal: type[Exception] = TellsArm,
) -> None:
    """Raises what is given as `refusal`, with the message for people."""
    if word := word_telling_arm(texts, by=by, participant=participant):
        raise refusal(message_about(word))
