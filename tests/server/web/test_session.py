"""Signing in and out, and everything that must not be a way in."""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest

from vitrine.config.errors import UserError
from vitrine.server import document
from vitrine.server.web import accounts as rules
from vitrine.server.web.accounts import Accounts
from vitrine.server.web.gallery import Gallery

GUARDED = [
    "/api/records",
    "/api/events",
    "/api/words",
    "/api/search?q=x",
    "/api/library",
    "/api/jobs",
    "/api/problems",
    "/api/photos/" + "0" * 32,
    "/api",
    "/metrics",
]


async def test_the_one_time_link_signs_in_once(owner: Any, gallery: Gallery) -> None:
    assert (await (await owner.get("/api/session")).json())["user"] == {"name": "owner", "owner": True, "password": False}
    token = gallery.accounts.link("owner")
    assert (await owner.get(f"/welcome/{token}", allow_redirects=False)).headers["Location"] == "/"
    again = await owner.get(f"/welcome/{token}", allow_redirects=False)
    assert again.headers["Location"] == "/sign-in?link=used"
    assert not again.cookies


@pytest.mark.parametrize("path", GUARDED)
async def test_nothing_of_the_library_is_told_without_a_session(stranger: Any, path: str) -> None:
    answer = await stranger.get(path)
    assert answer.status == 401
    assert (await answer.json())["error"]["code"] == "sign-in"


async def test_pictures_are_guarded_like_pages(stranger: Any, gallery: Gallery) -> None:
    (row,) = await gallery.catalogue.reading.execute_fetchall("SELECT id FROM records WHERE gone = 0 LIMIT 1")
    for size in ("thumb", "thumb2x", "preview", "original"):
        assert (await stranger.get(f"/media/{row[0]}/{size}")).status == 401


async def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(stranger: Any, gallery: Gallery) -> None:
    gallery.accounts.owner()
    answer = await stranger.get(f"/welcome/{gallery.accounts.link('owner')}", allow_redirects=False)
    for morsel in answer.cookies.values():
        assert morsel["httponly"]
        assert morsel["samesite"] == "Strict"
    assert {morsel["path"] for morsel in answer.cookies.values()} == {"/", "/api/session"}


async def test_a_password_signs_in_and_a_wrong_one_does_not(owner: Any, password: str) -> None:
    assert (await owner.put("/api/session/password", json={"password": password, "name": "Ada"})).status == 200
    assert (await owner.delete("/api/session")).status == 200
    assert (await owner.get("/api/records")).status == 401
    for body in ({"name": "Ada", "password": "wrong horse"}, {"name": "Nobody", "password": password}):
        refused = await owner.post("/api/session", json=body)
        assert refused.status == 403
        assert (await refused.json())["error"]["message"] == "Name or password is wrong."
    assert (await owner.post("/api/session", json={"name": "Ada", "password": password})).status == 200
    assert (await owner.get("/api/records")).status == 200


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"x"', b"{", b'{"name": NaN}', b"[" * 5000, b'{"name": 1, "password": 2}', b'{"name": "owner", "password": null}']
)
async def test_an_odd_body_is_refused_with_a_sentence(stranger: Any, body: bytes) -> None:
    answer = await stranger.post("/api/session", data=body)
    assert answer.status == 400
    assert (await answer.json())["error"]["message"].endswith(".")


@pytest.mark.parametrize("password", ["", None, [], "x" * 2000, "x" * 1_000_000])
async def test_a_password_that_is_none_is_never_hashed(stranger: Any, password: object) -> None:
    assert (await stranger.post("/api/session", json={"name": "owner", "password": password})).status in (400, 413)


@pytest.mark.parametrize("wrong", ["short", "x" * 300, 12345678, None])
async def test_a_bad_new_password_names_its_field(owner: Any, wrong: object) -> None:
    answer = await owner.put("/api/session/password", json={"password": wrong})
    assert answer.status == 400
    assert (await answer.json())["error"]["field"] == "password"


async def test_too_many_wrong_passwords_have_to_wait(owner: Any, password: str) -> None:
    await owner.put("/api/session/password", json={"password": password})
    for _ in range(rules.TRIES):
        assert (await owner.post("/api/session", json={"name": "owner", "password": "wrong horse"})).status == 403
    assert (await owner.post("/api/session", json={"name": "owner", "password": password})).status == 429


async def test_a_token_is_dead_after_signing_out(owner: Any, gallery: Gallery) -> None:
    jar = {cookie.key: cookie.value for cookie in owner.session.cookie_jar}
    name = next(key for key in jar if "access" in key)
    await owner.delete("/api/session")
    assert (await owner.get("/api/records", headers={"Cookie": f"{name}={jar[name]}"})).status == 401


