"""The same number of requests a second for every server, whether it keeps up or not.

A request has its time by the clock, and its latency counts from then: if all connections are busy, the wait for one
is part of it. (A client that waits for answers before it asks again leaves out the very requests that would have
waited the longest.)
"""
import asyncio
import time

from running_server import RunningServer


def load(instance: RunningServer, rate: float, connections: int, seconds: float) -> list[float]:
    """Milliseconds of each request, sorted."""
    return sorted(asyncio.run(offer(instance, rate, connections, seconds)))


async def offer(instance: RunningServer, rate: float, connections: int, seconds: float) -> list[float]:
    head = f"POST {instance.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {instance.content_type}\r\n" \
        f"Content-Length: {len(instance.body)}\r\n\r\n"
    request = head.encode() + instance.body
    due: asyncio.Queue[float | None] = asyncio.Queue()
    latencies: list[float] = []
    senders = [asyncio.create_task(send(instance.port, request, due, latencies)) for _ in range(connections)]
    await asyncio.sleep(0.2)  # until all are connected
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        moment = start + number / rate
        await asyncio.sleep(max(0, moment - time.perf_counter()))
        due.put_nowait(moment)
    for _ in senders:
        due.put_nowait(None)
    await asyncio.gather(*senders)
    return latencies


async def send(port: int, request: bytes, due: asyncio.Queue, latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (moment := await due.get()) is not None:
        writer.write(request)
        closes = await read_answer(reader)
        latencies.append((time.perf_counter() - moment) * 1e3)
        if closes:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def read_answer(reader: asyncio.StreamReader) -> bool:
    """Reads one answer; whether the server closes the connection after it."""
    status, *fields = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
    if b" 200" not in status:
        raise RuntimeError(f"the server answered {status!r}")
    values = dict(field.split(b": ", 1) for field in fields if b": " in field)
    await reader.readexactly(int(values[b"content-length"]))
    return values.get(b"connection") == b"close"
