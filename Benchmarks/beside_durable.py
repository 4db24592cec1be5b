#!/usr/bin/env python3
"""The same three writes under the same kills: Bureau beside the durable-execution library DBOS, on SQLite and PostgreSQL.

    Benchmarks/beside_durable.py [--kills 25] [--seed 1] [--systems bureau,dbos-sqlite,dbos-postgres]

Each card is one piece of work of three writes that people see at the sandbox: a session, a Slack message, a comment. The
sandbox itself kills the worker (kill -9) at writes chosen by the seed - before the write, after it with the answer lost,
or within 5 ms of the answer - and it is started again each time. In the end every write must be seen exactly once.
DBOS is installed from PyPI into the temporary folder; PostgreSQL is Debian's, started for this run on loopback.
"""
import argparse
import collections
import json
import os
import pwd
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from stage import Product, Program, Sandbox, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
DBOS_VERSION = "3.4.0"
WRITES = [("anthropic", "session.create"), ("slack", "chat.postMessage"), ("clickup", "comment.create")]
HOWS = {"kill": "before the write", "kill_after": "answer lost", "kill_answered": "just answered"}
AT_ONCE = 4
CARDS_A_ROUND = 8
# A worker that was started again gets this long to pick up what it finds, before the next kill is prepared.
QUIET_SECONDS = 2.5
KILL_SECONDS, END_SECONDS = 30, 120


def schedule(seed, kills):
    """Vendor, operation, writes of it that pass first, and how: fewer than a round's cards have, so that it strikes."""
    chance = random.Random(seed)
    return [(*chance.choice(WRITES), chance.randrange(2, 8), chance.choice(list(HOWS))) for _ in range(kills)]


class Dbos:
    def __init__(self, options, folder, sandbox, database):
        self.folder, self.sandbox, self.database, self.given = folder, sandbox, database, []
        self.cards_file = os.path.join(folder, "cards.json")
        self.give({})

    def give(self, cards, is_all=False):
        self.given += cards.items()
        with open(self.cards_file + ".new", "w") as file:
            json.dump({"cards": self.given, "is_all": is_all}, file)
        os.replace(self.cards_file + ".new", self.cards_file)

    def start(self):
        command = [python_with_dbos(), os.path.join(HERE, "durable", "dbos_worker.py"), self.database,
                   self.sandbox.url, self.cards_file, str(AT_ONCE)]
        return Program(command, self.folder, "worker", dict(os.environ))

    def is_over(self, worker):
        code = worker.popen.poll()
        if code not in (None, 0, -signal.SIGKILL):
            raise SystemExit(f"the DBOS worker ended with {code}:\n{worker.said()[-2_000:]}")
        return code == 0


class Bureau:
    def __init__(self, options, folder, sandbox, database):
        self.options, self.folder, self.sandbox, self.count = options, folder, sandbox, 0

    def give(self, cards, is_all=False):
        self.count += len(cards)
        for card in cards:
            self.sandbox.move(card)

    def start(self):
        environment = {
            **self.sandbox.environment, "LOG_LEVEL": "warning", "RUNS_IN_FLIGHT_MAX": str(AT_ONCE),
            "SWEEP_SECONDS": "10", "SESSION_LOG_DIR": os.path.join(self.folder, "sessions")}
        return Product(self.options.binary, self.folder, self.options.port, os.path.join(HERE, "durable"), environment)

    def is_over(self, worker):
        metrics = worker.metrics() if worker.popen.poll() is None else None
        return metrics is not None and metrics.get('bureau_runs{state="done"}', 0) >= self.count


def run(name, options, folder, database=None):
    options.port = free_port()
    with Sandbox(options.binary, folder, f"http://127.0.0.1:{options.port}", 0) as sandbox:
        sandbox.control("scenario", {"files_delay_ms": 0})
        system = (Bureau if name == "bureau" else Dbos)(options, folder, sandbox, database)
        cards, struck, began = {}, collections.Counter(), time.monotonic()
        worker = system.start()
        try:
            for vendor, operation, skip, how in schedule(options.seed, options.kills):
                time.sleep(QUIET_SECONDS)
                sandbox.control("faults", {"vendor": vendor, "operation": operation, "skip": skip, "do": how,
                                           "pid": worker.popen.pid})
                new = {sandbox.add_task(number): f"Client {number:05d}"
                       for number in range(len(cards), len(cards) + CARDS_A_ROUND)}
                cards.update(new)
                system.give(new)
                end = time.monotonic() + KILL_SECONDS
                while worker.popen.poll() is None and time.monotonic() < end:
                    time.sleep(0.01)
                if worker.popen.poll() != -signal.SIGKILL:
                    raise SystemExit(f"{name} was not killed at {operation} within {KILL_SECONDS} s:\n{worker.said()}")
                struck[how] += 1
                forget(sandbox)
                worker = system.start()
            system.give({}, is_all=True)
            end = time.monotonic() + END_SECONDS
            while not (over := system.is_over(worker)) and time.monotonic() < end:
                time.sleep(0.2)
            time.sleep(1)
        finally:
            worker.end(signal.SIGTERM)
        return count(sandbox, cards, name), len(cards), struck, over, time.monotonic() - began


