"""The product and the sandbox as two processes that share two processors, and what a person sees at the sandbox."""
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

CPUS = "0,1" if (os.cpu_count() or 1) > 1 else "0"
OPEN_ENTRIES_MAX = 5_000
LIST, READY = "901100000001", "ready (automate)"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, body=None, headers=None, seconds=30):
    """JSON out, JSON in. An answer that is no success is an error with its text."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as problem:
        raise SystemExit(f"{url}: {problem.code} {problem.read(500).decode(errors='replace')}")


class Program:
    """A process of ours on the two processors; its errors go to a file. Ended by its own id when the block ends."""

    def __init__(self, command, folder, name, environment):
        self.output = os.path.join(folder, name + ".log")
        with open(self.output, "ab") as output:
            self.begins = output.tell()
            self.started = time.time()
            self.popen = subprocess.Popen(
                ["taskset", "-c", CPUS, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def end(self, how):
        if self.popen.poll() is None:
            self.popen.send_signal(how)
            try:
                self.popen.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()

    def said(self):
        with open(self.output, errors="replace") as file:
            file.seek(self.begins)
            return file.read()

    def until(self, look, what, seconds=60):
        """What `look` finds as soon as it finds something; the process must not have ended by then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.popen.poll() is None:
            if found := look():
                return found
            time.sleep(0.01)
        raise SystemExit(f"{' '.join(self.popen.args[3:5])} did not {what}:\n{self.said()[-2_000:]}")

    def rss_kib(self):
        with open(f"/proc/{self.popen.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def cpu_seconds(self):
        with open(f"/proc/{self.popen.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Sandbox(Program):
    def __init__(self, binary, folder, product, pace, *more):
        command = [binary, "sandbox", "--port", "0", "--product", product, "--events-per-second", str(pace), *more]
        super().__init__(command, folder, "sandbox", dict(os.environ))
        text = self.until(lambda: "SLACK_SIGNING_SECRET" in (text := self.said()) and text, "say where it listens")
        self.url = re.search(r"listen on (http://[0-9.:]+)/", text).group(1)
        self.environment = dict(re.findall(r"^export (\w+)='(.*)'$", text, re.MULTILINE))
        self.seen = 0
        self.open = set()

    def control(self, path, body=None):
        return ask(f"{self.url}/_control/{path}", body, seconds=120)

    def log(self):
        """What was asked of the stand-ins since the last look. What was being answered then comes once more, with its
        outcome."""
        first = min(self.open, default=self.seen + 1)
        entries = self.control(f"log?after={first - 1}")["entries"]
        found = [entry for entry in entries if entry["number"] > self.seen
            or entry["number"] in self.open and entry["outcome"] != "open"]
        if entries:
            self.seen = max(self.seen, entries[-1]["number"])
        # What is never answered is forgotten at last.
        self.open = {entry["number"] for entry in entries
            if entry["outcome"] == "open" and entry["number"] > self.seen - OPEN_ENTRIES_MAX}
        return found

    def add_task(self, number):
        """A card with every field the agent needs, not started yet."""
        values = {1: f"client-{number:05d}", 2: f"Client {number:05d}"}
        fields = [{"id": f"f1e1d000-0000-4000-8000-{key:012d}", "value": text} for key, text in values.items()]
        body = {"name": f"Audit {number}", "custom_fields": fields}
        url = f"{self.url}/clickup/api/v2/list/{LIST}/task"
        return ask(url, body, {"Authorization": self.environment["CLICKUP_API_TOKEN"]})["id"]

    def move(self, task, status=READY):
        """As a person does it on the board; the stand-in then sends its signed webhook."""
        form = urllib.parse.urlencode({"status": status}).encode()
        try:
            urllib.request.build_opener(NoRedirect).open(f"{self.url}/board/{task}/status", form, timeout=30)
        except urllib.error.HTTPError as answer:
            if answer.code != 303:
                raise


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Product(Program):
    """`bureau serve` on one data folder, which outlives it."""

    def __init__(self, binary, folder, port, config, environment):
        self.url = f"http://127.0.0.1:{port}"
        command = [binary, "serve", "--port", str(port), "--data", os.path.join(folder, "data"), "--config", config]
        super().__init__(command, folder, "product", {**os.environ, **environment})

    def wait(self, seconds=60):
        return self.until(self.answers, "come up", seconds) and self

    def answers(self):
        try:
            return urllib.request.urlopen(self.url + "/health", timeout=2).status == 200
        except OSError:
            return False

    def metrics(self):
        """Each sample of /metrics by its name with labels; None while it does not answer."""
        try:
            text = urllib.request.urlopen(self.url + "/metrics", timeout=10).read().decode()
        except OSError:
            return None
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}
