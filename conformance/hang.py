"""Waiting for facts: a hang limit names who has not come, and nothing else is judged by the clock."""

import asyncio
import time

from gateway import ServerError

HANG = 120  # seconds after which what is waited for does not come


async def wait_for_all(tasks, what):
    """Waits for awaitables by name. What ends with an error ends the wait."""
    names = {asyncio.ensure_future(task): name for name, task in tasks.items()}
    if not names:
        return
    done, hanging = await asyncio.wait(names, timeout=HANG)
    for task in hanging:
        task.cancel()
    if hanging:
        raise ServerError(f"{what} did not come within {HANG} s: {'; '.join(str(names[task]) for task in hanging)}")
    for task in done:
        task.result()


def wait_for_fact(what, fact):
    """Waits until `fact` returns nothing; until then it returns what is missing."""
    deadline = time.monotonic() + HANG
    while missing := fact():
        if time.monotonic() > deadline:
            raise ServerError(f"{what} did not come within {HANG} s: {missing}")
        time.sleep(0.1)
