"""Somebody's browser, as its requests arrive from the proxy of the site."""

import http.cookiejar
import io
import time
import urllib.request
import zipfile
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from record.accounts.services.second_factor import code_at

HOST, PASSWORD = "edc.example.org", "plum-Harbour-52-lantern"
TLS_COOKIES = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))


class Visitor:
    """Opens and posts pages; `text` is the last page."""

    def __init__(self, number: int) -> None:
        self.cookies = http.cookiejar.CookieJar(TLS_COOKIES)
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.headers = {
            "Host": HOST,
            "Referer": f"https://{HOST}/",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"192.0.2.{number}",
        }
        self.address, self.content = "", b""

    @property
    def text(self) -> str:
        return self.content.decode()

    def open(self, path: str, data: bytes | None = None, **headers: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:8000{path}", data, {**self.headers, **headers}
        )
        with self.opener.open(request, timeout=90) as page:
            self.content, self.address = page.read(), page.url
        return self.content.decode(errors="replace")

    def send(self, path: str, **typed: Any) -> str:
        """Post a form, files included, with the token of this browser."""
        tokens = [each.value for each in self.cookies if each.name == "csrftoken"]
        answers = {"csrfmiddlewaretoken": tokens[0], **typed}
        content = encode_multipart(BOUNDARY, answers)
        return self.open(path, content, **{"Content-Type": MULTIPART_CONTENT})

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.open("/accounts/sign-in/")
        self.send("/accounts/sign-in/", username=username, password=password)

    def enrol(self) -> None:
        """Set up the authenticator app that the role needs."""
        page = self.send("/accounts/second-factor/", act="begin")
        secret = page.partition("key into the app:")[2].partition("<code>")[2]
        code = code_at(secret.partition("</code>")[0], time.time())
        self.send("/accounts/second-factor/", act="enrol", code=code)
        assert "Your recovery codes" in self.text

    def download(self, path: str) -> zipfile.ZipFile:
        self.open(path)
        return zipfile.ZipFile(io.BytesIO(self.content))
