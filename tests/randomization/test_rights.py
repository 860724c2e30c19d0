"""Who may do what, cell by cell, by real requests (crf_catalogue §8, domain §4).

Each act names the roles that it must let in; every other role must be refused with 403,
or with 404 where the record may not even show that it exists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from randomization.models import AllocationList
from record.accounts.models import User
from record.accounts.roles import Role
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from tests.people import PASSWORD, person
from tests.randomization import stage
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A randomized in-patient with a requested infusion, one person a role."""

    participant: Participant
    people: dict[str, User]

    def form(self, code: str, visit: str = "") -> int:
        forms = FormInstance.objects.filter(participant=self.participant, code=code)
        return forms.filter(visit=visit).first().pk


Act = Callable[[Client, World], Any]


def get(name: str, *parts: str) -> Act:
    return lambda client, world: client.get(address(world, name, parts))


def post(name: str, *parts: str, **posted: str) -> Act:
    return lambda client, world: client.post(address(world, name, parts), posted)


def address(world: World, name: str, parts: tuple[str, ...]) -> str:
    """Return an address: `#` the participant, `*` the list, `/PRD/D0` a form."""
    values = [
        world.participant.number
        if part == "#"
        else AllocationList.objects.get().pk
        if part == "*"
        else world.form(*part.removeprefix("/").split("/"))
        if part.startswith("/")
        else part
        for part in parts
    ]
    return reverse(name, args=values)


def broken(kind: str) -> Act:
    """Return a code break with the password of whoever asks."""

    def act(client: Client, world: World) -> Any:
        user = User.objects.get(pk=client.session["_auth_user_id"])
        values = {
            "kind": kind,
            "category": "treatment",
            "reason": "anaphylaxis",
            "username": user.username,
            "password": PASSWORD,
        }
        number = world.participant.number
        answer = client.post(reverse("randomization:break_code", args=[number]), values)
        if answer.status_code == 400:  # a kind that this role may not break
            answer.status_code = 403
        return answer

    return act


def accidental(client: Client, world: World) -> Any:
    now = clock.now().astimezone(dates.SITE_TZ)
    values = {
        "number": world.participant.number,
        "at": f"{now:%Y-%m-%d %H:%M}",
        "kind": "accidental",
        "category": "cover",
        "reason": "bag fell",
    }
    return client.post(reverse("randomization:record_code_break"), values)


# fmt: off
TABLE: dict[str, tuple[str, Act]] = {
    "READ_CASEBOOK": ("CO IN PI BN MO DM BR UP PN UM SO", get("entry:casebook", "#")),
    "read a blinded form": ("CO IN PI BN MO DM BR UM", get("entry:form", "/DEM")),
    "read the infusion request": ("CO IN PI BN MO DM BR UP PN UM",
                                  get("entry:form", "/IRQ/D0")),
    "SEE_IDENTITY": ("CO IN PI BN", get("entry:form", "/CTC")),
    "ENTER_CRF": ("CO IN PI", post("entry:form", "/DEM", save_as="draft")),
    "ENTER_BEDSIDE": ("CO IN PI BN", post("entry:form", "/VIT/D0", save_as="draft")),
    "JUDGE": ("IN PI", post("randomization:in_error", "#")),
    "CONFIRM_ELIGIBILITY": ("IN PI", post("enrollment:eligibility", "#")),
    "SIGN_INFUSION_REQUEST": ("IN PI", post("entry:sign", "/IRQ/D0")),
    "RANDOMIZE": ("CO IN PI", post("randomization:randomize", "#")),
    "SEE_PRODUCT": ("UP PN UM", get("entry:form", "/PRD/D0")),
    "see an item of the product": ("UP PN UM",
                                   get("entry:panel", "/PRD/D0", "product")),
    "ENTER_PRODUCT": ("UP PN", post("entry:form", "/PRD/D0", save_as="draft")),
    "CHECK_PRODUCT": ("UP PN", post("randomization:preparation", "/PRD/D0",
                                    act="confirm")),
    "hand over": ("UP PN", post("randomization:preparation", "/PRD/D0",
                                act="hand_over")),
    "print the label": ("UP PN", get("randomization:label", "/PRD/D0")),
    "SEE_ARM on the worklist": ("UP PN UM", get("randomization:preparations")),
    "SEE_ARM of one infusion": ("UP PN UM",
                                get("randomization:preparation", "/PRD/D0")),
    "read lots": ("UP PN UM", get("randomization:lots")),
    "keep lots": ("UP PN", post("randomization:add_lot")),
    "CODE_BREAK emergency": ("IN PI", broken("emergency")),
    "CODE_BREAK SUSAR": ("SO", broken("susar")),
    "record an accidental break": ("CO IN PI UP PN SO", accidental),
    "read the register of breaks": ("CO IN PI MO DM UP PN UM SO",
                                    get("randomization:code_breaks")),
    "arm by setting, which is off": ("", post("randomization:show_arm", "#")),
    "ask about a blinded form": ("MO DM", post("entry:panel", "/DEM", "sex",
                                               action="raise", text="Which?")),
    "ask about a product record": ("UM", post("entry:panel", "/PRD/D0", "lot",
                                              action="raise", text="Which?")),
    "VERIFY a blinded form": ("MO", post("entry:verify_form", "/DEM")),
    "VERIFY a product record": ("UM", post("entry:verify_form", "/PRD/D0")),
    "state the restricted part ready": ("UM", post("randomization:restricted_part")),
    "LIST_GENERATE": ("LC", post("randomization:generate")),
    "LIST import": ("LC", post("randomization:import_list")),
    "LIST verify": ("LC", post("randomization:verify")),
    "LIST_APPROVE": ("US", post("randomization:approve", "*")),
    "read the allocation lists": ("LC US", get("randomization:allocation_lists")),
    "OPEN_CODE": ("IN PI LC", post("randomization:opened_code")),
    "PAUSE_STUDY": ("PI SO", post("randomization:change_status")),
    "EXPORT_BLINDED": ("IN PI MO DM BR", get("exports:exports")),
    "EXPORT_UNBLINDED": ("US", get("exports:unblinded")),
    "POOLED_DASHBOARD": ("CO IN PI MO DM BR SO", get("monitoring:dashboard")),
    "MANAGE_USERS": ("AD", get("accounts:users")),
}
# fmt: on
REFUSED = (403, 404)
BREAKERS = ("IN", "PI", "SO")


@pytest.fixture
def world():
    stage.open_study()
    people = {
        role.value: person(
            role,
            username=f"the.{role.value.lower()}",
            password=PASSWORD if role in BREAKERS else None,
        )
        for role in Role
    }
    participant = stage.randomized_participant()
    stay = stage.row(participant, "STY")
    values = {"kind": "hospital", "hospital": "ours", "in_at": clock.now()}
    save(stay, values, by=people["CO"])
    stage.requested(participant)
    for code, visit in (("CTC", ""), ("VIT", "D0")):
        stage.form_of(participant, code, visit)
    return World(participant, people)


@pytest.mark.slow
@pytest.mark.verifies("ACC-03", "ACC-05", "RND-05", "RND-07", "RND-09")
def test_each_act_is_open_to_the_roles_of_its_row_alone(world):
    allowed: dict[str, set[str]] = {name: set() for name in TABLE}
    for role, user in world.people.items():
        client = Client()
        client.force_login(user)
        for name, (_roles, act) in TABLE.items():
            with transaction.atomic():
                answer = act(client, world)
                transaction.set_rollback(True)
            if answer.status_code not in REFUSED:
                allowed[name].add(role)

    assert allowed == {name: set(roles.split()) for name, (roles, _) in TABLE.items()}
