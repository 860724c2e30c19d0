"""What became of the messages: sent, sent twice, lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from record.notices.models import Message, MessageState

REPEATED = "You may have received this message before."


@dataclass(frozen=True)
class Figures:
    """Numbers of messages; a second mail that says so is no surprise."""

    expected: int
    sent: int
    twice: int = 0
    unannounced: int = 0  # came again and did not say so
    lost: int = 0


def figures_of(
    subjects: list[str], texts: list[str], expected: Iterable[str]
) -> Figures:
    """Count the mails that came in, and compare the outbox with them."""
    received, expected = Counter(subjects), set(expected)
    announced = {s for s, text in zip(subjects, texts, strict=True) if REPEATED in text}
    assert set(received) <= expected
    sent = Message.objects.filter(subject__in=expected, state=MessageState.SENT)
    assert set(sent.values_list("subject", flat=True)) == set(received)
    twice = {subject for subject, times in received.items() if times > 1}
    return Figures(
        expected=len(expected),
        sent=len(received),
        twice=sum(times - 1 for times in received.values()),
        unannounced=len(twice - announced),
        lost=len(expected - set(received)),
    )
