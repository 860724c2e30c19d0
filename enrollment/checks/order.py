"""The order of dates that may be known in part."""

from itertools import pairwise

from record.casebook.values import Partial


def in_order(*dates: Partial | None) -> bool:
    """Tell whether dates may follow each other; what is not known may."""
    known = [day for day in dates if day is not None]
    return all(earlier.earliest <= later.latest for earlier, later in pairwise(known))
