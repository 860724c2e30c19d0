"""Values offered in a new deviation."""

from collections.abc import Mapping

from record.casebook.derived import offered
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Value
from trial_edc import clock
from trial_edc.dates import site_date
from visits.deviations.vocabulary import RaisedBy


@offered("DEV")
@offered("DVP")
def manual_deviation(data: FormData, casebook: Casebook) -> Mapping[str, Value]:
    del data, casebook
    return {
        "raised_by": RaisedBy.PERSON.value,
        "found_on": site_date(clock.now()),
    }
