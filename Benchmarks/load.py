#!/usr/bin/env python3
"""So many runs in flight for some minutes, kills in the middle, and then a look at everything people would see.

    Benchmarks/load.py [--minutes 10] [--runs 1000] [--kills 10] [--requests-per-minute 12000] [--binary .build/release/bureau]

Cards are moved on the stand-in board; each move is a signed webhook that starts a run, and whenever a run ends the next
card is moved. Product and sandbox share two processors. At the end every session is hurried, so that all runs come to
their ends, and board, Slack, Drive, sessions and rows are compared. Prints Markdown, then one JSON line; the exit code
is 1 when something was lost, happened twice, or missed its aim.
"""
import argparse
import collections
import concurrent.futures
import datetime
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
import time

from stage import Product, Sandbox, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
FILES_A_RUN = 2
# A Sentinel session has about 300 events, so that a run lasts five minutes on average.
PACE = (0.7, 1.6)
FILL_A_SECOND = 40
HURRY = 200
UNFINISHED = ("queued", "starting", "running", "waiting_approval", "collecting", "delivering", "stopping")
AIMS = {"sign_p99_s": 10, "progress_p95_s": 1, "rss_growth_percent": 10, "all_moving_longest_s": 15}


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


class Load:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.port = free_port()
        self.sandbox = Sandbox(options.binary, folder, f"http://127.0.0.1:{self.port}", HURRY, "--requests-per-minute",
            str(options.requests_per_minute))
        self.environment = {
            **self.sandbox.environment, "LOG_LEVEL": "warning", "RUNS_IN_FLIGHT_MAX": str(options.runs + 500),
            "SESSION_LOG_DIR": os.path.join(folder, "sessions")}
        self.product = self.start()
        self.chance = random.Random(options.seed)
        self.moved = {}  # task to the moment a person moved it
        self.signs = {}  # task to the moment something was first seen on it
        self.accepted = 0
        self.lows, self.rss, self.progress, self.moving = [], [], [], []
        self.pool = concurrent.futures.ThreadPoolExecutor(8)

    def start(self):
        config = os.path.join(HERE, "load")
        return Product(self.options.binary, self.folder, self.port, config, self.environment).wait()

    # Cards

    def give(self, count):
        first = len(self.moved)
        for _ in range(count):
            self.sandbox.control("scenario", {"times": 1, "events_per_second": self.chance.uniform(*PACE)})
        for task in self.pool.map(self.sandbox.add_task, range(first, first + count)):
            self.moved[task] = 0
        list(self.pool.map(self.move, list(self.moved)[first:]))

    def move(self, task):
        self.moved[task] = time.time()
        self.sandbox.move(task)

    def in_flight(self):
        metrics = self.product.metrics()
        if metrics is None:
            return None
        return int(sum(metrics.get(f'bureau_runs{{state="{state}"}}', 0) for state in UNFINISHED))

    def look(self):
        """First signs and accepted webhooks, as the stand-ins saw them."""
        found = self.sandbox.log()
        for entry in found:
            if entry["vendor"] != "clickup" or not entry["outcome"].startswith("2"):
                continue
            if entry["operation"] == "webhook.deliver":
                self.accepted += 1
            elif entry["operation"] in ("task.update", "comment.create", "attachment.create"):
                known = self.signs.get(entry["subject"], moment(entry))
                self.signs[entry["subject"]] = min(known, moment(entry))
        return found

    # The phases

    def fill(self):
        """Returns the moment when all are in flight."""
        end = time.monotonic() + 60 + self.options.runs / 5
        while (count := self.in_flight()) is None or count < self.options.runs:
            if time.monotonic() > end:
                raise SystemExit(f"only {count} runs are in flight; see {self.folder}/product.log")
            self.give(max(0, min(FILL_A_SECOND, self.options.runs - len(self.moved))))
            self.look()
            time.sleep(0.2)

    def hold(self, seconds, sampled=True):
        end, next_sample = time.monotonic() + seconds, 0.0
        while time.monotonic() < end:
            count = self.in_flight()
            if count is not None:
                self.lows.append(count)
                self.give(min(FILL_A_SECOND, max(0, self.options.runs + self.options.runs // 50 - count)))
            self.look()
            if sampled and time.monotonic() >= next_sample:
                self.rss.append((time.monotonic(), self.product.rss_kib()))
                next_sample = time.monotonic() + 2
            time.sleep(0.25)

    def kill(self):
        """kill -9, and how long a new process takes from its start to its first request for a run, and until every run
        moves again."""
        self.look()
        self.product.end(signal.SIGKILL)
        time.sleep(self.chance.uniform(0.2, 2))
        self.look()
        unfinished = self.rows(f"SELECT count(*) FROM run WHERE state IN {UNFINISHED}")[0][0]
        self.product = self.start()
        began, first, last, streams = self.product.started, None, 0.0, set()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for entry in self.look():
                if moment(entry) < began or "/sessions/" not in entry["path"]:
                    continue
                first = first or moment(entry) - began
                streams.add(re.search(r"/sessions/([^/?]+)", entry["path"]).group(1))
                last = max(last, moment(entry) - began)
            if first and len(streams) >= unfinished * 0.99:
                break
            time.sleep(0.05)
        self.progress.append(first if first is not None else 30.0)
        self.moving.append(last if first is not None and len(streams) >= unfinished * 0.95 else 30.0)

    def drain(self):
        for session in self.sandbox.control("state")["anthropic"]["sessions"]:
            if session["status"] == "running":
                body = {"session_id": session["id"], "events_per_second": HURRY / 20}
                self.pool.submit(self.sandbox.control, "scenario", body)
        end = time.monotonic() + 120 + self.options.runs / 4
        while time.monotonic() < end and (self.in_flight() != 0 or self.notices()):
            self.look()
            time.sleep(0.5)
        time.sleep(1)
        self.look()

    def notices(self):
        """What still waits to be told; messages that follow a run may wait for Slack's limit for hours."""
        return self.rows(
            "SELECT count(*) FROM step WHERE state IN ('pending', 'intended') AND kind <> 'thread'")[0][0]

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.folder}/data/bureau.db?mode=ro", uri=True, timeout=30) as database:
            return database.execute(sql).fetchall()

    # What people see

    def complaints(self):
        state = self.sandbox.control("state")
        found = []
        runs = dict(self.rows("SELECT id, task_id FROM run"))
        ends = collections.Counter(state for state, in self.rows("SELECT state FROM run"))
        if ends != {"done": len(self.moved)}:
            found.append(f"{len(self.moved)} cards were moved, and the runs ended {dict(ends)}")
        doubles = [task for task, count in collections.Counter(runs.values()).items() if count > 1]
        found += [f"the task {task} has several runs" for task in doubles]
        found += [f"the task {task} has no run" for task in self.moved.keys() - set(runs.values())]
        sessions = collections.Counter(one["metadata"].get("bureau_run") for one in state["anthropic"]["sessions"])
        found += [f"the run {run} has {sessions[run]} sessions" for run in runs if sessions[run] != 1]
        for task in state["clickup"]["tasks"]:
            if task["id"] not in self.moved:
                continue
            titles = [file["title"] for file in task["attachments"]]
            if len(task["comments"]) != 1:
                found.append(f"the task {task['id']} has {len(task['comments'])} comments")
            if len(titles) != FILES_A_RUN or len(set(titles)) != FILES_A_RUN:
                found.append(f"the task {task['id']} carries {titles}")
            if task["status"] != "review":
                found.append(f"the task {task['id']} is at {task['status']}")
        # One message that follows the run, when Slack's own limit left room for it, and one result.
        own, results = collections.Counter(), collections.Counter()
        for message in state["slack"]["messages"]:
            text = json.dumps(message)
            if message["channel"] == "C0RESULTS":
                for run in set(re.findall(r"Run ([0-9A-Z]{26})", text)):
                    (own if f'"step": "{run}"' in text else results)[run] += 1
            if message["channel"] == "C0ALERTS":
                found.append(f"there is an alert: {message['text'][:120]}")
        found += [f"the run {run} has {own[run]} messages of its own in Slack" for run in runs if own[run] > 1]
        found += [f"the run {run} has {results[run]} results in Slack" for run in runs if results[run] != 1]
        paths = collections.Counter(file["path"] for file in state["drive"]["files"] if not file["trashed"])
        found += [f"Drive holds {path} {count} times" for path, count in paths.items() if count > 1]
        files = sum(1 for file in state["drive"]["files"] if file["sha256"])
        if files != FILES_A_RUN * len(runs):
            found.append(f"Drive holds {files} files of {len(runs)} runs")
        signals = self.rows("SELECT count(*) FROM signal WHERE verdict <> 'refused'")[0][0]
        if signals < self.accepted:
            found.append(f"{self.accepted} webhooks were answered 2xx, only {signals} are on disk")
        for channel, kind, step, why in self.rows(
                "SELECT channel, kind, state, coalesce(error, '') FROM step WHERE state <> 'done' AND kind <> 'thread' LIMIT 20"):
            found.append(f"a step {channel} {kind} is {step}: {why}")
        return found

    def slope(self):
        """Growth of resident memory, KiB a minute, by least squares over the second half; and in percent of its size
        over ten minutes."""
        half = self.rss[len(self.rss) // 2:]
        middle_t = sum(t for t, _ in half) / len(half)
        middle_r = sum(r for _, r in half) / len(half)
        spread = sum((t - middle_t) ** 2 for t, _ in half) or 1
        slope = sum((t - middle_t) * (r - middle_r) for t, r in half) / spread * 60
        return slope, slope * 10 / middle_r * 100, middle_r / 1024


def moment(entry):
    return datetime.datetime.fromisoformat(entry["time"].replace("Z", "+00:00")).timestamp()


def report(load, complaints, seconds):
    slope, growth, size = load.slope()
    waits = [load.signs[task] - load.moved[task] for task in load.moved if task in load.signs]
    figures = {
        "runs": len(load.moved), "in_flight_median": percentile(load.lows, 0.5), "in_flight_low": min(load.lows),
        "minutes_held": round(seconds / 60, 1), "kills": len(load.progress), "complaints": len(complaints),
        "sign_p50_s": percentile(waits, 0.5), "sign_p99_s": percentile(waits, 0.99), "sign_longest_s": max(waits),
        "progress_p50_s": percentile(load.progress, 0.5), "progress_p95_s": percentile(load.progress, 0.95),
        "all_moving_longest_s": max(load.moving, default=None), "rss_mib": size, "rss_kib_per_minute": slope,
        "rss_growth_percent": growth, "load_average": os.getloadavg()[0],
    }
    figures = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    missed = [name for name, aim in AIMS.items() if figures[name] is not None and figures[name] > aim]
    missed += [] if len(waits) == len(load.moved) else ["signs"]
    print("| figure | value | aim |\n| --- | --- | --- |")
    for name, value in figures.items():
        print(f"| {name} | {value} | {AIMS.get(name, 0 if name == 'complaints' else '')} |")
    for complaint in complaints[:20]:
        print(f"broken: {complaint}")
    print(json.dumps({"workload": "load", **figures, "missed": missed}), flush=True)
    return 1 if complaints or missed else 0


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--runs", type=int, default=1_000)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument(
        "--requests-per-minute", type=int, default=12_000,
        help="what the agent service allows; 1200 is published, with which a thousand such sessions wait for their turn")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "bureau"))
    options.add_argument("--keep", action="store_true", help="leave the folder with database and logs")
    options = options.parse_args()
    options.binary = os.path.abspath(options.binary)
    if not os.access(options.binary, os.X_OK):
        raise SystemExit(f"{options.binary} is not there: make build, or name another with --binary")
    folder = tempfile.mkdtemp(prefix="bureau-load-")
    load = Load(options, folder)
    try:
        load.fill()
        print(f"{options.runs} runs are in flight", flush=True)
        began = time.monotonic()
        load.hold(options.minutes * 60)
        for _ in range(options.kills):
            load.kill()
            load.hold(5, sampled=False)
        seconds = time.monotonic() - began
        load.drain()
        code = report(load, load.complaints(), seconds)
    finally:
        load.pool.shutdown(cancel_futures=True)
        load.product.end(signal.SIGTERM)
        load.sandbox.end(signal.SIGTERM)
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
