"""Migrate as the owner, make the vault's keys, give the runtime role its rights."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections
from django.utils.module_loading import import_string

from record.audit import vault
from record.audit.grants import harden
from record.audit.models import Installation
from trial_edc import clock


class Command(migrate.Command):
    """Django's own command; keys, triggers, grants and copies are its last steps."""

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        if alias == "default" and "owner" in connections.settings:
            alias = options["database"] = "owner"
        super().handle(*args, **options)
        tables = connections[alias].introspection.table_names()
        if Installation._meta.db_table not in tables:
            return
        Installation.objects.using(alias).get_or_create(
            defaults={"is_demo": settings.DEMO, "made_at": clock.now()}
        )
        vault.make_keys(alias)
        harden(owner_alias=alias, runtime_role=settings.DATABASES["default"]["USER"])
        if not options["app_label"]:  # every table is there
            for step in settings.AFTER_MIGRATE:
                import_string(step)()
