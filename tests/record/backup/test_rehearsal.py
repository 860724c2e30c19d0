"""A trial entered in a browser, backed up, destroyed with its machine, and restored."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pyrage import x25519

from simulation.demo_password import PASSWORD
from tests.blinding.noise import DECLARED
from tests.journeys.hand import Hand
from tests.record.backup.conftest import PDF
from tests.tools.launch.site import Site
from tools.launch import postgres, processes, services

pytestmark = [
    pytest.mark.slow,
    pytest.mark.journey,
    pytest.mark.verifies("BAK-01", "BAK-02", "AUD-16"),
]
DJANGO = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "trial_edc.settings"
django.setup()
"""
A_FORM = f"""{DJANGO}
from record.audit.attribution import Source, attributed
from record.casebook.models import Participant
from record.casebook.services.form_instances import ensure_form
from tests.people import STAGE
with attributed(by=STAGE, via=Source.COMMAND):
    someone = Participant.objects.order_by("-sequence").first()
    print(someone.number, ensure_form(someone, "ZZA", visit="ZZZ").pk)
"""
MAKE_EXPORTS = f"{DJANGO}from exports.services.jobs import make_waiting; make_waiting()"
# At which a page was drawn, in its head and, for printing, in its foot.
MINUTE = re.compile(
    r'(?<=data-site-now=")[^"]*|(?<=\xc2\xb7 )[\d-]{10} [\d:]{5} CST(?=</span>)'
)
NO_BROKER = "redis://127.0.0.1:9/0"  # nothing listens there


@dataclass
class Place:
    """A machine with everything on it; the browser comes to it."""

    site: Site
    hand: Hand
    urls: postgres.Databases

    def run(self, *words: str) -> str:
        return self.site.run(self.urls, *words)

    def sign_in(self, username: str) -> None:
        self.hand.page.context.clear_cookies()
        self.hand.open("/accounts/sign-in/")
        self.hand.page.get_by_label("User name").fill(username)
        self.hand.page.get_by_label("Password").fill(PASSWORD)
        self.hand.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.hand.page.get_by_role("heading", name="My work")).to_be_visible()

    def read(self, username: str, *paths: str) -> dict[str, bytes]:
        """Pages by address, without tokens and times that differ at each drawing."""
        self.sign_in(username)
        request = self.hand.page.context.request
        answers = {}
        for path in paths:
            answer = request.get(self.hand.url + path)
            assert answer.ok, f"{path}: {answer.status}"
            answers[f"{username} {path}"] = without_noise(answer.body())
        return answers


def without_noise(body: bytes) -> bytes:
    text = body.decode("latin-1")
    for pattern in (*DECLARED.values(), MINUTE):
        text = pattern.sub("", text)
    return text.encode("latin-1")


@pytest.fixture
def place(
    monkeypatch, tmp_path, page: Page, unused_tcp_port
) -> Callable[[str], AbstractContextManager[Place]]:
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    server = postgres.programs()
    monkeypatch.setenv("REDIS_URL", NO_BROKER)
    monkeypatch.setenv("PG_BIN", str(server.folder))
    monkeypatch.setenv("BACKUP_FOLDERS", str(tmp_path / "backups"))

    @contextmanager
    def start(name: str) -> Iterator[Place]:
        folder = tmp_path / name
        folder.mkdir()
        site = Site(folder, server, unused_tcp_port)
        hand = Hand(page, f"http://localhost:{unused_tcp_port}", takes_pictures=False)
        try:
            with site.cluster.running() as urls:
                yield Place(site, hand, urls)
        finally:
            processes.stop(*site.started)

    return start


def serve(place: Place) -> None:
    place.site.web(place.urls)
    assert services.answers_within(120, place.site.port), place.site.log_of("web")


def enter(place: Place, pk: str, report: Path) -> str:
    """Enter a form with a file, sign it, ask for an export; give its address."""
    hand = place.hand
    place.sign_in("li.wei")
    hand.open(f"/forms/{pk}/")
    hand.enter(
        {
            "taken_at": "2026-01-01 10:00",
            "weight_kg": "70.5",
            "creatinine": ("2.0", "mg/dL"),
            "interrupted": "N",
        }
    )
    hand.page.locator('input[type="file"][name="report"]').set_input_files(report)
    hand.complete()
    place.sign_in("wang.jun")
    hand.open(f"/forms/{pk}/")
    hand.link("Sign…")
    hand.page.locator('main input[name="password"]').fill(PASSWORD)
    name = hand.page.locator('main input[name="username"]')
    if name.count():
        name.fill("wang.jun")
    hand.press("Sign")
    expect(hand.page.locator(".form-state")).to_contain_text("Signed")
    place.sign_in("zhou.min")
    hand.open("/exports/")
    hand.press("Make the export")
    place.run("-c", MAKE_EXPORTS)
    return hand.page.url.removeprefix(hand.url)


def everything(place: Place, number: str, pk: str, export: str) -> dict[str, bytes]:
    form = f"/forms/{pk}/"
    return (
        place.read(
            "li.wei",
            "/participants/",
            f"/participants/{number}/",
            *(form, f"{form}items/weight_kg/", f"{form}items/report/file/"),
        )
        | place.read("wang.jun", form, "/dashboard/")
        | place.read("zhou.min", form, export, f"{export}download/")
        | place.read("hu.bin", "/randomization/lists/")
    )


def differences(before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[str]:
    for name, body in before.items():
        old, new = (text.decode("latin-1").splitlines() for text in (body, after[name]))
        yield from unified_diff(old, new, name, "restored", lineterm="", n=0)


def test_a_trial_lives_on_after_its_machine_is_gone(place, tmp_path):
    identity = x25519.Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(str(identity))
    report = tmp_path / "report.pdf"
    report.write_bytes(PDF)

    with place("first") as first, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKUP_RECIPIENTS", str(identity.to_public()))
        first.run("manage.py", "migrate", "--database=owner", "--verbosity=0")
        first.run("manage.py", "simulate", "--participants=2", "--seed=1")
        number, pk = first.run("-c", A_FORM).split()
        serve(first)
        export = enter(first, pk, report)
        before = everything(first, number, pk, export)
        first.run("manage.py", "verify_audit")
        first.run("manage.py", "backup")
    shutil.rmtree(tmp_path / "first")

    with place("second") as second:
        (backup,) = (tmp_path / "backups").iterdir()
        second.run("manage.py", "restore", str(backup), f"--key={key}")
        serve(second)
        after = everything(second, number, pk, export)
        second.run("manage.py", "harden_database", "--check")
        second.run("manage.py", "verify_list")

    different = list(differences(before, after))
    assert different == [], "\n".join(different)
    assert after[f"li.wei /forms/{pk}/items/report/file/"] == PDF
