"""The pages on which people type, and what a browser keeps of it."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import BrowserContext, Error, Page, expect

from record.accounts.models import User
from record.accounts.services.sign_in import BACKEND, FACTOR_SHOWN
from record.accounts.sessions import SEEN_AT
from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.services.form_instances import ensure_form
from record.review.models import Query, QueryStep
from record.review.services import raise_query
from tests.people import STAGE, person
from tests.visits import stage
from trial_edc import clock
from visits.models import Laboratory

PATIENCE = 20_000  # ms
RECORDS = """async () => {
  const answered = (request) => new Promise((done) => {
    request.addEventListener("success", () => done(request.result));
  });
  const database = await answered(indexedDB.open("unsaved", 1));
  const shelf = database.transaction("sealed").objectStore("sealed");
  const records = await answered(shelf.getAll());
  database.close();
  return records.map(({ sealed, iv, ...rest }) => JSON.stringify(rest)
    + new TextDecoder().decode(sealed));
}"""


def sealed_in(page: Page) -> list[str]:
    """Each record as somebody without its key reads it."""
    records: list[str] = page.evaluate(RECORDS)
    return records


def keeps(page: Page, count: int) -> None:
    """Wait until the browser keeps so many copies."""
    for _try in range(100):
        with contextlib.suppress(Error):  # it is on its way to another page
            if len(sealed_in(page)) == count:
                return
        page.wait_for_timeout(100)
    assert len(sealed_in(page)) == count


def enter_as(context: BrowserContext, user: User, url: str) -> None:
    """Sign in as the pages do, with a token of its own, without the page."""
    context.clear_cookies()
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            SEEN_AT: int(clock.now().timestamp()),
            FACTOR_SHOWN: True,
        }
    )
    session.create()
    key = session.session_key or ""
    context.add_cookies([{"name": "sessionid", "value": key, "url": url}])


@dataclass(frozen=True)
class World:
    """A participant with a form, a log, an event row and an open query."""

    someone: Participant
    form: FormInstance
    stay: FormInstance
    query: Query


def world() -> World:
    someone = stage.randomized(ago=0.5)
    with attributed(by=STAGE, via=Source.COMMAND):
        Laboratory.objects.create(code="C", name="Central laboratory")
        form = ensure_form(someone, "ZZA", visit="ZZZ")
    save(form, {"place": "icu"}, by=STAGE, via=Source.COMMAND)
    stay = stage.enter(someone, "STY", {"kind": "icu"})
    query = raise_query(form, "weight_kg", "Weight?", by=person("MO"))
    stage.infuse(someone, ago=17 / 1440)
    return World(someone, form, stay, query)


def stored(form: FormInstance, item: str) -> str:
    form = FormInstance.objects.get(pk=form.pk)
    return str(data_of(form, row_of(form)).values[item])


@dataclass(frozen=True)
class Place:
    """A page on which somebody types: where, what, and how it is sent and found."""

    address: Callable[[World], str]
    typed: Mapping[str, str]  # by selector
    button: str
    found: Callable[[World], object]  # what is stored, once it is
    role: str = "CO"
    opened: tuple[str, ...] = ()  # what is clicked before typing
    options: Mapping[str, str] = field(default_factory=dict)

    def open(self, page: Page, url: str, world: World) -> None:
        page.goto(url + self.address(world))
        self.unfold(page)

    def unfold(self, page: Page) -> None:
        for selector in self.opened:
            part = page.locator(selector).first
            if part.evaluate("part => !part.closest('details')?.open"):
                part.click()
        expect(page.locator(next(iter(self.typed)))).to_be_visible(timeout=PATIENCE)

    def type(self, page: Page) -> None:
        for selector, code in self.options.items():
            page.locator(selector).select_option(code)
        for selector, text in self.typed.items():
            page.locator(selector).fill(text)

    def holds(self, page: Page) -> None:
        for selector, text in self.typed.items():
            expect(page.locator(selector)).to_have_value(text, timeout=PATIENCE)

    def send(self, page: Page) -> None:
        page.locator(self.button).first.click()


def _answers(world: World) -> list[str]:
    steps = QueryStep.objects.filter(query=world.query).order_by("pk")
    return [step.text for step in steps]


def _rows(code: str, item: str) -> Callable[[World], object]:
    def rows(world: World) -> object:
        forms = FormInstance.objects.filter(participant=world.someone, code=code)
        return [stored(form, item) for form in forms.order_by("occurrence")]

    return rows


def _struck(world: World) -> object:
    return FormInstance.objects.get(pk=world.stay.pk).struck_at is not None


def _premedication(world: World) -> object:
    form = FormInstance.objects.get(participant=world.someone, code="INF", visit="D0")
    return stored(form, "premedication")


PLACES = {
    "form": Place(
        lambda world: f"/forms/{world.form.pk}/",
        {"#item-weight_kg": "71.5"},
        "button[value=draft]",
        lambda world: stored(world.form, "weight_kg"),
    ),
    "small table": Place(
        lambda world: f"/forms/{world.form.pk}/",
        {'[name="pauses-0-why"]': "Alarm", '[name="pauses-2-why"]': "Pump"},
        "button[value=draft]",
        lambda world: stored(world.form, "pauses"),
        opened=("#row-pauses [data-add-row]",),
    ),
    "table": Place(
        lambda world: f"/participants/{world.someone.number}/logs/CMD/",
        {'[name="n1-drug"]': "Furosemide", '[name="n2-drug"]': "Cefazolin"},
        "button[value=draft]",
        _rows("CMD", "drug"),
    ),
    "paste": Place(
        lambda world: f"/participants/{world.someone.number}/logs/CMD/",
        {"#pasted-text": "Drug\nFurosemide\nCefazolin"},
        "#paste-form button",
        lambda _world: "",
        opened=(".paste summary",),
    ),
    "panel": Place(
        lambda world: f"/forms/{world.form.pk}/",
        {"#side textarea": "It is 71.5."},
        "#side button[value=answer]",
        _answers,
        opened=("#row-weight_kg .item-mark",),
    ),
    "list of queries": Place(
        lambda _world: "/review/queries/",
        {"main textarea": "It is 71.5."},
        "main button[value=answer]",
        _answers,
        opened=("main details:has(textarea) summary",),
    ),
    "reason": Place(
        lambda world: f"/forms/{world.stay.pk}/",
        {"#strike-text": "Entered twice."},
        "button[value=strike]",
        _struck,
        opened=("details.strike:has(#strike-code) > summary",),
        options={"#strike-code": "other"},
    ),
    "bedside": Place(
        lambda world: f"/visits/participants/{world.someone.number}/infusions/D0/",
        {
            "[data-act=premedication] [name=drug]": "Promethazine",
            "[data-act=premedication] [name=dose]": "12.5",
        },
        "[data-act=premedication] button[type=submit]",
        _premedication,
        opened=("details:has(> [data-act=premedication]) > summary",),
        options={"[data-act=premedication] [name=unit]": "mg"},
    ),
    "register": Place(
        lambda _world: "/visits/laboratories/",
        {"#id_code": "WARD-7", "#id_name": "Ward laboratory"},
        "main form button[type=submit]",
        lambda _world: list(Laboratory.objects.order_by("code").values_list("code")),
        role="DM",
    ),
}
