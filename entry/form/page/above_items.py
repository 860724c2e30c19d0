"""What a form page shows above the items: the facts that they are entered from."""

from dataclasses import dataclass

from randomization.product.selectors.preparation_worklist import Preparation
from randomization.product.services.product import preparation_with_arm
from record.accounts.models import User
from record.casebook.models import FormInstance


@dataclass(frozen=True)
class AboveItems:
    """Allocation, weight and plan of a product record."""

    is_product_record: bool = False
    preparation: Preparation | None = None  # None while no signed request holds


def above_items(form: FormInstance, user: User) -> AboveItems:
    if form.code != "PRD":
        return AboveItems()
    return AboveItems(
        is_product_record=True, preparation=preparation_with_arm(form, by=user)
    )
