"""What became of the messages: sent, sent twice, lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from record.notices.models import Message, MessageState

REPEATED = "You may have received this message before."


@dataclass(frozen=True)
class Figures:
    """Numbers of messages; a second mail that says so is no surprise."""

    wanted: int
    sent: int
    twice: int = 0
    unsaid: int = 0  # came again and did not say so
    lost: int = 0


def figures_of(subjects: list[str], texts: list[str], wanted: Iterable[str]) -> Figures:
    """Return the figures of the mails that came in, and hold the outbox to them."""
    came, wanted = Counter(subjects), set(wanted)
    told = {s for s, text in zip(subjects, texts, strict=True) if REPEATED in text}
    assert set(came) <= wanted
    noted = Message.objects.filter(subject__in=wanted, state=MessageState.SENT)
    assert set(noted.values_list("subject", flat=True)) == set(came)
    twice = {subject for subject, times in came.items() if times > 1}
    return Figures(
        wanted=len(wanted),
        sent=len(came),
        twice=sum(times - 1 for times in came.values()),
        unsaid=len(twice - told),
        lost=len(wanted - set(came)),
    )
