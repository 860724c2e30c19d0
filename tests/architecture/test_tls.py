"""Only over TLS in production: what the settings refuse, and what leaves the proxy."""

import contextlib
import http.client
import re
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from tests.architecture.test_slow_clients import HOST, free_port, line, proxy, web
from tests.people import PASSWORD, person
from tests.servers import SECRETS
from tools.launch import folders

SIGN_IN = "/accounts/sign-in/"
YEAR_SECONDS = 31_536_000
NOWHERE = "postgres:///none"
FLAGS = {"Secure", "HttpOnly", "SameSite=Lax"}


def manage(*arguments, **more):
    env = SECRETS | {"ALLOWED_HOSTS": "edc.example.org", "DATABASE_URL": NOWHERE}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=env | more,
        cwd=folders.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.verifies("ACC-18")
def test_the_deployment_check_of_production_finds_nothing():
    check = manage("check", "--deploy", "--fail-level", "WARNING")

    assert (check.returncode, check.stdout.splitlines()[-1:]) == (
        0,
        ["System check identified no issues (1 silenced)."],
    )


@pytest.mark.slow
@pytest.mark.verifies("ACC-18")
@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"TLS": "0"}, "only in a demo"),
        ({"SITE_URL": "http://edc.example.org"}, "SITE_URL begins with https://"),
    ],
)
def test_production_without_tls_does_not_start(more, problem):
    start = manage("check", **more)

    assert start.returncode != 0
    assert problem in start.stderr


def request_of(connection, method, path, body="", **headers):
    """Return an answer, its headers by name and its cookies by theirs."""
    with contextlib.closing(connection):
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body, {"Host": HOST, **form, **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
    cookies = {
        name: set(flags.split("; "))
        for cookie in answer.msg.get_all("Set-Cookie", [])
        for name, flags in [(cookie.partition("=")[0], cookie.partition("; ")[2])]
    }
    return answer, text, cookies


@pytest.mark.slow
@pytest.mark.proxy
@pytest.mark.django_db(transaction=True)
@pytest.mark.verifies("ACC-18")
def test_what_leaves_the_proxy_is_bound_to_tls(tmp_path):
    person("CO", password=PASSWORD)
    port = free_port()
    with (
        web(port, tmp_path, TLS="1", SITE_URL=f"https://{HOST}"),
        proxy(tmp_path, port) as outside,
    ):
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        clear, _text, _cookies = request_of(plain, "GET", SIGN_IN)
        tls = line(outside, is_tls=True)
        page, text, first = request_of(tls, "GET", SIGN_IN)
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', text)[1]
        typed = {"username": "co", "password": PASSWORD}
        tls = line(outside, is_tls=True)
        without, _text, _cookies = request_of(tls, "POST", SIGN_IN, urlencode(typed))
        cookie = re.search(r"csrftoken=\w+", page.headers["Set-Cookie"])[0]
        site = f"https://{HOST}"
        sent = urlencode(typed | {"csrfmiddlewaretoken": token})
        tls = line(outside, is_tls=True)
        came, _text, later = request_of(
            tls, "POST", SIGN_IN, sent, Cookie=cookie, Referer=site, Origin=site
        )
        tls = line(outside, is_tls=True)
        language = urlencode({"language": "zh-hans", "csrfmiddlewaretoken": token})
        _answer, _text, chosen = request_of(
            tls, "POST", "/i18n/setlang/", language, Cookie=cookie, Referer=site
        )

    assert (clear.status, clear.headers["Location"]) == (
        301,
        f"https://{HOST}{SIGN_IN}",
    )
    assert page.headers["Strict-Transport-Security"] == (
        f"max-age={YEAR_SECONDS}; includeSubDomains; preload"
    )
    policy = dict(
        part.strip().split(" ", 1)
        for part in page.headers["Content-Security-Policy"].split(";")
        if " " in part.strip()
    )
    assert policy == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert [page.headers[name] for name in ("X-Content-Type-Options", "X-Frame-Options",
            "Referrer-Policy", "Cross-Origin-Opener-Policy")] == [
        "nosniff", "DENY", "same-origin", "same-origin"]  # fmt: skip
    assert "Server" not in page.headers
    assert (without.status, came.status) == (403, 302)
    cookies = first | later | chosen
    assert sorted(cookies) == [
        *("csrftoken", "django_language", "known_browser", "sessionid")
    ]
    assert [name for name, flags in cookies.items() if not flags >= FLAGS] == []
