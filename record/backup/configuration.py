"""The configuration that goes into a backup: every setting of ours but no secret."""

import json
import re
from typing import Any

from django.conf import settings

from trial_edc import settings as ours

SECRET = re.compile("KEY|SECRET|TOKEN|PASS|CREDENTIAL")
IN_ADDRESS = re.compile(r"//[^/@\s]*@")  # user and password of an address
CLEANSED = "(left out)"


def settings_text() -> str:
    names = sorted(name for name in vars(ours) if name.isupper())
    values = {name: _cleansed(name, getattr(settings, name)) for name in names}
    return json.dumps(values, indent=1, default=str, ensure_ascii=False) + "\n"


def _cleansed(name: str, value: Any) -> Any:
    if SECRET.search(name.upper()) and not isinstance(value, bool | int):
        return CLEANSED
    if isinstance(value, dict):
        return {str(key): _cleansed(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleansed("", part) for part in value]
    return IN_ADDRESS.sub(f"//{CLEANSED}@", value) if isinstance(value, str) else value
