"""The stations of one participant's way, as people click and type them."""

import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

from celery.contrib.testing.worker import start_worker
from playwright.sync_api import expect

from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization.stage import open_study, stocked
from trial_edc import clock, dates
from trial_edc.celery import app
from trial_edc.protocol import PROTOCOL

NORMAL_SIGNS = {
    "temperature_c": "36.8",
    "heart_rate": "82",
    "respiratory_rate": "18",
    "spo2_pct": "97",
    "systolic_bp": "124",
    "diastolic_bp": "76",
}
NO_EXCLUSION = dict.fromkeys(
    (
        *("e3", "e4", "e5", "e6", "e7", "e8", "e10", "e12", "e14", "e15", "e16"),
        *("e11_arrhythmia_or_severe", "e18_other"),
    ),
    "N",
)
JUDGED_ELIGIBLE: dict[str, str | list[str]] = {
    "i4_can_comply": "Y",
    "phone_confirmed": "Y",
    "e1_causes": ["none"],
    "ultrasound": "Y",
    "urinalysis": "Y",
    "lvef_pct": "60",
    "lvef_method": "echo",
    "nonrenal_failed_organs": ["none"],
    "e19": "no",
    "e20": "no",
    **NO_EXCLUSION,
}
COMORBIDITIES = (
    *("diabetes", "hypertension", "known_ckd", "coronary_disease", "heart_failure"),
    *("stroke", "copd", "liver_disease", "hbv", "hcv", "hiv", "tb", "syphilis"),
    *("fungal", "malignancy", "transplant", "vasculitis", "thrombosis", "allergy"),
)
LOGS_COMPLETE = (
    "rrt_log_complete",
    "stays_log_complete",
    "events_log_complete",
    "drugs_log_complete",
)


def at(*, hours: float = 0, days: float = 0) -> str:
    """The site time some hours or days ago, as people type it."""
    instant = clock.now() - timedelta(hours=hours, days=days)
    return instant.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")


def today() -> str:
    return clock.today().isoformat()


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
        self.page.locator("main form button.btn-primary").click()
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

    def request(self, visit: str) -> None:
        """Ask for an infusion, safety checked again, and sign the request."""
        investigator = self.become("IN")
        self.fill(
            "IRQ",
            visit,
            planned_start_at=at(hours=-1),
            dosing_weight_kg="70.0",
            weighed_at=at(hours=0.5),
            weight_source="bed_scale",
            ventilated_now="N",
            unstable_now="N",
            vasopressor_rising_now="N",
            infection_uncontrolled_now="N",
            consent_withdrawn_now="N",
            decision="go",
        )
        if visit == "D0":
            self.hand.picture("13-signing")
        self.hand.sign(investigator)

    def prepare(self, visit: str) -> None:
        """Prepare the product: the arm is seen here and nowhere before."""
        pharmacist = self.become("UP")
        self.hand.open("/randomization/preparations/")
        if visit == "D0":
            self.hand.picture("07-product")
        line = self.page.locator("main tbody tr").last
        arm = line.locator("strong").inner_text()
        product = "SALINE" if "aline" in arm or arm == "SALINE" else "MSC"
        line.get_by_role("link").last.click()
        self.hand.link("Product record", exact=True)
        self.hand.on_form("PRD")
        volume = PROTOCOL.infusion.plan(demo=True).planned_volume_ml
        cells: dict[str, str] = {
            "passage": "4",
            "planned_dose_e6_kg": "1.00",
            "cells_per_ml_e6": "0.50",
            "viability_pct": "92.0",
            "viability_method": "trypan_blue",
            "thawed_at": at(hours=0.4),
        }
        self.hand.enter(
            {
                "product": product,
                "lot": f"{product}-7",
                "containers": "1",
                **(cells if product == "MSC" else {}),
                "out_of_storage_at": at(hours=0.5),
                "prepared_at": at(hours=0.3),
                "storage_temp_c": "-150" if product == "MSC" else "4",
                "diluent": "saline_0_9",
                "final_volume_ml": str(volume),
                "cover_applied": "Y",
                "prepared_by": str(pharmacist.pk),
                "checked_by": str(self.users["PN"].pk),
                "as_allocated": "Y",
            }
        )
        if product == "SALINE":
            for name in cells:
                self.page.locator(f'[name="{name}__missing"]').select_option("NA")
        self.page.locator('button[name="action"][value="draft"]').click()
        expect(self.page.locator(".form-state")).to_contain_text("Draft")
        self.confirm_and_hand_over(visit)

    def confirm_and_hand_over(self, visit: str) -> None:
        """Let preparer and checker confirm, then hand over and complete the record."""
        record = FormInstance.objects.get(
            participant__number=self.number, code="PRD", visit=visit
        )
        preparation_page = f"/randomization/preparations/{record.pk}/"
        for role in ("UP", "PN"):
            user = self.become(role)
            self.hand.open(preparation_page)
            self.hand.confirm(user)
            button = self.page.get_by_role("button", name="Confirm with my password")
            button.click()
            expect(button).to_have_count(0)
        handed_to = self.page.locator('select[name="handed_to"]')
        handed_to.select_option(str(self.users["BN"].pk))
        self.page.locator('main input[name="at"]').fill(at(hours=0.2))
        if visit == "D0":
            self.hand.picture("18-hand-over")
        self.hand.press("Hand over")
        expect(self.page.locator("main")).to_contain_text("Enter what came back")
        self.hand.link("Product record", exact=True)
        self.hand.on_form("PRD")
        self.hand.complete()

    def infuse(self, visit: str) -> None:
        volume = PROTOCOL.infusion.plan(demo=True).planned_volume_ml
        self.become("BN")
        number = 1 if visit == "D0" else 2
        self.hand.open(f"/visits/participants/{self.number}/infusions/{visit}/")
        expect(self.page.locator("h1")).to_contain_text(f"Infusion {number}")
        if visit == "D0":
            self.page.set_viewport_size({"width": 820, "height": 1180})
            self.hand.picture("08-infusion")
            self.page.set_viewport_size({"width": 1366, "height": 768})
        self.fill(
            "INF",
            visit,
            given="given",
            started_at=at(hours=0.15),
            stopped_at=at(hours=0.02),
            access="peripheral",
            volume_ml=str(Decimal(volume)),
            cover_intact="Y",
            participant_saw="N",
            reaction="N",
            completed="Y",
            clinician=str(self.users["IN"].pk),
        )

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
        panel.get_by_role("button", name="Raise query").click()
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
        with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
            self.hand.press("Make the export")
            ready = self.page.get_by_role("link", name="Download")
            expect(ready).to_be_visible(timeout=60_000)
        self.hand.picture("14-exports")
        with self.page.expect_download() as download:
            ready.click()
        return zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
