"""The pages over a long history: a year of runs put straight into the database, then read as people read them."""
import http.client
import json
import os
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.parse

from harness import Server, emit

PORT = 18_432
RUNS, EVENTS_PER_RUN, CLIENTS, READS = 100_000, 50, 40, 40
SHORT_SESSION, LONG_SESSION = 200, 20_000
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Out of a hundred runs; what has not ended waits for people, so that nothing moves while it is read.
STATES = ["done"] * 80 + ["done_with_problems"] * 5 + ["failed"] * 6 + ["stopped"] * 3 + ["ignored"] * 5 + ["in_review"]


def ulid(milliseconds, number):
    digits, value = [], (milliseconds << 80) | number
    for _ in range(26):
        digits.append(LETTERS[value & 31])
        value >>= 5
    return "".join(reversed(digits))


def fill(folder, runs):
    """Rows as the product writes them. The newest run is running under nobody's lease and far from due."""
    db = sqlite3.connect(os.path.join(folder, "bureau.db"))
    db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    now = int(time.time() * 1000)
    config = db.execute("SELECT sha256 FROM agent_config LIMIT 1").fetchone()[0]
    db.executemany(
        "INSERT INTO client (slug, name, record, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
        [(f"client-{n}", f"Demo client {n}", json.dumps({"slug": f"client-{n}", "name": f"Demo client {n}"}), now, now)
         for n in range(CLIENTS)])
    step = 365 * 86_400_000 // runs
    ids = []
    for start in range(0, runs, 10_000):
        rows, events, steps, receipts, signals, holds, artifacts = [], [], [], [], [], [], []
        for number in range(start, min(start + 10_000, runs)):
            at = now - (runs - number) * step
            run, live = ulid(at, number), number == runs - 1
            ids.append(run)
            state = "running" if live else STATES[number * 37 % 100]
            ended = None if live or state == "in_review" else at + 600_000
            cause = "Something was wrong with it." if state in ("failed", "stopped", "ignored") else None
            client = f"client-{number * number % CLIENTS}"
            rows.append((
                run, "sentinel", "1", config, "webhook", "clickup user 183", f"sentinel/clickup/tk{number}/{number}",
                client, f"Demo client {client[7:]}", "clickup", f"tk{number % 30_000}", json.dumps({"client": client}),
                "0" * 64, state, "by_person" if cause else None, cause, f"sesn_{number:08d}", 2_000_000 + number % 900_000,
                "list_cost", 308, at, at + 1_000, ended, now + 86_400_000))
            events += [(run, seq, at + seq * 1_000, "note" if seq > 9 else "running", f"Something happened, number {seq}")
                       for seq in range(1, EVENTS_PER_RUN + 1)]
            steps += [(ulid(at, number * 8 + place), run, channel, kind, f"{place}", place, "{}", "{}", at, at)
                      for place, (channel, kind) in enumerate(
                          [("google_drive", "folder"), ("google_drive", "upload"), ("clickup", "comment"),
                           ("clickup", "status"), ("slack", "post")])]
            receipts += [(run, seq, at, "sent", "{}", "0" * 64, "1" * 64) for seq in range(1, 6)]
            signals.append((ulid(at, number), at, b"{}", 2, "0" * 64, "run", "status changed", run))
            holds.append((run, client, time.strftime("%Y-%m-%d", time.gmtime(at / 1000)), 5_000_000, 2_000_000))
            if number % 3 == 0 and ended:
                artifacts.append((ulid(at, number), run, number + 1, client, f"Demo client {client[7:]}", config, at, at))
        many = db.executemany
        many("""INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
            client_slug, client_name, task_tool, task_id, payload, payload_sha256, state, cause, cause_sentence,
            session_id, spent_micro_usd, spent_method, events_count, accepted_at, started_at, ended_at, due_at)
            VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)""", rows)
        many("INSERT INTO run_event VALUES (?, ?, ?, ?, ?)", events)
        many("""INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, receipt,
            created_at, due_at) VALUES (?, ?, 'delivery', ?, ?, ?, ?, 'done', ?, ?, ?, ?)""", steps)
        many("INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?)", receipts)
        many("""INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes, body_sha256, verdict,
            reason, run_id) VALUES (?, ?, 'clickup', 'sentinel', '127.0.0.1', ?, ?, ?, ?, ?, ?)""", signals)
        many("""INSERT INTO spend_hold (run_id, opening, agent, client_slug, day, base_micro_usd, reserved_micro_usd,
            settled_micro_usd, is_open) VALUES (?, 1, 'sentinel', ?, ?, 0, ?, ?, 0)""", holds)
        many("""INSERT INTO artifact (id, run_id, round, version, agent, client_slug, client_name, kind, title, state,
            visibility, capsule, reviewed, stale_after_days, agent_version, config_sha256, requested_by, created_at,
            moved_at) VALUES (?, ?, 1, ?, 'sentinel', ?, ?, 'audit', 'SEO audit', 'accepted', 'staff', '{}', 0, 45, '1',
            ?, 'clickup user 183', ?, ?)""", artifacts)
        db.commit()
    return db, ids


