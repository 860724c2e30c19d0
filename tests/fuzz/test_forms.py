"""Hostile answers on every form: no error, nothing lost, nothing stored as another."""

import re
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Source, attributed
from record.casebook import access, catalogue, items
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from record.casebook.services import form_instances as services
from tests.fuzz.controls import controls_of
from tests.fuzz.texts import ROUNDS, SEED, for_item, missing_code
from tests.people import STAGE, person
from tests.visits import stage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ENTERED = sorted(c for c, d in catalogue.designs().items() if not d.system_made)
POINTERS = (items.File, items.Listed, items.User)
SAVED, CONFLICT, REFUSED = 302, 409, 422
TRIES = 8


def enterer(design: FormDesign) -> User:
    roles = [Role.IN, *(role for role in Role if role != Role.IN)]
    return next(
        user
        for user in map(person, roles)
        if access.may_enter(user, design) and access.may_see(user, design)
    )


def new_form(code: str) -> FormInstance:
    someone = stage.infused(ago=30)
    visit = next(iter(catalogue.design(code).collected.visits), "")
    with attributed(by=STAGE, via=Source.COMMAND):
        return services.ensure_form(someone, code, visit=visit)


def answers(chance: Random, design: FormDesign) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, item in design.items.items():
        if isinstance(item, POINTERS):
            continue
        if chance.random() < 0.1:
            typed[f"{name}__missing"] = missing_code(chance)
        elif isinstance(item, items.ItemGroup):
            typed[f"{name}__rows"] = "2"
            for column, one in item.columns.items():
                typed[f"{name}-0-{column}"] = for_item(chance, one)
        else:
            typed[name] = for_item(chance, item)
            typed[f"{name}__shown"] = "1"
    return typed


def posted(page: str, **more: Any) -> dict[str, Any]:
    return controls_of(page, "crf-form") | {"save_as": "draft"} | more


@pytest.mark.parametrize("code", ENTERED)
def test_whatever_is_answered_is_stored_as_shown_or_refused_and_kept(code):
    design, chance = catalogue.design(code), Random(f"{SEED} {code}")  # noqa: S311
    client, form = Client(), new_form(code)
    client.force_login(enterer(design))
    url = reverse("entry:form", args=[form.pk])
    for _ in range(ROUNDS):
        page, typed = client.get(url).content.decode(), answers(chance, design)
        erase = {"erase": " ".join(design.items), "confirmed": "yes"}
        answer = client.post(url, posted(page, **typed, **erase))
        for _ in range(TRIES):
            if answer.status_code == SAVED:
                break
            assert answer.status_code in (CONFLICT, REFUSED), typed
            refused = answer.content.decode()
            kept = controls_of(refused, "crf-form")
            for name in [n for n in typed if f'id="row-{n}"' in refused]:
                assert_kept(design, name, typed, kept)
            faulty = faulty_items(refused, typed)
            assert faulty, re.findall(r"error-summary.{0,900}", refused, re.DOTALL)
            for name in faulty:
                typed = {k: v for k, v in typed.items() if not is_of(k, name)}
            answer = client.post(url, posted(page, **typed, **erase))
        assert answer.status_code in (SAVED, CONFLICT), typed

        form = FormInstance.objects.get(pk=form.pk)
        before = data_of(form, row_of(form))
        page = client.get(url).content.decode()
        again = client.post(url, posted(page))
        form = FormInstance.objects.get(pk=form.pk)
        assert again.status_code == SAVED
        assert data_of(form, row_of(form)).values == before.values


def faulty_items(page: str, typed: dict[str, Any]) -> list[str]:
    names = {key.split("__")[0].split("-")[0] for key in typed}
    return [name for name in names if f'href="#item-{name}"' in page]


def is_of(key: str, name: str) -> bool:
    return key == name or key.startswith((f"{name}__", f"{name}-"))


def assert_kept(
    design: FormDesign,
    name: str,
    typed: dict[str, Any],
    kept: dict[str, list[str]],
) -> None:
    """A text that was refused stands on the page again, letter by letter."""
    item = design.items.get(name)
    if isinstance(item, items.Text | items.Number | items.Lab | items.Date):
        as_posted = typed[name].replace("\r\n", "\n").replace("\r", "\n")
        assert kept[name][0].replace("\r", "\n") == as_posted, ascii(typed[name])
