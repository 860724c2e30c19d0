"""Times of samples that a laboratory may not have known."""

from imports.models import ImportedFile
from imports.selectors.lines import MIDNIGHT


def needs_times(file: ImportedFile) -> bool:
    """Values are about to be stored, and every sample of the file is timed 00:00.

    A laboratory that writes 24:00 knows the time.
    """
    samples = file.lines.exclude(sampled_at="")
    return (
        bool(file.new + file.changed)
        and not samples.exclude(sampled_at__endswith=" 00:00").exists()
        and not samples.filter(findings__contains=[MIDNIGHT]).exists()
    )
