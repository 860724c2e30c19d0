"""Production as docker-compose.yml says it, from an empty machine to an export."""

import base64
import io
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrage import x25519

from tests.record.notices.postbox import Postbox, postbox
from tests.tools.launch import machine
from tests.tools.launch.machine import Machine
from tests.tools.launch.visitor import HOST, PASSWORD, Visitor

pytestmark = [pytest.mark.slow, pytest.mark.real_clock]
OURS = ("web", "messages", "exports", "beat")
LINK = re.compile(rf"https://{HOST}(/accounts/password/\S+)")
PLAN = {
    "planned_dose_e6_per_kg": "1",
    "planned_volume_ml": "100",
    "planned_rate_ml_min": "2",
    "premedication": "none",
    "amendment": "",
    "reason": "as the protocol says",
}
ROLES = ("PI", "UP", "PN", "UM", "LC", "US", "SO", "SO", "AD")
LEAST = 1000  # bytes of a PDF with a word in it
MISSING = ">missing<"
DONE = ("No backup was made yet", "The record was never proved", "No mail has left")
PDF = "from weasyprint import HTML; print(len(HTML(string='<p>标签 1').write_pdf()))"
SEAL = "from record.audit.seals import seal_finished; print(seal_finished())"


def values() -> dict[str, str]:
    """What somebody fills into a copy of docker/env.example."""
    passwords = ("POSTGRES", "OWNER", "RUNTIME", "BROKER")
    return {
        "SITE": HOST,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "VAULT_KEYS": base64.b64encode(os.urandom(32)).decode(),
        **{f"{name}_PASSWORD": secrets.token_hex(24) for name in passwords},
        "EMAIL_URL": "smtp://mail:2525",
        "DEFAULT_FROM_EMAIL": "edc@example.org",
        "PARTICIPANT_FROM_EMAIL": "reminders@example.org",
        "BACKUP_RECIPIENTS": str(x25519.Identity.generate().to_public()),
    }


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Machine]:
    if why := machine.impediment():
        pytest.skip(f"production was not tried as it starts: {why}")
    with machine.own_network():
        site = Machine(tmp_path, values())
        try:
            yield site
        finally:
            site.close()


@pytest.fixture
def box(production: Machine) -> Iterator[Postbox]:
    with postbox(2525) as box:
        yield box


class Staff:
    """The people of the site, each at a browser."""

    def __init__(self, production: Machine, box: Postbox) -> None:
        self.production, self.box = production, box
        self.people: dict[str, Visitor] = {}

    def open_by_command(self, name: str, role: str) -> Visitor:
        output = self.production.run(
            "web", "python", "manage.py", "create_account", name, role,
            f"--name={name}", f"--email={name}@example.org",
        )  # fmt: skip
        temporary = output.split("temporary password:")[1].strip()
        person = self.people[name] = Visitor(len(self.people) + 1)
        person.sign_in(name, temporary)
        person.send(
            "/accounts/password/",
            present_password=temporary,
            new_password1=PASSWORD,
            new_password2=PASSWORD,
        )
        person.enrol()
        return person

    def open_by_page(self, by: Visitor) -> Visitor:
        """A coordinator follows the link of the mail."""
        mails = len(self.box.texts)
        by.send(
            "/accounts/users/add/",
            username="cora", full_name="Cora", email="cora@example.org", role="CO",
        )  # fmt: skip
        link = self._link_after(mails)
        person = self.people["cora"] = Visitor(len(self.people) + 1)
        person.open(link)
        form = person.address.partition(":8000")[2]
        person.send(form, new_password1=PASSWORD, new_password2=PASSWORD)
        person.sign_in("cora")
        return person

    def _link_after(self, mails: int) -> str:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            links = [LINK.search(text) for text in self.box.texts[mails:]]
            if any(links):
                return next(link[1] for link in links if link)
            time.sleep(0.2)
        raise AssertionError(self.production.log("messages"))


def start(production: Machine) -> None:
    production.initialize_database()
    production.wait_until_healthy("postgres")
    production.run("migrate", *production.services["migrate"]["command"])
    production.start("broker")
    production.wait_until_healthy("broker")
    for name in OURS:
        production.start(name)
    for name in OURS:
        production.wait_until_healthy(name)