def log_session(folder, run_number, events):
    os.makedirs(os.path.join(folder, "sessions"), exist_ok=True)
    with open(os.path.join(folder, "sessions", f"sesn_{run_number:08d}.jsonl"), "w") as file:
        for number in range(events):
            text = {"type": "text", "text": f"Looked at page {number} of the site and found nothing that is new."}
            file.write(json.dumps({
                "id": f"sevt_{number:08d}", "type": "agent.message", "content": [text],
                "processed_at": f"2026-01-01T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"}) + "\n")


class Reader:
    """Somebody who is signed in, on one kept connection."""

    def __init__(self, path):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.headers = {}
        page = self.read(path)
        form = urllib.parse.urlencode(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        self.connection.request("POST", "/login/link", form, {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{PORT}"})
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 303:
            raise SystemExit(f"history: signing in was answered {answer.status}")
        self.headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}

    def read(self, path):
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise SystemExit(f"history: {path} was answered {answer.status}")
        return text

    def milliseconds(self, path):
        before = time.perf_counter()
        self.read(path)
        return (time.perf_counter() - before) * 1e3


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


def live(reader, db, run):
    """From an event's commit by another process to its frame at somebody who follows the run."""
    waits = []
    reader.connection.request("GET", f"/runs/{run}/stream?from={EVENTS_PER_RUN}.0&state=running", headers=reader.headers)
    answer = reader.connection.getresponse()
    answer.readline()
    for number in range(READS):
        detail = f"followed event {number}"
        db.execute("INSERT INTO run_event VALUES (?, ?, ?, 'note', ?)",
                   (run, EVENTS_PER_RUN + 1 + number, int(time.time() * 1000), detail))
        db.commit()
        before = time.perf_counter()
        while detail not in answer.readline().decode():
            pass
        waits.append((time.perf_counter() - before) * 1e3)
        time.sleep(0.013 * (number % 17))
    return waits


def history(binary, rounds):
    runs = int(os.environ.get("BUREAU_HISTORY_RUNS", RUNS))
    with tempfile.TemporaryDirectory(prefix="bureau-bench-") as folder:
        with Server(binary, PORT, data=folder):
            subprocess.run([binary, "users", "add", "bench", "--role", "admin", "--data", folder],
                           check=True, capture_output=True)
        before = time.monotonic()
        db, ids = fill(folder, runs)
        log_session(folder, runs - 2, LONG_SESSION)
        log_session(folder, runs - 3, SHORT_SESSION)
        filled = time.monotonic() - before
        with Server(binary, PORT, data=folder) as server:
            emit("history", "start", server.ready_ms, "ms", runs=runs, events=runs * EVENTS_PER_RUN,
                 filled_s=round(filled))
            link = subprocess.run([binary, "users", "link", "bench", "--data", folder],
                                  check=True, capture_output=True, text=True).stdout
            reader = Reader(re.search(r"/login/link\?token=[0-9a-f]+", link).group(0))
            for name, path in pages(ids).items():
                times = [reader.milliseconds(path(number)) for number in range(READS)]
                emit("history", "p95", p95(times), "ms", page=name, p50=round(statistics.median(times), 1))
            waits = live(reader, db, ids[-1])
            emit("history", "live_p95", p95(waits), "ms", p50=round(statistics.median(waits), 1))
            emit("history", "memory", server.pss_kib() / 1024, "MiB PSS", runs=runs)
        db.close()


def pages(ids):
    """What people open, each with a number that makes one reading differ from the next."""
    runs, states = len(ids), ["failed", "done", "stopped", "in_review"]
    return {
        "today": lambda n: "/", "inbox": lambda n: "/inbox", "runs": lambda n: "/runs",
        "runs, deep": lambda n: f"/runs?before={ids[runs // (n + 2)]}",
        "runs of a client": lambda n: f"/runs?client=client-{n % CLIENTS}",
        "runs by state": lambda n: f"/runs?state={states[n % 4]}", "run": lambda n: f"/runs/{ids[n * runs // READS]}",
        "run, 200 session events": lambda n: f"/runs/{ids[-3]}", "run, 20,000": lambda n: f"/runs/{ids[-2]}",
        "run.json": lambda n: f"/runs/{ids[n * runs // READS]}/data.json", "reports": lambda n: "/reports",
        "client": lambda n: f"/clients/client-{n}", "activity": lambda n: f"/clients/client-{n}/activity",
        "agent": lambda n: "/agents/sentinel", "costs": lambda n: "/costs", "system": lambda n: "/system",
        "queue": lambda n: "/system/queue", "webhooks": lambda n: "/system/webhooks",
        "search": lambda n: f"/search?q=client", "metrics": lambda n: "/metrics",
    }
