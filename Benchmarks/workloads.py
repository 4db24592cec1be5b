"""The measurements of the product alone. Each prints its figures; none prints a figure of a run that went wrong."""
import hashlib
import hmac
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request

from history import history
from harness import DRIVER_CPU, HERE, PRODUCT_CPU, SECRET, FarSide, Process, Server, emit

PORT = 18_431


def webhook(number):
    change = {"id": f"28007875{number:012d}", "type": 1, "date": str(1776556800000 + number), "field": "status",
              "parent_id": "162641062", "user": {"id": 183, "username": "José", "email": "jose@agency.example"},
              "before": {"status": "to do"}, "after": {"status": "Ready (Automate)", "type": "custom"}}
    body = json.dumps({"event": "taskStatusUpdated", "task_id": f"tk_{number:06d}", "webhook_id": "7fa3ec74-69a8",
                       "history_items": [change]})
    return hmac.new(SECRET, body.encode(), hashlib.sha256).hexdigest(), body


def intake(binary, rounds, seconds=6, connections=64):
    """Signed webhooks, each on disk before its answer. Every one is new while the file lasts, then a redelivery."""
    if not shutil.which("wrk"):
        raise SystemExit("the intake workload needs wrk: scripts/setup bench installs it")
    found = []
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as corpus:
        for number in range(200_000):
            corpus.write("\t".join(webhook(number)) + "\n")
        corpus.flush()
        for _ in range(rounds):
            with Server(binary, PORT) as server:
                before = server.cpu_seconds()
                text = subprocess.run(
                    ["taskset", "-c", DRIVER_CPU, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
                     os.path.join(HERE, "webhooks.lua"), server.url, "--", corpus.name],
                    check=True, capture_output=True, text=True).stdout
                run = json.loads(text.strip().splitlines()[-1])
                if run["refused"] or run["broken"]:
                    raise SystemExit(f"intake: {run}")
                run["cpu"] = (server.cpu_seconds() - before) / run["answers"] * 1e6
                found.append(run)
    middle = lambda pick: statistics.median(pick(run) for run in found)
    emit("intake", "rps", middle(lambda run: run["answers"] / run["seconds"]), "req/s", connections=connections)
    emit("intake", "p50", middle(lambda run: run["p50_ms"]), "ms", connections=connections)
    emit("intake", "p99", middle(lambda run: run["p99_ms"]), "ms", connections=connections)
    emit("intake", "cpu_per_webhook", middle(lambda run: run["cpu"]), "us CPU", connections=connections)


def trigger(binary, rounds, count=200, rate=50):
    """From a webhook's first byte to its session's creation arriving at the far side."""
    waits = []
    for _ in range(rounds):
        with FarSide(events=2) as far, Server(binary, PORT, far.url, paused=False) as server:
            sent = []
            for number in range(count):
                signature, body = webhook(number)
                request = urllib.request.Request(server.url + "/webhook/sentinel", body.encode(),
                                                 {"X-Signature": signature})
                sent.append(time.monotonic_ns())
                urllib.request.urlopen(request, timeout=10).read()
                time.sleep(1 / rate)
            end = time.monotonic() + 20
            while len(created := far.times()) < count and time.monotonic() < end:
                time.sleep(0.1)
            if len(created) < count:
                raise SystemExit(f"trigger: {len(created)} sessions of {count}")
            # Sent one by one and created in the same order, so pairs match.
            waits += [(there - here) / 1e6 for here, there in zip(sent, sorted(created))]
    waits.sort()
    emit("trigger", "webhook_to_session_p50", waits[len(waits) // 2], "ms", rate=rate)
    emit("trigger", "webhook_to_session_p99", waits[int(len(waits) * 0.99)], "ms", rate=rate)


def follow(binary, far, streams, out):
    return Process([binary, "bench", "stream", "--base-url", far.url, "--streams", str(streams), "--out", out],
                   PRODUCT_CPU)


def stream(binary, rounds, streams=16, events=8_000):
    """Sessions as fast as they can be followed: parsed, deduplicated, logged, folded."""
    rates, cpu = [], []
    for _ in range(rounds):
        with FarSide(events=events) as far, tempfile.TemporaryDirectory() as out:
            with follow(binary, far, streams, out) as process:
                line = process.popen.stdout.readline()
                before = os.times()
                process.popen.wait()
                spent = os.times()
            run = json.loads(line or "{}")
            if run.get("events") != streams * events:
                raise SystemExit(f"stream: {run or process.errors()}")
            seconds = spent.children_user + spent.children_system - before.children_user - before.children_system
            rates.append(run["events"] / run["seconds"])
            cpu.append(run["events"] / seconds)
    emit("stream", "events_per_s", statistics.median(rates), "events/s", streams=streams)
    emit("stream", "events_per_cpu_s", statistics.median(cpu), "events/CPU-s", streams=streams, note="start-up included")


def hold(binary, rounds, streams=1_000):
    """Memory of one open stream at an event a second: with many, minus with one."""
    sizes = []
    for count in (1, streams):
        with FarSide(events=600, rate=1) as far, tempfile.TemporaryDirectory() as out:
            with follow(binary, far, count, out) as process:
                time.sleep(12)
                sizes.append(process.pss_kib())
    emit("hold", "kib_per_stream", (sizes[1] - sizes[0]) / streams, "KiB PSS", streams=streams)


def queue(binary, rounds, count=20_000):
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "bench", "queue", "--n", str(count), "--dir", folder]
        run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if run["completed"] != count:
        raise SystemExit(f"queue: {run}")
    emit("queue", "enqueue_per_s", count / run["enqueue_s"], "runs/s")
    emit("queue", "drain_per_s", count / run["drain_s"], "runs/s")
    emit("queue", "jain", run["jain"], "index", note="20 clients, one with 100 times the runs; 1 is even")


def footprint(binary, rounds):
    starts = []
    for _ in range(max(rounds, 5)):
        with Server(binary, PORT) as server:
            starts.append(server.ready_ms)
    with Server(binary, PORT) as server:
        time.sleep(6)
        emit("footprint", "idle_memory", server.pss_kib() / 1024, "MiB PSS")
    emit("footprint", "cold_start", statistics.median(starts), "ms", starts=len(starts))


ALL = {"intake": intake, "trigger": trigger, "stream": stream, "hold": hold, "queue": queue, "footprint": footprint,
       "history": history}
