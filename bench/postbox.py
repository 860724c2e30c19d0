"""`python -m bench.postbox PORT`: a mail server that takes all, and counts."""

import asyncio
import sys
from typing import Any

from aiosmtpd.smtp import SMTP

READY = "ready"


class Count:
    """Takes mails, and keeps none."""

    def __init__(self) -> None:
        self.received = 0

    async def handle_DATA(self, *_told: Any) -> str:  # noqa: N802 - as aiosmtpd calls it
        self.received += 1
        return "250 OK"


async def serve(port: int) -> None:
    count, loop = Count(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(count, hostname="localhost", loop=loop), "127.0.0.1", port
    )
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    sys.stdout.write(f"{count.received}\n")


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
