"""Write `record/audit/guards.json` from a database that was just migrated.

    make guards

`verify_audit` holds the database of an installation against it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.launch import folders, postgres

SECRETS = {"SECRET_KEY": "only-to-write-the-guards-" * 3, "VAULT_KEYS": "A" * 43 + "="}
READ = """
import json
import django
django.setup()
from record.audit import guards
print(json.dumps(guards.of_this_database(), indent=1, sort_keys=True))
"""


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.databases(Path(folder), for_tests=True) as urls,
    ):
        env = (
            os.environ
            | SECRETS
            | {
                "DATABASE_URL": urls.runtime,
                "OWNER_DATABASE_URL": urls.owner,
                "ALLOWED_HOSTS": "localhost",
                "DJANGO_SETTINGS_MODULE": "trial_edc.settings",
            }
        )
        _python(env, "manage.py", "migrate", "--verbosity=0", "--skip-checks")
        guards = json.loads(_python(env, "-c", READ))
    target = folders.PROJECT / "record" / "audit" / "guards.json"
    text = json.dumps(guards, indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


def _python(env: dict[str, str], *arguments: str) -> str:
    return subprocess.run(  # noqa: S603 - this project's own code
        [sys.executable, "-W", "ignore", *arguments],
        cwd=folders.PROJECT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


if __name__ == "__main__":
    main()
