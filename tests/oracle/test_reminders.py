"""Whether a message leaves, waits or is suppressed; and its words."""

from datetime import time

import pytest

from tests.oracle.cases import Case, at_site, compare, each_case, yes
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.reminders.rules import Limits, Situation, send_decision


@pytest.mark.verifies("REM-01")
@each_case("reminder_cases.csv")
def test_outcome(case: Case) -> None:
    situation = Situation(
        has_consent=yes(case["contact_consent"]),
        has_opted_out=yes(case["opted_out"]),
        has_died=yes(case["dead"]),
        has_withdrawn=yes(case["followup_withdrawn"]),
        visit_status=VisitStatus(case["visit_status"]),
        is_in_hospital=yes(case["in_hospital"]),
        has_address=yes(case["phone_valid"]),
        sent_for_visit=int(case["sent_for_this_visit"]),
    )
    limits = Limits(
        int(case["max_per_visit"]),
        time.fromisoformat(case["quiet_start"]),
        time.fromisoformat(case["quiet_end"]),
    )

    decision = send_decision(at_site(case["due_at_utc"]), situation, limits)

    instant = (
        decision.send_at.strftime("%Y-%m-%dT%H:%M:%SZ") if decision.send_at else None
    )
    derived = {
        "exp_action": decision.action,
        "exp_send_at_utc": instant,
        "exp_reason": decision.reason,
    }
    compare(case, derived, always="exp_send_at_utc exp_reason")


@pytest.mark.verifies("REM-02")
@each_case("reminder_templates.csv", key="key")
def test_the_words_are_those_proposed(case: Case) -> None:
    texts, language = PROTOCOL.reminders.texts, case["lang"]
    line = texts.opt_out_line.spoken(language)

    text = getattr(texts, case["key"]).spoken(language)

    proposed = case["text"].removesuffix(line).rstrip()
    assert text == proposed
    assert case["lang"] in ("en", "zh-hans")


@pytest.mark.verifies("REM-02")
@each_case("reminder_forbidden_words.csv", key="word")
def test_each_forbidden_word_is_known(case: Case) -> None:
    assert case["word"].casefold() in PROTOCOL.reminders.forbidden_words