def go_live(staff: Staff) -> None:
    """List and plan by two persons each; then the study, opened by two."""
    names = enumerate(ROLES)
    people = {r: staff.open_by_command(f"{r.lower()}{n}", r) for n, r in names}
    custodian, leader, officer = people["LC"], people["PI"], people["SO"]
    custodian.send("/randomization/lists/generate/", block_sizes="2, 8")
    [draft] = set(re.findall(r"/lists/(\d+)/destroy/", custodian.text))
    people["US"].send(f"/randomization/lists/{draft}/approve/", confirmation="x")
    custodian.send(f"/randomization/lists/{draft}/seal/")
    leader.send("/randomization/study/infusion-plan/", **PLAN)
    page = officer.open("/randomization/study/infusion-plan/")
    [approval] = re.findall(r'action="(\S+infusion-plan/\d+/approve/)"', page)
    [shown] = re.findall(r'name="shown" value="(\w+)"', page)
    officer.send(approval, shown=shown)
    wait_for(lambda: MISSING not in leader.open("/randomization/study/go-live/"))
    leader.send("/randomization/study/step/", status="open", reason="all is there")
    [step] = re.findall(r'action="(\S+study/\d+/confirm/)"', leader.text)
    officer.send(step)
    assert "<span>Open</span>" in officer.open("/randomization/study/")


def upload(coordinator: Visitor) -> None:
    """Register a person, enter a form with the scan of a paper, read both back."""
    coordinator.open("/enrollment/register/")
    coordinator.send(
        "/enrollment/register/",
        approached_at=time.strftime("%Y-%m-%d 00:00", time.gmtime()),
        source="icu", age_years="50", sex="M",
    )  # fmt: skip
    links = re.findall(r'href="(/participants/\S*/CNS/\S*)"', coordinator.text)
    assert links, (coordinator.address, re.findall(r'href="(\S+)"', coordinator.text))
    form = links[0]
    coordinator.open(form)
    scan = io.BytesIO(b"%PDF-1.4\n" + b"signed " * 1000 + b"\n%%EOF")
    scan.name = "consent.pdf"
    coordinator.send(
        form, based_on="0", save_as="draft", kind="initial", signed_scan=scan,
    )  # fmt: skip
    [file] = set(re.findall(r'"(/forms/\d+/items/signed_scan/file/)', coordinator.text))
    coordinator.open(file)
    assert coordinator.content == scan.getvalue()


def wait_for(is_so, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(2)


def export(investigator: Visitor) -> list[str]:
    investigator.open("/exports/")
    investigator.send("/exports/", forms=["CNS", "SCN"])
    place = investigator.address.partition(":8000")[2]
    wait_for(lambda: "download/" in investigator.open(place))
    return investigator.download(f"{place}download/").namelist()


def test_an_empty_machine_comes_to_its_first_export(production, box, note) -> None:
    start(production)
    staff = Staff(production, box)
    ada = staff.open_by_command("ada", "AD")
    ivan = staff.open_by_command("ivan", "IN")
    cora = staff.open_by_page(by=ada)
    assert "My work" in cora.open("/")
    for command in (["shell", "-c", SEAL], ["verify_audit"]):
        production.run("web", "python", "manage.py", *command)
    production.run("exports", "python", "manage.py", "backup")
    page = ada.open("/randomization/study/go-live/")
    assert "No allocation list is sealed." in page
    assert [words for words in DONE if words in page] == []
    go_live(staff)
    upload(cora)
    assert int(production.run("web", "python", "-c", PDF).splitlines()[-1]) > LEAST
    files = export(ivan)

    logs = {name: production.log(name) for name in OURS}
    ends = {name: production.stop(name) for name in (*OURS, "broker", "postgres")}

    assert ends == dict.fromkeys(ends, 0)
    assert "exports.tasks.make_export" in logs["exports"]
    assert "deliver_queued" in logs["messages"]
    for name, log in logs.items():
        lines = [json.loads(line) for line in log.splitlines() if line]
        assert all("timestamp" in line for line in lines), name
        assert [line for line in lines if "places" in line] == [], name
    note(f"{len(box.texts)} mails, an export of {len(files)} files")
