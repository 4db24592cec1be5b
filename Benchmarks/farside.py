#!/usr/bin/env python3
"""The services the product talks to, reduced to what a measurement needs: fast, and always right.

    farside.py --events N --rate R      prints its port; GET /times tells when each session was created

Sessions stream N events of about 800 bytes, R a second each (0: as fast as they are read), the last one an end of
turn. Tasks are always ready. Times are the monotonic clock's nanoseconds.
"""
import argparse
import asyncio
import json
import re
import time

options = argparse.ArgumentParser()
options.add_argument("--events", type=int, default=200)
options.add_argument("--rate", type=float, default=0)
options = options.parse_args()

FIELDS = ["client_id", "client_name", "business_address", "gbp_url", "website_url", "service_area_cities",
          "seed_keywords", "competitors"]
TEXT = "The listing of the café names two phone numbers \\u2014 the directory shows the older one. "
created = []


def frame(number, kind, rest=""):
    event = f'{{"type":"{kind}","id":"sevt_{number:024x}","processed_at":"2026-04-19T00:00:00.{number % 10**6:06d}Z"{rest}}}'
    data = f"event: {kind}\ndata: {event}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


def ring():
    """Every event but the last, in the mix of a working agent."""
    yield frame(0, "session.status_running")
    for number in range(1, options.events - 1):
        if number % 9 == 0:
            usage = '{"input_tokens":900,"output_tokens":210,"cache_read_input_tokens":40000}'
            yield frame(number, "span.model_request_end", f',"is_error":false,"model_usage":{usage}')
        elif number % 9 in (1, 2):
            yield frame(number, "span.model_request_start")
        else:
            kind = "agent.message" if number % 2 else "agent.tool_result"
            text = TEXT * (6 + number % 9)
            yield frame(number, kind, f',"content":[{{"type":"text","text":"{text}"}}]')


FRAMES = list(ring())
END = frame(options.events, "session.status_idle", ',"stop_reason":{"type":"end_turn"}')


async def stream(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    if options.rate:
        for one in FRAMES:
            writer.write(one)
            await writer.drain()
            await asyncio.sleep(1 / options.rate)
    else:
        for start in range(0, len(FRAMES), 64):
            writer.write(b"".join(FRAMES[start:start + 64]))
            await writer.drain()
    writer.write(END)
    await writer.drain()
    await asyncio.sleep(60)


def answer(method, path, body):
    if path.startswith("/times"):
        return created
    if "/list/" in path:
        return {"tasks": [], "last_page": True}
    if "/task/" in path:
        fields = [{"id": name, "name": name, "type": "short_text", "value": f"the {name}"} for name in FIELDS]
        return {"id": re.split("[/?]", path)[4], "name": "Audit", "status": {"status": "Ready (Automate)"},
                "list": {"id": "162641062"}, "custom_fields": fields}
    if method == "POST" and path.startswith("/v1/sessions"):
        created.append(time.monotonic_ns())
        return {"type": "session", "id": f"sesn_{len(created):09d}", "status": "running", "metadata": {},
                "agent": {"type": "agent", "id": "agent_1", "version": 1, "model": {"id": "claude-sonnet-4-6"}}}
    return {"data": [], "next_page": None, "has_more": False}


async def connection(reader, writer):
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            if "/stream" in path:
                return await stream(writer)
            reply = json.dumps(answer(method, path, body)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                         % (len(reply), reply))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(connection, "127.0.0.1", 0, backlog=10_000, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