async def test_refreshing_changes_both_tokens_and_a_stolen_old_one_ends_the_session(owner: Any, gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = gallery.accounts.begin("owner")
    newer = gallery.accounts.refresh(tokens.refresh)
    assert newer is not None
    assert newer.refresh != tokens.refresh
    assert gallery.accounts.refresh(tokens.refresh) is not None, "two tabs may refresh at the same moment"
    monkeypatch.setattr(rules, "GRACE_S", -1)
    assert gallery.accounts.refresh(tokens.refresh) is None
    assert gallery.accounts.user_of(newer.access) is None


async def test_the_refresh_route_keeps_a_browser_signed_in(owner: Any) -> None:
    assert (await owner.post("/api/session/refresh")).status == 200
    assert (await owner.get("/api/records")).status == 200


async def test_one_kind_of_token_is_not_the_other(gallery: Gallery) -> None:
    gallery.accounts.owner()
    tokens = gallery.accounts.begin("owner")
    assert gallery.accounts.user_of(tokens.refresh) is None
    assert gallery.accounts.refresh(tokens.access) is None


@pytest.mark.parametrize("how", ["none", "other key", "expired", "garbage"])
async def test_a_forged_token_opens_nothing(gallery: Gallery, how: str) -> None:
    gallery.accounts.owner()
    good = gallery.accounts.begin("owner").access
    claims = json.loads(base64.urlsafe_b64decode(good.split(".")[1] + "=="))
    forged = {
        "none": lambda: jwt.encode(claims, None, "none"),
        "other key": lambda: jwt.encode(claims, "k" * 32, "HS256"),
        "expired": lambda: jwt.encode(claims | {"exp": int(time.time()) - 10}, gallery.accounts._key, "HS256"),
        "garbage": lambda: good[:-4] + "AAAA",
    }[how]()
    assert gallery.accounts.user_of(good) is not None
    assert gallery.accounts.user_of(forged) is None


async def test_sessions_outlive_a_restart_and_a_new_password_ends_them(gallery: Gallery, password: str) -> None:
    gallery.accounts.owner()
    tokens = gallery.accounts.begin("owner")
    restarted = Accounts(document.opened(gallery.data.document))
    assert restarted.user_of(tokens.access) is not None
    restarted.set_password("owner", password)
    assert restarted.user_of(tokens.access) is None


async def test_secrets_are_kept_only_as_hashes_in_a_private_file(gallery: Gallery, password: str) -> None:
    gallery.accounts.owner()
    gallery.accounts.set_password("owner", password)
    link = gallery.accounts.link("owner")
    text = gallery.data.document.read_text()
    assert password not in text
    assert link not in text
    assert "$argon2id$" in text
    assert gallery.data.document.stat().st_mode & 0o077 == 0


async def test_a_damaged_document_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "vitrine.json").write_text("{")
    with pytest.raises(UserError, match="damaged"):
        Accounts(document.opened(tmp_path / "vitrine.json"))


CROSS = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["}]


@pytest.mark.parametrize("headers", CROSS)
async def test_another_site_cannot_change_anything(owner: Any, headers: dict[str, str]) -> None:
    for method, path in (("POST", "/api/scan"), ("DELETE", "/api/session"), ("PATCH", "/api/photos/" + "0" * 32), ("PUT", "/api/session/password")):
        answer = await owner.request(method, path, json={}, headers=headers)
        assert (answer.status, (await answer.json())["error"]["code"]) == (403, "cross-site")
    assert (await owner.get("/api/session")).status == 200


async def test_a_link_is_not_used_up_by_whoever_only_looks_ahead(stranger: Any, gallery: Gallery) -> None:
    token = gallery.accounts.link(gallery.accounts.owner().name)
    for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
        assert (await stranger.get(f"/welcome/{token}", headers=headers, allow_redirects=False)).status == 503
    ahead = await stranger.head(f"/welcome/{token}", allow_redirects=False)
    assert not ahead.cookies
    assert (await stranger.get(f"/welcome/{token}", allow_redirects=False)).headers["Location"] == "/"


async def test_wrong_passwords_at_the_same_moment_are_counted_too(owner: Any, stranger: Any, password: str) -> None:
    await owner.put("/api/session/password", json={"password": password})
    guesses = [stranger.post("/api/session", json={"name": "owner", "password": f"guess {number}"}) for number in range(3 * rules.TRIES)]
    statuses = sorted([answer.status for answer in await asyncio.gather(*guesses)])
    assert statuses == [403] * rules.TRIES + [429] * 2 * rules.TRIES


def test_changes_from_many_threads_are_all_kept(tmp_path: Path) -> None:
    accounts = Accounts(document.opened(tmp_path / "vitrine.json"))
    owner = accounts.owner().name
    links = [accounts.link(owner) for _ in range(8)]

    def redeem(token: str) -> bool:
        return accounts.redeem(token) is not None and accounts.redeem(token) is None

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(redeem, links))
    kept = json.loads((tmp_path / "vitrine.json").read_text())
    assert len(kept["sessions"]) == 8
    assert not kept["links"]


def test_one_person_has_only_so_many_sessions_and_the_oldest_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_SESSIONS", 3)
    accounts = Accounts(document.opened(tmp_path / "vitrine.json"))
    owner = accounts.owner().name
    tokens = [accounts.begin(owner) for _ in range(5)]
    assert [accounts.user_of(each.access) is not None for each in tokens] == [False, False, True, True, True]
    assert len(json.loads((tmp_path / "vitrine.json").read_text())["sessions"]) == 3


def test_a_full_disk_keeps_the_accounts_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vitrine.json"
    accounts = Accounts(document.opened(path))
    tokens = accounts.begin(accounts.owner().name)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as short:
        short.setattr("os.fsync", full)
        with pytest.raises(UserError, match="No space left"):
            accounts.refresh(tokens.refresh)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["vitrine.json"]
    assert accounts.refresh(tokens.refresh) is not None
