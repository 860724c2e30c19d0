"""The stations of one participant's way, as people click and type them."""

import io
import re
import zipfile

from celery.contrib.testing.worker import start_worker
from playwright.sync_api import expect

from record.accounts.models import User
from record.casebook.models import Participant
from tests.journeys.answers import (
    COMORBIDITIES,
    JUDGED_ELIGIBLE,
    LOGS_COMPLETE,
    NORMAL_SIGNS,
    at,
    today,
)
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization.stage import open_study, stocked
from trial_edc import clock
from trial_edc.celery import app


class Story:
    """The users and the pages on one participant's way."""

    def __init__(self, hand: Hand) -> None:
        """Open the study with everybody in place."""
        self.hand, self.page = hand, hand.page
        open_study()
        self.users: dict[str, User] = {
            role: person(role, username=name, full_name=full, password=PASSWORD)
            for role, name, full in (
                ("CO", "li.wei", "Li Wei"),
                ("IN", "zhang.min", "Zhang Min"),
                ("BN", "liu.fang", "Liu Fang"),
                ("UP", "chen.hao", "Chen Hao"),
                ("PN", "zhao.lei", "Zhao Lei"),
                ("MO", "wang.fang", "Wang Fang"),
            )
        }
        for product in ("MSC", "SALINE"):
            stocked(product)
        self.number = ""

    def become(self, role: str) -> User:
        self.hand.sign_in(self.users[role])
        return self.users[role]

    def fill(self, code: str, visit: str = "", /, **values: object) -> None:
        """Open a form, type, say what was not done, mark complete."""
        self.hand.form(self.number, code, visit)
        self.finish(**values)

    def add(self, log: str, /, **values: object) -> None:
        self.hand.row(self.number, log)
        self.finish(**values)

    def finish(self, **values: object) -> None:
        """Type into the open form and mark it complete."""
        self.hand.enter(values)
        self.hand.not_done()
        self.hand.complete()

    # The stations of the way

    def approach(self) -> None:
        self.hand.picture("02-my-work")
        self.hand.link("Register a person approached")
        self.page.get_by_label("Approached at").fill(at(hours=30))
        self.page.locator('[name="source"][value="icu"]').or_(
            self.page.locator('select[name="source"]')
        ).first.evaluate(
            "c => { if (c.type === 'radio') c.checked = true; else c.value = 'icu'; }"
        )
        self.page.get_by_label("Age in years").fill("50")
        self.page.locator('[name="sex"][value="M"]').or_(
            self.page.locator('select[name="sex"]')
        ).first.evaluate(
            "c => { if (c.type === 'radio') c.checked = true; else c.value = 'M'; }"
        )
        self.hand.picture("03-screening-register")
        self.hand.click(self.page.locator("main form button.btn-primary"))
        self.number = Participant.objects.get().number
        expect(self.page.locator("main")).to_contain_text(self.number)

    def consent(self) -> None:
        self.hand.row(self.number, "CNS")
        investigator = str(self.users["IN"].pk)
        self.hand.enter(
            {
                "kind": "initial",
                "decision": "given",
                "decided_at": at(hours=28),
                "version": "1.0",
                "language": "zh",
                "capacity": "Y",
                "capacity_by": investigator,
                "signer": "participant",
                "witness": "N",
                "obtained_by": investigator,
                "copy_given": "Y",
            }
        )
        self.hand.picture("04-consent")
        self.hand.not_done()
        self.hand.complete()

    def screen(self) -> None:
        born = clock.today().replace(year=clock.today().year - 50, day=1)
        self.fill("DEM", birth_date=born.isoformat(), sex="M", ethnic_group="han")
        self.fill(
            "CTC",
            name="王某某",
            hospital_no="ZY0012345",
            phones={"number": "13800001111", "owner": "participant", "works": "Y"},
        )
        self.fill(
            "MHX",
            hospital_admitted_at=at(days=4),
            aki_recognised_at=at(hours=36),
            aki_setting="hospital",
            aki_causes=["sepsis"],
            **dict.fromkeys(COMORBIDITIES, "N"),
        )
        for hours, value in ((24 * 60, "80"), (60, "85"), (32, "200")):
            self.add(
                "CRE",
                sample_at=at(hours=hours),
                value=(value, "umol/L"),
                place="ward",
                routine_care="Y",
            )
        self.add("IST", any_exposure="N")
        self.add(
            "STY",
            kind="hospital",
            hospital="ours",
            in_at=at(days=4),
            admission_type="index",
            reason="Sepsis",
        )
        self.panel("SCR")
        self.signs("SCR", height_cm="172")

    def panel(self, visit: str) -> None:
        values: dict[str, object] = {
            "sampled_at": at(hours=1),
            "routine_care": "Y",
            "haemoglobin": ("112", "g/L"),
            "wbc": ("9.4", "10^9/L"),
            "potassium": ("4.6", "mmol/L"),
        }
        if visit in ("SCR", "D0", "D7"):
            values["platelets"] = ("150", "10^9/L")
        self.fill("LAB", visit, **values)

    def signs(self, visit: str, **more: str) -> None:
        weight = {}
        if visit in ("SCR", "D0", "D7"):
            weight = {"weight_kg": "70.0", "weight_source": "bed_scale"}
        self.fill(
            "VIT", visit, measured_at=at(hours=0.5), **weight, **NORMAL_SIGNS, **more
        )

    def judge(self) -> None:
        """Answer the judgements and confirm eligibility with the password."""
        investigator = self.become("IN")
        self.fill(
            "ELG",
            **JUDGED_ELIGIBLE,
            lvef_at=at(days=1),
        )
        self.hand.casebook(self.number)
        self.hand.link("Eligibility", exact=True)
        self.hand.picture("05-eligibility")
        self.hand.confirm(investigator)
        self.hand.press("Confirm eligibility")
        expect(self.page.locator("#confirm")).to_contain_text(
            "Zhang Min (Investigator)"
        )

    def randomize(self) -> None:
        """Randomize: the number typed once more, then the code."""
        self.become("CO")
        self.hand.casebook(self.number)
        self.hand.link("Randomize", exact=True)
        self.page.locator('main input[name="number"]').fill(self.number)
        self.hand.picture("06-randomize")
        self.hand.press("Randomize")
        expect(self.page.locator("main")).to_contain_text(re.compile(r"R-\w{4}"))

    def attend(self, visit: str, mode: str = "in_person") -> None:
        self.fill(
            "VIS",
            visit,
            performed="Y",
            visit_date=today(),
            mode=mode,
            informant="participant",
            in_hospital="Y" if visit in ("D0", "D7") else "N",
            creatinine_taken="Y",
            new_ae="N",
            new_drug="N",
            rrt_since="N",
            stay_change="N",
            contacts_checked="Y",
        )

    def sample(self, value: str) -> None:
        self.add(
            "CRE", sample_at=at(hours=1), value=(value, "umol/L"), place="outpatient"
        )

    def outcome(self, code: str, visit: str, picture: str) -> None:
        """Fill in an outcome form and let the investigator sign it."""
        self.become("CO")
        self.sample("105" if visit == "D28" else "92")
        self.attend(visit)
        self.signs(visit)
        self.panel(visit)
        more = {"transplant": "N"} if visit == "M3" else {}
        self.fill(
            code,
            visit,
            vital_status="alive",
            status_known_on=today(),
            status_source="seen",
            rrt_last_7_days="N",
            where_now="home",
            **dict.fromkeys(LOGS_COMPLETE, "Y"),
            **more,
        )
        self.hand.picture(picture)
        investigator = self.become("IN")
        self.hand.form(self.number, code, visit)
        self.hand.sign(investigator)

    def monitor(self) -> None:
        """Verify a form and ask about an item."""
        self.become("MO")
        self.hand.form(self.number, "VIT", "D28")
        self.hand.press("Verify all items")
        expect(self.page.locator("#row-heart_rate .marks")).to_contain_text("Verified")
        self.hand.picture("12-verification")
        self.page.locator("#row-heart_rate .item-mark").click()
        panel = self.page.locator(".side-panel")
        panel.get_by_label("Ask about this item").fill("Resting, or after walking?")
        self.hand.picture("11-query")
        self.hand.click(panel.get_by_role("button", name="Raise query"))
        expect(panel).to_contain_text("Resting, or after walking?")
        for name, path in (
            ("15-matrix", "/participants/"),
            ("17-dashboard", "/dashboard/"),
        ):
            self.hand.open(path)
            self.hand.picture(name)
        self.hand.casebook(self.number)
        self.hand.picture("16-casebook")

    def export(self) -> zipfile.ZipFile:
        """Make the export, wait for it and download it."""
        self.hand.open("/exports/")
        with start_worker(
            app,
            pool="solo",
            queues=("messages", "exports"),
            perform_ping_check=False,
            loglevel="ERROR",
        ):
            self.hand.press("Make the export")
            ready = self.page.get_by_role("link", name="Download")
            expect(ready).to_be_visible(timeout=60_000)
        self.hand.picture("14-exports")
        with self.page.expect_download() as download:
            ready.click()
        return zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
