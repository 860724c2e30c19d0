"""What the faces of data entry keep for themselves."""

from entry.models.digest import DigestDay
from entry.models.imports import (
    ImportedFile,
    ImportedRow,
    ImportSource,
    ImportState,
)

__all__ = ["DigestDay", "ImportSource", "ImportState", "ImportedFile", "ImportedRow"]
