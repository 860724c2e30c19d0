"""Saving a form of 40 items through the whole stack, against the bare ModelForm."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.test import Client, override_settings
from django.urls import reverse

from bench.clocks import medians
from bench.room.models import ANSWERS, CHOICES, DATES, INSTANTS, NUMBERS, TEXTS, Bare
from record.accounts import roles
from record.accounts.models import User
from record.audit.attribution import Process, Source, attributed
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import ensure_form

STAGE = Process("bench")
SAVED = 302


def typed(number: int) -> dict[str, str]:
    day = date(2020, 1, 1) + timedelta(days=number)
    at = datetime(2020, 1, 1, 8, 0) + timedelta(minutes=number)  # noqa: DTZ001 - as typed
    return {
        **{name: f"{100 + (number + n) % 500}.5" for n, name in enumerate(NUMBERS)},
        **{name: str((number + n) % 3) for n, name in enumerate(CHOICES)},
        **{name: "Y" if name == ANSWERS[0] or number % 2 else "N" for name in ANSWERS},
        **{name: f"Some words about {name}, round {number}." for name in TEXTS},
        **dict.fromkeys(DATES, day.isoformat()),
        **dict.fromkeys(INSTANTS, at.strftime("%Y-%m-%d %H:%M")),
    }


def _stage(rounds: int) -> tuple[User, list[FormInstance]]:
    with attributed(by=STAGE, via=Source.COMMAND):
        user = User.objects.create(
            username="bench",
            full_name="Bench",
            email="bench@example.org",
            role="CO",
            blinding=roles.blinding_class("CO").value,
        )
        person = Participant.objects.create(number="S-999Z", sequence=999)
        return user, [ensure_form(person, "ZZW", occurrence=n) for n in range(rounds)]


def _poster(client: Client, address: Callable[[int], str]) -> Callable[..., None]:
    def post(number: int, **more: str) -> None:
        # A browser has shown the message of the save before, and so forgotten it.
        client.cookies.pop("messages", None)
        response = client.post(address(number), {**typed(number), **more})
        if response.status_code != SAVED:
            message = f"{address(number)} answered {response.status_code}"
            raise RuntimeError(message)

    return post


@override_settings(ROOT_URLCONF="bench.room.bare", ALLOWED_HOSTS=["testserver"])
def saving(rounds: int) -> list[tuple[str, float, float]]:
    user, forms = _stage(rounds + 100)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    post_ours = _poster(client, lambda n: reverse("entry:form", args=[forms[n].pk]))
    post_bare = _poster(client, lambda _n: reverse("bare", args=[0]))
    first = medians(
        {
            "ours": lambda n: post_ours(n, save_as="complete", based_on="0"),
            "bare": post_bare,
        },
        rounds,
    )
    draft, row = forms[-1], Bare._default_manager.latest("pk")
    change_ours = _poster(client, lambda _n: reverse("entry:form", args=[draft.pk]))
    change_bare = _poster(client, lambda _n: reverse("bare", args=[row.pk]))
    later = medians(
        {
            "ours": lambda n: change_ours(n, save_as="draft", based_on=str(n)),
            "bare": change_bare,
        },
        rounds,
    )
    return [
        ("first save, marked complete", first["ours"], first["bare"]),
        ("all 40 values of a draft changed", later["ours"], later["bare"]),
    ]
