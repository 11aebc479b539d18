"""Reads run in a bounded number of threads, with a bounded number waiting."""

from __future__ import annotations

import asyncio
import threading

import pytest

from passerby.services.errors import ErrorCode, ServiceError
from passerby.services.readers import Readers


def test_a_read_runs_in_a_thread_and_returns_its_result() -> None:
    async def read() -> int:
        readers = Readers(threads=1)
        try:
            return await readers.run(threading.get_ident)
        finally:
            readers.close()

    assert asyncio.run(read()) != threading.get_ident()


def test_an_exception_of_a_read_is_raised_and_its_slot_released() -> None:
    async def read() -> None:
        readers = Readers(threads=1, waiting=1)
        try:
            for _ in range(3):
                with pytest.raises(ZeroDivisionError):
                    await readers.run(divmod, 1, 0)
        finally:
            readers.close()

    asyncio.run(read())


def test_reads_beyond_the_queue_limit_get_retry_after() -> None:
    async def read() -> ServiceError:
        readers = Readers(threads=1, waiting=2)
        held = threading.Event()
        under_way = [asyncio.create_task(readers.run(held.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ServiceError) as refused:
            await readers.run(held.wait)
        held.set()
        assert await asyncio.gather(*under_way) == [True, True]
        readers.close()
        return refused.value

    refused = asyncio.run(read())
    assert (refused.code, refused.headers) == (ErrorCode.OVERLOADED, {"Retry-After": "1"})
