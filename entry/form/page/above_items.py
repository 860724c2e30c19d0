"""What a form page shows above the items: the facts that they are entered from."""

from dataclasses import dataclass

from django.urls import reverse

from entry.form.page.form import FormPage
from randomization.product.selectors.preparation_worklist import Preparation
from randomization.product.services.product import preparation_with_arm
from visits.models import DeviationFinding

# Refused because a death is not on record yet.
NEEDS_DEATH_FORM = {"O28-01", "OM3-01", "EOS-03"}


@dataclass(frozen=True)
class AboveItems:
    """Facts of a product record, what a rule found, a form that is needed first."""

    is_product_record: bool = False
    preparation: Preparation | None = None  # None while no signed request holds
    finding: str = ""  # for its reader, where the description is in another language
    death_form: str = ""  # address


def above_items(page: FormPage) -> AboveItems:
    if page.form.code == "PRD":
        preparation = preparation_with_arm(page.form, by=page.user)
        return AboveItems(is_product_record=True, preparation=preparation)
    finding = _finding(page) if page.form.code == "DEV" else ""
    return AboveItems(finding=finding, death_form=_death_form_needed(page))


def _finding(page: FormPage) -> str:
    finding = DeviationFinding.objects.filter(deviation=page.form.pk).first()
    description = page.data.get("description")
    text = finding.described(description) if finding else description
    return "" if text in (None, description) else str(text)


def _death_form_needed(page: FormPage) -> str:
    fired = {one.check_id for findings in page.errors.values() for one in findings}
    if fired.isdisjoint(NEEDS_DEATH_FORM) or page.casebook.value("DTH", "death_on"):
        return ""
    return reverse("entry:open_form", args=[page.form.participant.number, "DTH"])
