"""The pharmacy's work on the bag of an infusion: by its habits for what is in it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from randomization.problems import RandomizationRefused
from randomization.product.selectors.preparation_worklist import preparations_of
from randomization.product.services.preparation import (
    confirm_preparation,
    hand_over,
    label_of,
)
from randomization.product.services.product import preparations_with_arms
from randomization.vocabulary import Product
from record.accounts.proofs import ReAuthenticated
from record.capture.problems import SaveRefused
from record.capture.services import autosaves
from record.casebook.models import FormInstance
from record.review import services as review
from simulation.infusion_plans import SimulatedInfusion
from simulation.pharmacy_habits import PharmacyHabits
from simulation.writer.case import Act, Acts, SimulatedCase, change_reason
from simulation.writer.product import (
    OTHER,
    PLAN,
    cell_values,
    preparation_values,
    usable_lot,
)
from trial_edc import clock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
READS_WORKLIST = 86 * MINUTE  # before the planned start


def pharmacy_acts(case: SimulatedCase, infusion: SimulatedInfusion) -> Acts:
    """Acts for whatever is in the bag: those for another product do nothing."""
    yield Act(infusion.start - READS_WORKLIST, lambda: _read_worklist(case, infusion))
    for product in Product:
        work = BagWork(case, infusion, product, case.site.habits[product])
        yield from work.acts()


def _read_worklist(case: SimulatedCase, infusion: SimulatedInfusion) -> None:
    form = case.form_of("PRD", infusion.visit)
    arm = next(
        line.arm
        for line in preparations_with_arms(by=case.staff["up"])
        if line.form.pk == form.pk
    )
    product = Product(arm)
    case.products[infusion.visit] = (
        OTHER[product] if infusion.is_wrong_product else product
    )


@dataclass(frozen=True, slots=True)
class BagWork:
    """Work on one bag, as it is done when the bag holds this product."""

    case: SimulatedCase
    infusion: SimulatedInfusion
    product: Product
    habits: PharmacyHabits

    @property
    def form(self) -> FormInstance:
        return self.case.form_of("PRD", self.infusion.visit)

    def acts(self) -> Acts:
        start, habits = self.infusion.start, self.habits
        yield self._act(start - habits.begins_min * MINUTE, self._begin)
        for temperature_c, minutes in enumerate(habits.drafts_min, start=5):
            save = partial(self._save_again, temperature_c)
            yield self._act(start - minutes * MINUTE, save)
        yield self._act(start - habits.confirms_min * MINUTE, self._confirm)
        yield self._act(start - habits.hands_over_min * MINUTE, self._hand_over)
        completed_at = self.infusion.stop + habits.completes_hours * HOUR
        yield self._act(completed_at, self._complete)
        yield self._act(completed_at + HOUR, self._follow_up)

    def _act(self, at: datetime, do: Callable[[], None]) -> Act:
        def do_if_given() -> None:
            if self.case.products.get(self.infusion.visit) == self.product:
                do()

        return Act(at, do_if_given)

    def _begin(self) -> None:
        is_wrong = self.infusion.is_wrong_product
        values: dict[str, object] = {
            "product": self.product.value,
            "containers": self.habits.containers,
            "as_allocated": "N" if is_wrong else "Y",
            "out_of_storage_at": clock.now(),
        }
        if self.habits.tries_wrong_lot:
            with suppress(SaveRefused):
                lot = usable_lot(self.case, OTHER[self.product])
                self.case.save(self.form, {**values, "lot": lot}, "up", complete=False)
        lot = usable_lot(self.case, self.product)
        self.case.save(self.form, {**values, "lot": lot}, "up", complete=False)

    def _save_again(self, temperature_c: int) -> None:
        """Save a part of the record, and leave something typed behind."""
        values = {"storage_temp_c": temperature_c, "cover_applied": "Y"}
        self.case.save(self.form, values, "up", complete=False)
        autosaves.keep(
            self.form,
            {"destroy_reason": ["the cells were"]},
            page_load=UUID(int=1),
            based_on=1,
            author=self.case.staff["up"],
        )

    def _confirm(self) -> None:
        (request,) = preparations_of([self.form])
        weight_kg = request.dosing_weight_kg or self.case.person.weight_kg
        values = {
            **preparation_values(self.case, clock.now()),
            **cell_values(self.case, self.product, weight_kg),
        }
        if self.habits.tries_wrong_lot:
            with suppress(RandomizationRefused):
                self._confirm_as("up")
        self.case.save(self.form, values, "up", complete=False)
        for key in ("up", "up2"):
            self._confirm_as(key)
        for _print in range(self.habits.labels):
            label_of(self.form, by=self.case.staff["up"])

    def _confirm_as(self, key: str) -> None:
        person = self.case.staff[key]
        proof = ReAuthenticated(person.pk, clock.now())
        (shown,) = preparations_of([self.form])
        confirm_preparation(
            self.form, shown_digest=shown.digest, proof=proof, by=person
        )

    def _hand_over(self) -> None:
        staff = self.case.staff
        hand_over(self.form, to=staff["pn"], at=clock.now(), by=staff["up"])

    def _complete(self) -> None:
        given_ml = Decimal(str(self.infusion.volume_ml))
        rest_ml = PLAN.planned_volume_ml - given_ml
        values: dict[str, object] = {"returned_ml": rest_ml} if rest_ml else {}
        if rest_ml and self.product == Product.MSC:
            values = {
                "destroyed_ml": rest_ml,
                "destroy_reason": "Rest of the bag.",
                "destroyed_at": clock.now(),
            }
        self.case.save(self.form, values, "up")
        self.case.sign(self.form, "up2")

    def _follow_up(self) -> None:
        """Questions, corrections and deviations, which nobody else may notice."""
        staff, habits = self.case.staff, self.habits
        if habits.is_queried:
            query = review.raise_query(self.form, "lot", "Which?", by=staff["um"])
            review.answer_query(query, "As on the bag.", by=staff["up"])
            review.close_query(query, "Thank you.", by=staff["um"])
        if habits.corrects:
            why = change_reason()
            self.case.save(self.form, {"storage_temp_c": 7}, "up", why=why)
            self.case.sign(self.form, "up2")
        if habits.deviates:
            values = {"description": "Viability was counted twice."}
            self.case.add("DVP", values, "up", complete=False)
