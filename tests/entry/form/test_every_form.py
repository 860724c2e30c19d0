"""Each form of the trial opens, empty and with its computed values, for its readers."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Source, attributed
from record.casebook import access, catalogue
from record.casebook.models import FormInstance
from record.casebook.services import form_instances as services
from tests.people import STAGE, person
from tests.visits import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms() -> dict[str, FormInstance]:
    """Hang a form of each form into the casebook of somebody with an open event."""
    someone = stage.infused(ago=100)
    stage.enter(someone, "AE", {"term": "fever", "serious": "Y", "ongoing": "Y"})
    with attributed(by=STAGE, via=Source.COMMAND):
        return {
            code: services.ensure_form(
                someone, code, visit=next(iter(design.collected.visits), "")
            )
            for code, design in catalogue.designs().items()
        }


@pytest.mark.slow
def test_each_form_opens_for_whoever_may_see_it(forms):
    users: list[User] = [person(role) for role in Role]
    answers: dict[tuple[str, str], int] = {}
    expected: dict[tuple[str, str], int] = {}
    for user in users:
        client = Client()
        client.force_login(user)
        for code, form in forms.items():
            page = client.get(reverse("entry:form", args=[form.pk]))
            place = user.role, code
            answers[place] = page.status_code
            may = access.may_see(user, catalogue.design(code))
            expected[place] = 200 if may else 404
    nobody = {role for role, _code in answers if answers[role, "DEM"] == 403}
    assert nobody == {"LC", "US", "AD"}
    readers = {place for place in answers if place[0] not in nobody}
    assert {place: answers[place] for place in readers} == {
        place: expected[place] for place in readers
    }


def test_the_end_of_study_tells_what_is_still_open(forms):
    client = Client()
    client.force_login(person("PI"))

    page = client.get(reverse("entry:form", args=[forms["EOS"].pk]))

    assert "Still open" in page.content.decode()
    assert "Adverse event" in page.content.decode()


def test_product_staff_see_when_it_ran_in_and_nothing_of_the_course(forms):
    client = Client()
    client.force_login(person("UP"))
    number = forms["INF"].participant.number
    stage.row(forms["INF"].participant, "CRE", {"value": "151.7"})

    infusion = client.get(reverse("entry:form", args=[forms["INF"].pk]))
    reaction = reverse("entry:panel", args=[forms["INF"].pk, "reaction"])
    book = client.get(reverse("entry:casebook", args=[number]))

    assert 'id="row-started_at"' in infusion.content.decode()
    assert 'id="row-reaction"' not in infusion.content.decode()
    assert client.get(reaction).status_code == 404
    assert "151.7" not in book.content.decode()


def test_no_item_has_the_name_of_a_control_of_the_page(forms):
    client = Client()
    client.force_login(person("CO"))
    page = client.get(reverse("entry:form", args=[forms["DEM"].pk])).content.decode()
    form = page.partition('id="crf-form"')[2].partition("</form>")[0]
    own = {*re.findall(r'name="([a-z_]+)"', form)} - {*catalogue.design("DEM").items}
    own |= {"confirmed", "erase"}

    taken = {
        (code, name)
        for code, design in catalogue.designs().items()
        for name in own & set(design.items)
    }

    assert {"based_on", "save_as"} <= own
    assert taken == set()
