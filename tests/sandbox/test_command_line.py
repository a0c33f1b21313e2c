"""`python -m sandbox telegram` as a process of its own, reached over HTTP."""

import asyncio
import re
import signal
import sys

import httpx


async def test_the_stand_in_runs_alone_until_interrupted():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "telegram", "--port", "0",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        url = re.search(r"http://127\.0\.0\.1:\d+", line).group()
        async with httpx.AsyncClient() as client:
            me = await client.get(f"{url}/bot1:a/getMe")
            assert me.json()["result"]["is_bot"]
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0
