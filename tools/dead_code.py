"""`python -m tools.dead_code`: what nothing uses, as vulture reads the Python.

A name in a template or in quotes counts as used, because pages and forms read by name.
Product code is read without its tests, so that what only a test calls is found.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture
from vulture.core import Item

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE_TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
NAME = re.compile(r"[A-Za-z_]\w*")
QUOTED = re.compile(r"[A-Za-z_][\w.\[\]]*")

# What these decorate is called by the register that they put it into.
REGISTERING = [
    "@*.connect",  # a signal of Celery
    "@check",
    "@derived",
    "@fact",
    "@send_check",
    "@marks",
    "@offered",
    "@previews_impact",
    "@reaches",
    "@register.*",
    "@*.register_lookup",
    "@work_of",
]
CALLED_BY_LIBRARIES = [
    *("*Config", "app_name", "handler403", "urlpatterns", "process_*"),  # Django
    *("abstract", "constraints", "indexes", "ordering"),  # Meta of a model
    *("*_FIELD", "REQUIRED_FIELDS", "get_by_natural_key"),  # a model of users
    "_get_session_auth_hash",
    *(
        "clean_*",
        "disabled",
        "field_classes",
        "field_order",
        "help_texts",
        "queryset",
        "widgets",
    ),  # forms
    *("bound_data", "clone", "db_column", "prepare_value"),  # fields
    "template_name",  # of widgets
    *(
        "creation_counter",
        "forward_related_accessor_class",
        "from_db_value",
        "path_infos",
    ),  # a foreign key
    *("add_arguments", "help", "requires_*", "validate"),  # commands, validators
    *("disable_csrf", "form_tag", "layout"),  # crispy-forms
    *("from_email", "redirect_request", "handle_DATA"),  # mail and HTTP
    *("compress_type", "external_attr", "writable"),  # zip files and streams
    *("WebLogger", "WholeRequestWorker"),  # gunicorn, which is given their paths
    *("initialized", "murder_pending", "on_*_readable", "setblocking"),  # its worker
    "safe_say",  # of Celery, which says its last words by it
    *("autocommit", "beat_schedule", "_value_"),  # psycopg2, Celery, enum
    "ENVIRON",  # django-environ
]
CALLED_BY_TESTS = [
    "answers_within",  # of the launcher: a test waits for a server
    "fired_on",  # of the log of checks
    "permissions_of",  # the table of roles, as tests read it
    "roles_with",
    "ratio_48h",  # of an assessment: columns of the reference cases
    "uo_low_hours",
    "untested",  # of a trace: a test refuses it
]
# Modules in which a variable is more than a name: a column is kept for the record, an
# answer is given by people, a setting or the registry's entry is read from a file, the
# columns and filters of a list are read by the address.
DECLARING = re.compile(
    r"(models(/\w+)?|vocabulary|states|roles|settings|protocol(/\w+)?|registry"
    r"|tables|filters)\.py$"
)


def main() -> int:
    lines = [f"{place(item)}: nothing uses {item.name}" for item in unused()]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return bool(lines)


def unused() -> Iterator[Item]:
    used = names_in_templates() | quoted_names()
    reader = Vulture(
        ignore_names=[*CALLED_BY_LIBRARIES, *CALLED_BY_TESTS],
        ignore_decorators=REGISTERING,
    )
    reader.scavenge(modules())
    for item in reader.get_unused_code(min_confidence=60, sort_by_size=False):
        declares = item.typ in {"variable", "class"} and DECLARING.search(place(item))
        if item.name not in used and not declares:
            yield item


def place(item: Item) -> str:
    return str(Path(item.filename).relative_to(ROOT))


def modules() -> list[Path]:
    return sorted(
        path
        for package in ROOT.glob("*/__init__.py")
        for path in package.parent.rglob("*.py")
        if "migrations" not in path.parts
    )


def names_in_templates() -> set[str]:
    return {
        name
        for path in (ROOT / "templates").rglob("*.*")
        for tag in TEMPLATE_TAG.findall(path.read_text())
        for name in NAME.findall(tag)
    }


def quoted_names() -> set[str]:
    return {
        name
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and QUOTED.fullmatch(str(node.value))
        for name in re.split(r"__|[.\[\]]", str(node.value))
    }


if __name__ == "__main__":
    sys.exit(main())