def forget(sandbox):
    urllib.request.urlopen(urllib.request.Request(sandbox.url + "/_control/faults", method="DELETE"), timeout=30)


def count(sandbox, cards, system):
    """How often each write of each card is seen, by kind."""
    state = sandbox.control("state")
    names = set(cards.values())

    def of(texts):
        return collections.Counter(
            found.group(0) for text in texts if (found := re.search(r"Client \d{5}", text)) and found.group(0) in names)

    # Bureau also keeps one message a run that it replaces as the run goes on; the result is the reply below it.
    messages = [message for message in state["slack"]["messages"] if message["channel"] == "C0RESULTS"]
    replies = [(message.get("thread_ts") or message["ts"]) != message["ts"] for message in messages]
    seen = [of(json.dumps(message) for message, is_reply in zip(messages, replies) if is_reply == kind)
            for kind in (False, True)]
    results = seen[0] if system != "bureau" else collections.Counter(
        {name: seen[1][name] + max(0, seen[0][name] - 1) for name in names})
    comments = {task["id"]: len(task["comments"]) for task in state["clickup"]["tasks"]}
    return {
        "session": of(session["title"] or "" for session in state["anthropic"]["sessions"]),
        "message": results, "comment": collections.Counter({cards[card]: comments[card] for card in cards}),
    }


def python_with_dbos():
    folder = os.path.join(tempfile.gettempdir(), f"bureau-dbos-{DBOS_VERSION}")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", f"dbos=={DBOS_VERSION}"], check=True)
    return python


class Postgres(Program):
    """Debian's PostgreSQL with a private data folder, stock durability, on a free loopback port."""

    def __init__(self, folder):
        found = [os.path.join(at, "bin") for at in sorted(
            (os.path.join("/usr/lib/postgresql", name) for name in os.listdir("/usr/lib/postgresql")), reverse=True)]
        data, self.port, prefix = os.path.join(folder, "postgres"), free_port(), []
        os.mkdir(data)
        if os.geteuid() == 0:  # The server refuses to run as root.
            user = pwd.getpwnam("postgres")
            os.chown(data, user.pw_uid, user.pw_gid)
            os.chmod(folder, 0o755)
            prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        subprocess.run([*prefix, f"{found[0]}/initdb", "-D", data, "-A", "trust", "-U", "postgres"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
        flags = [text for setting in settings for text in ("-c", setting)]
        super().__init__([*prefix, f"{found[0]}/postgres", "-D", data, *flags], folder, "postgres-server",
                         dict(os.environ))
        self.until(lambda: "ready to accept connections" in self.said(), "start")
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/beside"

    def __exit__(self, *_):
        self.end(signal.SIGINT)  # Fast shutdown.


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=25)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--systems", default="bureau,dbos-sqlite,dbos-postgres")
    options.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "bureau"))
    options = options.parse_args()
    options.binary = os.path.abspath(options.binary)
    if not os.access(options.binary, os.X_OK):
        raise SystemExit(f"{options.binary} is not there: make build, or name another with --binary")
    print("| system | kills | writes due | lost | repeated | of them sessions, messages, comments | finished | s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    code = 0
    for name in options.systems.split(","):
        folder = tempfile.mkdtemp(prefix=f"bureau-beside-{name}-")
        try:
            if name == "dbos-postgres":
                with Postgres(folder) as server:
                    found = run(name, options, folder, server.url)
            else:
                found = run(name, options, folder, f"sqlite:///{folder}/dbos.sqlite")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        code = max(code, report(name, options, *found))
    raise SystemExit(code)


def report(name, options, counts, cards, struck, over, seconds):
    clients = [f"Client {number:05d}" for number in range(cards)]
    lost = sum(1 for kind in counts.values() for client in clients if kind[client] == 0)
    repeated = {kind: sum(max(0, found[client] - 1) for client in clients) for kind, found in counts.items()}
    total, kills = sum(repeated.values()), sum(struck.values())
    print(f"| {name} | {kills} | {3 * cards} | {lost} | {total} | {', '.join(map(str, repeated.values()))} "
          f"| {'yes' if over else 'no'} | {seconds:.0f} |")
    print(json.dumps({
        "workload": "beside-durable", "system": name, "seed": options.seed, "kills": kills, "kinds": dict(struck),
        "writes": 3 * cards, "lost": lost, "repeated": total, "repeated_by_kind": repeated,
        "finished": over, "seconds": round(seconds, 1)}), file=sys.stderr, flush=True)
    sys.stdout.flush()
    return 1 if name == "bureau" and (lost or total or not over) else 0


if __name__ == "__main__":
    main()
