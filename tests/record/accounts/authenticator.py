"""A device with a passkey, as far as a server sees it, and people who have one."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.sessions.backends.db import SessionStore
from webauthn.helpers import bytes_to_base64url

from record.accounts.proofs import ReAuthenticated
from record.accounts.services import passkeys
from record.audit.models import Entry
from tests.people import PASSWORD, person
from trial_edc import clock

SITE = "https://edc.example.org"
SIGN_IN, VERIFY = "/accounts/sign-in/", "/accounts/sign-in/code/"
PAGE, NEW, OWN = (f"/accounts/passkeys/{end}" for end in ("", "new/", "own/"))
HOME = "/accounts/preferences/"

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Device:
    """One passkey of P-256; `count` is None for one that does not count."""

    origin: str
    name: bytes = b"key-1"
    count: int | None = 0
    is_verified: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    def copy(self, **changes):
        return replace(self, **changes)

    def make(self, options: str) -> str:
        """Answer `navigator.credentials.create`."""
        options = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32) for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        credential = len(self.name).to_bytes(2) + self.name + cose
        data = self._data(options["rp"]["id"], NEW_KEY) + bytes(16) + credential
        response = {
            "clientDataJSON": self._client_data(
                "webauthn.create", options["challenge"]
            ),
            "attestationObject": cbor2.dumps(
                {"fmt": "none", "attStmt": {}, "authData": data}
            ),
        }
        return self._json(response)

    def answer(self, options: str) -> str:
        """Answer `navigator.credentials.get`, and count it."""
        options = json.loads(options)
        if self.count is not None:
            self.count += 1
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._data(options["rpId"])
        signed = data + sha256(client_data).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": data,
            "signature": self.key.sign(signed, ec.ECDSA(SHA256())),
        }
        return self._json(response)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(data).encode()

    def _data(self, site: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.is_verified else 0)
        return sha256(site.encode()).digest() + bytes([flags]) + self._count()

    def _count(self) -> bytes:
        return (self.count or 0).to_bytes(4)

    def _json(self, response: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.name)
        texts = {part: bytes_to_base64url(value) for part, value in response.items()}
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": texts}
        )


def registered(user, **details):
    """Return the device of a person, registered through the services."""
    session, device = SessionStore(), Device(SITE, **details)
    options = passkeys.options_for_new(session, user)
    passkeys.register(
        session,
        user=user,
        name=f"device {device.name.decode()}",
        answer=passkeys.PasskeyAnswer(device.make(options)),
        proof=ReAuthenticated(user.pk, clock.now()),
    )
    return device


def member(role="IN", **details):
    user = person(role, password=PASSWORD, **details)
    with clock.shifted(timedelta(minutes=-20)):
        device = registered(user)
    user.refresh_from_db()
    return user, device


def give_password(client, user):
    typed = {"username": user.username, "password": PASSWORD, "next": HOME}
    return client.post(SIGN_IN, typed)


def challenge(client, address=OWN):
    return client.post(address).content.decode()


def show(client, answer):
    return client.post(VERIFY, {"code_passkey": answer, "next": HOME})


def is_in(client):
    return client.get(HOME).status_code == 200


def acts(*names):
    entries = Entry.objects.filter(act__in=names).order_by("id")
    return [(entry.act, entry.changes.get("why", "")) for entry in entries]
