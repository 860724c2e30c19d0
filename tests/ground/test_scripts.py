"""Scripts: the modules of a page find each other under the names of production."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

STATIC = Path(settings.BASE_DIR) / "static"
MODULES = sorted((STATIC / "js").rglob("*.js"))
IMPORT = re.compile(r"""from ["'](\.[^"']+)["'];""")
UNCOMPRESSED = ("js", "css", "map", "svg", "html", "json", "txt")  # the slow part
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "trial_edc.static_files.HashedStaticFiles"},
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("static")
    with override_settings(
        STATIC_ROOT=root,
        STORAGES=STORAGES,
        WHITENOISE_SKIP_COMPRESS_EXTENSIONS=UNCOMPRESSED,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_modules_import_each_other_by_their_hashed_names(collected):
    hashed = [
        path
        for path in (collected / "js").rglob("*.js")
        if re.search(r"\.[0-9a-f]{12}\.js$", path.name)
    ]
    imports = [
        (path, target) for path in hashed for target in IMPORT.findall(path.read_text())
    ]

    assert len(hashed) == len(MODULES)
    assert len(imports) == sum(
        len(IMPORT.findall(path.read_text())) for path in MODULES
    )
    assert [
        (path.name, target)
        for path, target in imports
        if (path.parent / target).resolve() not in hashed
    ] == []


def test_every_form_is_kept_but_those_that_the_bedside_sends():
    """Others would lose what is typed in them."""
    templates = Path(settings.BASE_DIR) / "templates"
    excepted = {
        page.relative_to(templates).as_posix()
        for page in templates.rglob("*.html")
        for mark in ("data-not-kept", "data-sent-by-page")
        if mark in page.read_text()
    }

    assert excepted == {
        "visits/infusions/bedside_act.html",
        "visits/infusions/day_0.html",
    }


def test_keys_are_read_after_those_of_an_input_method_are_taken_out():
    listeners = [
        path.name for path in MODULES if re.search(r"\bon\w+ =|hx-on", path.read_text())
    ]
    site = (STATIC / "js/site.js").read_text()
    calls = re.findall(r"^(\w+)\(\);", site, re.MULTILINE)

    assert listeners == []
    assert calls[0] == "leaveCompositionAlone"


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: path.relative_to(STATIC).as_posix()
)
def test_module_is_imported_or_stands_on_a_page(path):
    templates = Path(settings.BASE_DIR) / "templates"
    address = path.relative_to(STATIC).as_posix()
    on_pages = any(
        f"'{address}'" in page.read_text() for page in templates.rglob("*.html")
    )
    imported = any(
        (other.parent / target).resolve() == path
        for other in MODULES
        for target in IMPORT.findall(other.read_text())
    )

    assert on_pages or imported
