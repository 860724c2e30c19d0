"""Production as the containers start it, held and tried without a container engine."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import psycopg2
import pytest
import yaml
from django.conf import settings

from tests.servers import SECRETS, renamed
from tools.launch import folders, processes, services
from trial_edc.celery import app

COMPOSE_FILE = folders.PROJECT / "docker-compose.yml"
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPLICATION = [
    name for name, service in SERVICES.items() if service["image"] == "trial-edc"
]
WORKERS = ("messages", "exports")
PROGRAMS = Path(sys.executable).parent
HOST = "edc.example.org"


def test_compose_file_fits_its_schema():
    schema = json.loads(Path(__file__).with_name("compose_schema.json").read_text())

    jsonschema.validate(COMPOSE, schema)


@pytest.mark.parametrize("name", SERVICES)
def test_service_names_only_what_the_file_declares(name):
    service = SERVICES[name]
    volumes = {mount.split(":")[0] for mount in service.get("volumes", [])}

    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    for volume in volumes:
        if volume.startswith("./"):
            assert (folders.PROJECT / volume).is_file()
        else:
            assert volume in COMPOSE["volumes"]
    for needed, condition in service.get("depends_on", {}).items():
        if condition["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[needed]


def test_image_builds_the_driver_that_the_tests_use():
    pins = [
        dict(re.findall(r"^(psycopg2[a-z-]*)==(\S+)", path.read_text(), re.MULTILINE))
        for path in (
            folders.PROJECT / "requirements.txt",
            folders.PROJECT / "requirements-dev.txt",
        )
    ]

    version = pins[0]["psycopg2"]
    assert pins == [{"psycopg2": version}, {"psycopg2-binary": version}]
    assert "--no-binary psycopg2" in (folders.PROJECT / "Dockerfile").read_text()


def test_env_example_names_every_value_and_no_other():
    example = (folders.PROJECT / "docker" / "env.example").read_text()
    compose = (folders.PROJECT / "docker-compose.yml").read_text()

    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))

    assert named == set(re.findall(r"\$\{([A-Z_]+):[?-]\}", compose))


# Of a demo, of tests, or of the image and the proxy as they are.
SET_ELSEWHERE = {
    *("DEMO", "DEBUG", "DEMO_PASSWORD", "EXTRA_APPS", "TLS", "STATE_DIR"),
    *("OWNER_DATABASE_URL", "PG_BIN"),
}


def test_every_variable_that_the_settings_read_reaches_the_containers():
    settings = (folders.PROJECT / "trial_edc" / "settings.py").read_text()
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", settings))

    assert read - SET_ELSEWHERE == set(SERVICES["web"]["environment"])


def test_an_empty_variable_is_one_that_is_not_set(production):
    optional = re.findall(
        r"^ +([A-Z_]+): \$\{\1:-\}", COMPOSE_FILE.read_text(), re.MULTILINE
    )
    names = "SECOND_FACTOR_ROLES", "IDLE_LIMIT_MINUTES", "PASSWORD_AGE_DAYS", "SITE_URL"
    imports = "from django.conf import settings"
    show = f"{imports}; print([getattr(settings, n) for n in {names}])"
    env = production | dict.fromkeys(optional, "")

    printed = completed(
        ["python", "-W", "ignore", "manage.py", "shell", "-c", show], env
    )

    roles = ["IN", "PI", "UP", "PN", "UM", "LC", "US", "SO", "AD"]
    assert printed.strip().endswith(str([roles, 20, 0, f"https://{HOST}"]))


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_pinned_limited_and_not_root(name):
    service = SERVICES[name]

    assert service["image"] == "trial-edc" or re.search(r":\d+\.\d+", service["image"])
    assert {"mem_limit", "logging"} <= service.keys()
    if service["image"].startswith("valkey"):
        assert service["user"] == "valkey"


def test_owner_role_is_known_to_migrations_alone():
    knowing = {name for name in SERVICES if "OWNER" in json.dumps(SERVICES[name])}

    assert knowing == {"migrate", "postgres"}


@pytest.mark.parametrize("name", APPLICATION)
def test_command_starts_what_exists(name):
    program, *words = SERVICES[name]["command"]

    if program == "python":
        assert (folders.PROJECT / words[0]).is_file()
    else:
        assert os.access(PROGRAMS / program, os.X_OK)


@pytest.mark.parametrize("name", services.SERVICES)
def test_demo_and_containers_start_alike(name):
    shared = services.SERVICES[name]

    assert tuple(SERVICES[name]["command"][: len(shared)]) == shared


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of the services as the compose file gives it, with a new database."""
    state = tmp_path_factory.mktemp("state")
    name = f"edc_production_{os.getpid()}"
    environment = SERVICES["migrate"]["environment"]
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= dict.fromkeys(environment, "") | SECRETS
    env |= {
        "ALLOWED_HOSTS": HOST,
        "DATABASE_URL": renamed(os.environ["DATABASE_URL"], name),
        "OWNER_DATABASE_URL": renamed(os.environ["OWNER_DATABASE_URL"], name),
        "REDIS_URL": os.environ["REDIS_URL"] + "?virtual_host=1",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "STATE_DIR": str(state),
    }
    with administration() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    collect = ["python", "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    completed(collect, env)
    completed(SERVICES["migrate"]["command"], env)
    yield {key: env[key] for key in env if key != "OWNER_DATABASE_URL"}
    with administration() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def administration() -> Iterator[Any]:
    connection = psycopg2.connect(renamed(os.environ["OWNER_DATABASE_URL"], "edc"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def line(command: list[str]) -> list[str]:
    return [str(PROGRAMS / command[0]), *command[1:]]


def completed(command: list[str], env: dict[str, str]) -> str:
    result = subprocess.run(
        line(command),
        cwd=folders.PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextlib.contextmanager
def started(command: list[str], env: dict[str, str], log: Path) -> Iterator[Any]:
    process = processes.spawn(line(command), env=env, cwd=folders.PROJECT, log=log)
    try:
        yield process
    finally:
        processes.stop(process)


@pytest.mark.slow
def test_web_answers_with_production_settings(production, tmp_path, unused_tcp_port):
    *command, bind = SERVICES["web"]["command"]
    address = bind.replace("0.0.0.0:8000", f"127.0.0.1:{unused_tcp_port}")
    log = tmp_path / "web.log"

    with started([*command, address], production, log):
        assert services.answers_within(30, unused_tcp_port, host=HOST), log.read_text()

        health = SERVICES["web"]["healthcheck"]["test"][1:]
        completed(health, production | {"PORT": str(unused_tcp_port)})


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKERS)
def test_worker_answers_for_itself(production, tmp_path, name):
    log = tmp_path / "worker.log"
    health = SERVICES[name]["healthcheck"]["test"][1].replace("$$", "$")
    path = {"PATH": f"{PROGRAMS}:{production['PATH']}"}

    with started(SERVICES[name]["command"], production, log) as worker:
        wait_for(log, " ready.", worker)
        codes = [
            subprocess.run(
                ["sh", "-c", health.replace(name, other)],
                cwd=folders.PROJECT,
                env=production | path,
                check=False,
            ).returncode
            for other in WORKERS
        ]

    assert [code == 0 for code in codes] == [other == name for other in WORKERS]
    times = [json.loads(text)["timestamp"] for text in lines_of(log)]
    assert times == sorted(times)


def lines_of(log: Path) -> list[str]:
    """The lines of a log, but for what Celery says to root, which no container is."""
    return [text for text in log.read_text().splitlines() if text.startswith("{")]


def test_each_task_goes_to_a_queue_that_a_worker_serves():
    queues = {
        word.partition("=")[2]
        for name in WORKERS
        for word in SERVICES[name]["command"]
        if word.startswith("--queues=")
    }
    routes = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert queues == routes | {settings.CELERY_TASK_DEFAULT_QUEUE}
    app.loader.import_default_modules()
    slow = {
        name
        for name in app.tasks
        if app.amqp.router.route({}, name)["queue"].name == "exports"
    }
    assert slow == {
        "exports.tasks.make_export",
        "exports.tasks.make_waiting",
        "imports.tasks.plan_import",
        "imports.tasks.resume_waiting",
        "imports.tasks.store_import",
        "record.backup.tasks.make_backup",
        "record.backup.tasks.watch_backups",
        "record.notices.tasks.verify_audit",
    }


def test_no_secret_stands_in_a_command_line():
    secrets = {name for name in SERVICES["migrate"]["environment"] if "URL" in name}
    secrets |= {"SECRET_KEY", "VAULT_KEYS", "BROKER_PASSWORD", "OWNER_PASSWORD"}

    for service in SERVICES.values():
        words = service.get("command", [])
        in_sight = [word for word in words if not is_standard_input(word)]
        assert not {s for s in secrets for word in in_sight if s in word}


def is_standard_input(word: str) -> bool:
    return "<<END" in word and "$" not in word.partition("\n")[0]


@pytest.mark.slow
def test_beat_starts_with_production_settings(production, tmp_path):
    *command, schedule = SERVICES["beat"]["command"]
    place = schedule.replace("/state/beat", str(tmp_path))
    log = tmp_path / "beat.log"

    with started([*command, place], production, log) as beat:
        wait_for(log, "beat: Starting...", beat)


def wait_for(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(900):
        if words in log.read_text():
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    pytest.fail(log.read_text())
