"""What is in place before an infusion starts, and what the label says to compare."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from randomization.product.selectors import bags
from randomization.product.selectors.bags import Bag, bag_of
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.review.models import Signature
from trial_edc import clock
from trial_edc.vocabulary import INFUSION_VISITS
from visits.infusions.facts import stop_rules
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.rules import StartFacts, missing_at_start
from visits.infusions.selectors.release import release_of
from visits.infusions.vocabulary import Release, StartCondition, TimePoint


@dataclass(frozen=True)
class Start:
    """An infusion that has not started: what it waits for."""

    participant: Participant
    visit: str
    casebook: Casebook
    release: Release
    signature: Signature | None

    @cached_property
    def bag(self) -> Bag | None:
        """The bag that the request asks for; None unless it is signed with a go."""
        planned_start_at = self.casebook.value("IRQ", "planned_start_at", self.visit)
        if self.release != Release.GO or not self.signature or not planned_start_at:
            return None
        return bag_of(
            self.participant,
            self.visit,
            planned_start_at=planned_start_at,
            signed_at=self.signature.at,
        )

    @property
    def randomization_number(self) -> str:
        return str(self.casebook.value("RAN", "randomisation_no") or "")

    @property
    def sex(self) -> str:
        return bags.sex_word(self.casebook)

    @property
    def age_years(self) -> int | None:
        return bags.age_years(self.casebook)

    def missing(
        self, at: datetime, *, is_label_compared: bool
    ) -> tuple[StartCondition, ...]:
        facts = StartFacts(
            is_go_signed=self.release == Release.GO,
            is_stop_rule_met=self._is_stop_rule_met(at),
            bag_left_at=self._bag_left_at,
            start_before=self.bag.start_before if self.bag else None,
            baseline_taken_at=self._baseline_taken_at,
            is_label_compared=is_label_compared,
        )
        return missing_at_start(facts, at)

    @cached_property
    def conditions(self) -> list[tuple[StartCondition, str]]:
        """Each that the system knows of, with its status now."""
        missing = self.missing(clock.now(), is_label_compared=True)
        unasked = {StartCondition.LABEL}
        if not self._is_second:
            unasked.add(StartCondition.STOP_RULES)
        if self.bag is None:
            unasked.add(StartCondition.IN_TIME)
        return [
            (condition, "not_met" if condition in missing else "met")
            for condition in StartCondition
            if condition not in unasked
        ]

    @property
    def is_ready(self) -> bool:
        return all(status == "met" for _condition, status in self.conditions)

    @property
    def _bag_left_at(self) -> datetime | None:
        return self.bag.leaves_at if self.bag and self.bag.is_handed_over else None

    @property
    def _is_second(self) -> bool:
        return INFUSION_VISITS[self.visit] > 1

    def _is_stop_rule_met(self, at: datetime) -> bool:
        return self._is_second and bool(
            stop_rules.reasons_against_second(self.casebook, at)
        )

    @property
    def _baseline_taken_at(self) -> datetime | None:
        points = timing.points_of(self.visit, self.casebook)
        row = next(point.row for point in points if point.code == TimePoint.PRE)
        return row.get("taken_at") if row else None


def start_of(
    participant: Participant,
    visit: str,
    casebook: Casebook,
    request: FormInstance | None,
) -> Start:
    release, signature = release_of(casebook, visit, request)
    return Start(participant, visit, casebook, release, signature)
