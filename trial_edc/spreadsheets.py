"""Texts in files that people open with a spreadsheet; pure."""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def safe(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text
