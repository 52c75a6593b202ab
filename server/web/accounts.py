"""Accounts: who may come in. In: a name and password, a one-time link, a token. Out: a session, or nothing.

Passwords are argon2id hashes; access tokens are short-lived JWTs checked against the live sessions, so that a sign-out holds at once; the
refresh token changes at each use, and an old one that comes back ends its session (RFC 9700, section 4.14.2).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from threading import RLock
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from tinydb import TinyDB, where

from vitrine.config.errors import UserError

ACCESS_S = 15 * 60
REFRESH_S = 30 * 24 * 3600
LINK_S = 24 * 3600
GRACE_S = 60
"""How long the last refresh token still works, for two tabs that refresh at the same moment."""
PASSWORD_LENGTH = range(8, 257)
NAME_LENGTH = range(1, 65)
TRIES = 10
TRIES_S = 15 * 60
"""Wrong passwords allowed for one name and address within so many seconds."""
MOST_SESSIONS = 50
"""Sessions of one person; the one that was refreshed longest ago ends when another begins."""


@dataclass(frozen=True)
class User:
    """One account."""

    name: str
    owner: bool
    password: bool
    """Whether a password was set; until then only one-time links sign in."""


@dataclass(frozen=True)
class Tokens:
    """What a browser keeps: both HttpOnly."""

    access: str
    refresh: str


class Accounts:
    """The accounts of one data folder. Safe to call from several threads: the document is read, changed and written as a whole."""

    def __init__(self, document: TinyDB) -> None:
        # Without a cache of queries a link made by `vitrine user link` works in a server that is running.
        self._users = document.table("users", cache_size=0)
        self._links = document.table("links", cache_size=0)
        self._sessions = document.table("sessions", cache_size=0)
        self._hasher = PasswordHasher()
        self._turn = RLock()
        self._tries: dict[tuple[str, str], list[float]] = {}
        keys = document.table("keys")
        stored = keys.search(where("name") == "session")
        self._key: str = stored[0]["value"] if stored else secrets.token_hex(32)
        if not stored:
            keys.insert({"name": "session", "value": self._key})
        self._live: dict[str, dict[str, Any]] = {row["id"]: dict(row) for row in self._sessions.all() if row["until"] > time.time()}
        # Verified against when a name is unknown, so that the time of an answer tells nothing.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def owner(self) -> User:
        """The owner's account, made at the first call."""
        with self._turn:
            row = self._users.get(where("owner") == True)  # noqa: E712 - a TinyDB query
            if row is None:
                self._users.insert({"name": "owner", "owner": True, "hash": None})
                return User("owner", True, False)
            return _user(row)

    def users(self) -> list[User]:
        """Everyone, the owner first."""
        return sorted((_user(row) for row in self._users.all()), key=lambda user: (not user.owner, user.name))

    def set_password(self, name: str, password: object, new_name: object = None) -> User:
        """Set a password and perhaps a new name; ends the person's other sessions. Raises UserError with what is wrong."""
        if not isinstance(password, str) or len(password) not in PASSWORD_LENGTH:
            raise UserError(f"A password has {PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} characters.")
        change: dict[str, Any] = {"hash": self._hasher.hash(password)}
        if new_name is not None:
            if not isinstance(new_name, str) or len(new_name.strip()) not in NAME_LENGTH or not new_name.isprintable():
                raise UserError(f"A name has {NAME_LENGTH.start} to {NAME_LENGTH.stop - 1} printable characters.")
            change["name"] = new_name.strip()
        with self._turn:
            if change.get("name", name) != name and self._users.contains(where("name") == change["name"]):
                raise UserError("Somebody else has that name.")
            if not self._users.update(change, where("name") == name):
                raise UserError(f"There is nobody called {name!r}.")
            self._end(where("user") == name)
            return _user(self._users.get(where("name") == change.get("name", name)))

    def link(self, name: str) -> str:
        """A one-time token that signs ``name`` in within a day; only its hash is kept."""
        token = secrets.token_urlsafe(24)
        with self._turn:
            self._links.remove(where("until") < time.time())
            self._links.insert({"hash": _digest(token), "user": name, "until": time.time() + LINK_S})
        return token

    def redeem(self, token: str) -> Tokens | None:
        """Sign in with a one-time token; it never works twice."""
        with self._turn:
            rows = self._links.search(where("hash") == _digest(token))
            if not rows:
                return None
            self._links.remove(where("hash") == _digest(token))
        row = rows[0]
        return self.begin(row["user"]) if row["until"] > time.time() else None

    def may_try(self, name: str, address: str) -> bool:
        """Whether this address may try another password for this name; if so, the try counts as a wrong one until ``sign_in`` finds it right.

        Counted before the answer is known, or many at the same moment would all be let through.
        """
        now = time.monotonic()
        recent = [at for at in self._tries.get((name, address), []) if at > now - TRIES_S]
        if len(recent) >= TRIES:
            return False
        if len(self._tries) > 10_000:
            self._tries.clear()
        self._tries[name, address] = [*recent, now]
        return True

    def sign_in(self, name: str, password: str, address: str) -> Tokens | None:
        """Sign in with a password; blocks for the time argon2 takes, so call it in a thread."""
        rows = self._users.search(where("name") == name)
        known = rows[0]["hash"] if rows else None
        try:
            self._hasher.verify(known or self._nobody, password)
        except (VerificationError, InvalidHashError):
            known = None
        if known is None:
            return None
        self._tries.pop((name, address), None)
        return self.begin(name)

    def refresh(self, token: str) -> Tokens | None:
        """Exchange a refresh token for new ones."""
        claims = self._claims(token, "refresh")
        if claims is None:
            return None
        with self._turn:
            session = self._live.get(claims["sid"])
            if session is None or session["until"] < time.time():
                return None
            if not secrets.compare_digest(claims["jti"], session["refresh"]):
                if claims["jti"] == session.get("before") and session["rotated"] > time.time() - GRACE_S:
                    return self._tokens(session)
                self._end(where("id") == session["id"])
                return None
            now = time.time()
            rotated = {"before": session["refresh"], "refresh": secrets.token_hex(16), "rotated": now, "until": now + REFRESH_S}
            # Written first: a token that was not kept must not count.
            self._sessions.update(rotated, where("id") == session["id"])
            session.update(rotated)
            return self._tokens(session)

    def user_of(self, access: str) -> User | None:
        """Who holds this access token, or None when it is not, or no longer, good."""
        claims = self._claims(access, "access")
        session = self._live.get(claims["sid"]) if claims else None
        if session is None or session["until"] < time.time():
            return None
        row = self._users.get(where("name") == session["user"])
        return None if row is None else _user(row)

    def sign_out(self, access: str) -> None:
        """End the session of this token at once."""
        if claims := self._claims(access, "access"):
            self._end(where("id") == claims["sid"])

    def begin(self, name: str) -> Tokens:
        """Begin a session for somebody who proved who they are."""
        session = {
            "id": secrets.token_hex(16),
            "user": name,
            "refresh": secrets.token_hex(16),
            "before": None,
            "rotated": 0.0,
            "until": time.time() + REFRESH_S,
        }
        with self._turn:
            self._sessions.remove(where("until") < time.time())
            for old in sorted(self._sessions.search(where("user") == name), key=lambda row: row["until"])[: 1 - MOST_SESSIONS]:
                self._end(where("id") == old["id"])
            self._sessions.insert(session)
            self._live[str(session["id"])] = dict(session)
        return self._tokens(session)

    def _end(self, which: Any) -> None:
        with self._turn:
            for row in self._sessions.search(which):
                self._live.pop(row["id"], None)
            self._sessions.remove(which)

    def _tokens(self, session: dict[str, Any]) -> Tokens:
        return Tokens(self._token(session, "access", ACCESS_S), self._token(session, "refresh", REFRESH_S, session["refresh"]))

    def _token(self, session: dict[str, Any], kind: str, seconds: int, jti: str | None = None) -> str:
        claims = {"sid": session["id"], "typ": kind, "exp": int(time.time()) + seconds}
        return jwt.encode(claims | ({"jti": jti} if jti else {}), self._key, "HS256")

    def _claims(self, token: str, kind: str) -> dict[str, Any] | None:
        try:
            claims: dict[str, Any] = jwt.decode(token, self._key, ["HS256"], options={"require": ["exp", "sid", "typ"]})
        except jwt.InvalidTokenError:
            return None
        return claims if claims["typ"] == kind else None


def _user(row: Any) -> User:
    return User(row["name"], bool(row["owner"]), row["hash"] is not None)


def _digest(token: str) -> str:
    return hashlib.blake2b(token.encode(), digest_size=32).hexdigest()
