"""A physician at the hub's pages, played by a program: signs in, reads, confirms or denies."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
LINK = re.compile(r'href="https://t\.me/[^"?]+\?start=([^"]+)"')


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as the browser got it."""

    status: int
    html: str
    headers: dict[str, str]


class SignedIn:
    """One browser in which a demo physician is signed in."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def opens(self, path: str) -> Shown:
        async with self._session.get(path) as answer:
            return Shown(answer.status, await answer.text(), dict(answer.headers))

    async def sends(self, path: str, **form: str) -> Shown:
        """Sends a form with the token that belongs to this browser, unless another is given."""
        if "csrf" not in form:
            found = CSRF.search((await self.opens("/")).html)
            form["csrf"] = found[1] if found else ""
        async with self._session.post(path, data=form) as answer:
            return Shown(answer.status, await answer.text(), dict(answer.headers))

    async def reads(self, user_code: str) -> Shown:
        """The page that names the chat and the account."""
        return await self.opens(f"/device?user_code={user_code}")

    async def confirms(self, user_code: str) -> Shown:
        return await self.sends("/device", user_code=user_code, decision="yes")

    async def denies(self, user_code: str) -> Shown:
        return await self.sends("/device", user_code=user_code, decision="no")

    async def makes_link(self) -> str:
        """The token of a fresh deep link, as it arrives with `/start`."""
        found = LINK.search((await self.sends("/link")).html)
        assert found, "the page shows no link"
        return found[1]


@asynccontextmanager
async def signed_in(url: str, account: str) -> AsyncIterator[SignedIn]:
    """A browser at the hub `url`, signed in as `account`, such as `demo-texas`."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of 127.0.0.1, too
    async with aiohttp.ClientSession(url, cookie_jar=jar) as session:
        async with session.post("/sign-in", data={"account": account, "then": "/"}) as answer:
            assert answer.status == 200, f"signing in as {account} gave {answer.status}"  # noqa: PLR2004
        yield SignedIn(session)
