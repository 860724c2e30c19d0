"""`python -m bench.worker SECONDS`: deliver what waits, the clock so much later."""

import sys
from datetime import timedelta

if __name__ == "__main__":
    import django

    django.setup()
    from record.notices.services.delivery import deliver_due
    from trial_edc import clock

    with clock.shifted(timedelta(seconds=float(sys.argv[1]))):
        deliver_due()
