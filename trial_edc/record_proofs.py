"""What a record must prove after a restore besides its trail, room by room.

A proof yields what does not fit; a count must be the same before and after.
"""

from exports.services import jobs as exports
from imports.services import files as imports
from randomization.lists import selectors as lists
from randomization.lists.services import verification
from record.casebook.services import files
from record.review.selectors import marks

PROOFS = (
    marks.signature_problems,
    verification.problems,
    files.problems,
    imports.problems,
    exports.problems,
)
COUNTS = {
    "signatures that hold": marks.count_of_valid_signatures,
    "places of sealed lists": lists.slot_count,
}
