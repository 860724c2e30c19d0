"""The processes of the system, started alike in the demo, the tests and containers."""

import http.client
import os
import sys
import time
from pathlib import Path


def _worker(queue: str) -> tuple[str, ...]:
    return (
        "celery",
        "--app=trial_edc",
        "--quiet",
        "worker",
        f"--queues={queue}",
        f"--hostname={queue}@%h",
        "--loglevel=INFO",
        "--concurrency=2",
    )


SERVICES = {
    "web": (
        "gunicorn",
        "trial_edc.wsgi",
        "--worker-class=trial_edc.web_worker.WholeRequestWorker",
        "--workers=2",
        "--threads=12",
        "--keep-alive=75",
        "--worker-connections=200",
        "--backlog=256",
        "--limit-request-line=4094",
        "--limit-request-fields=60",
        "--limit-request-field_size=8190",
        "--preload",
        "--logger-class=trial_edc.web_logs.WebLogger",
        "--no-control-socket",
    ),
    # A worker for each queue of `CELERY_TASK_ROUTES`: no export delays a mail.
    "messages": _worker("messages"),
    "exports": _worker("exports"),
    "beat": ("celery", "--app=trial_edc", "--quiet", "beat", "--loglevel=INFO"),
}


def command(service: str, *options: str) -> list[str]:
    program, *words = SERVICES[service]
    return [str(Path(sys.executable).with_name(program)), *words, *options]


def answers(port: int, *, host: str = "localhost") -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz", headers={"Host": host})
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def answers_within(seconds: float, port: int, *, host: str = "localhost") -> bool:
    end = time.monotonic() + seconds
    while not answers(port, host=host):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


if __name__ == "__main__":  # the container's health check
    first_host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    sys.exit(not answers(int(os.environ.get("PORT", "8000")), host=first_host))
