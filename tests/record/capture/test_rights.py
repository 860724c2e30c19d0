"""One place says who may enter, answer and strike out; page and service ask it."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Process, Reason, Source
from record.capture.checking import require_right_to_enter, require_right_to_strike
from record.capture.services.form_status import restore_row, strike_row
from record.casebook import access, catalogue
from record.casebook.models import FormInstance

WHY = Reason("error", "twice")
TEST = Process("test")


def is_refused(act, *arguments, **options) -> bool:
    try:
        act(*arguments, **options)
    except PermissionDenied:
        return True
    return False


@pytest.mark.parametrize("role", list(Role))
def test_the_service_lets_strike_out_whom_the_page_offers_it(role):
    user = User(role=role)
    refused = {
        code: is_refused(require_right_to_strike, design, by=user)
        for code, design in catalogue.designs().items()
    }

    assert refused == {
        code: not access.may_strike(user, design)
        for code, design in catalogue.designs().items()
    }


@pytest.mark.parametrize("role", list(Role))
def test_the_service_lets_enter_whom_the_page_offers_it(role):
    user, designs = User(role=role), catalogue.designs()
    refused = {
        code: is_refused(require_right_to_enter, design, (), by=user)
        for code, design in designs.items()
    }
    refused_items = {
        (code, name): is_refused(require_right_to_enter, design, (name,), by=user)
        for code, design in designs.items()
        for name in design.items
    }

    assert refused == {
        code: not access.may_enter(user, design) for code, design in designs.items()
    }
    assert refused_items == {
        (code, name): refused[code] or not access.may_answer(user, item)
        for code, design in designs.items()
        for name, item in design.items.items()
    }


def test_what_the_system_makes_is_written_by_it_in_the_name_of_a_person():
    made = [d for d in catalogue.designs().values() if d.system_made]
    investigator = User(role=Role.IN)

    assert [design.code for design in made] == ["RAN"]
    for design in made:
        require_right_to_enter(design, (), by=investigator, by_system=True)
        require_right_to_enter(design, (), by=TEST)
        with pytest.raises(PermissionDenied):
            require_right_to_enter(design, (), by=User(role=Role.MO), by_system=True)


@pytest.mark.parametrize("service", [strike_row, restore_row])
@pytest.mark.parametrize("role", list(Role))
def test_striking_out_and_restoring_ask_for_the_right(service, role):
    user = User(role=role)
    barred = [
        FormInstance(code=code)
        for code, design in catalogue.designs().items()
        if not access.may_strike(user, design)
    ]

    assert barred
    for form in barred:
        with pytest.raises(PermissionDenied):
            service(form, by=user, reason=WHY, via=Source.PAGE)
