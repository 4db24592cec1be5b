"""What every workload needs: the product and its far side as processes of ours, their cost, and the line we print."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = b"a secret for measurements only"
TICKS = os.sysconf("SC_CLK_TCK")
# The product on the first processor, whatever drives it on the second: the driver must never steal from it.
PRODUCT_CPU, DRIVER_CPU = ("0", "1") if (os.cpu_count() or 1) > 1 else ("0", "0")


def emit(workload, metric, value, unit, **conditions):
    figure = round(value, 4 if abs(value) < 10 else 1)
    print(json.dumps({"workload": workload, "metric": metric, "value": figure, "unit": unit, **conditions}), flush=True)


class Process:
    """A program of ours, stopped by its own id when the block ends."""

    def __init__(self, command, cpu, environment=None, folder=None):
        self.log = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.popen = subprocess.Popen(
            ["taskset", "-c", cpu, *command], stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=folder,
            env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.communicate()

    def cpu_seconds(self):
        with open(f"/proc/{self.popen.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def pss_kib(self):
        with open(f"/proc/{self.popen.pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2_000:]


class FarSide(Process):
    def __init__(self, **options):
        arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        super().__init__([sys.executable, os.path.join(HERE, "farside.py"), *arguments], DRIVER_CPU)
        self.url = f"http://127.0.0.1:{int(self.popen.stdout.readline())}"

    def times(self):
        return json.load(urllib.request.urlopen(self.url + "/times", timeout=10))


class Server(Process):
    """`bureau serve`, ready when the block begins. Its data folder is new and goes with it, unless one is given."""

    def __init__(self, binary, port, far="http://127.0.0.1:9", paused=True, data=None):
        self.is_given = data is not None
        self.data = data or tempfile.mkdtemp(prefix="bureau-bench-")
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(
            [binary, "serve", "--port", str(port), "--data", self.data, "--config", os.path.join(HERE, "config")],
            PRODUCT_CPU, {
                "BENCH_PAUSE_DISPATCH": "1" if paused else "0", "CLICKUP_WEBHOOK_SECRET": SECRET.decode(),
                "ANTHROPIC_BASE_URL": far, "ANTHROPIC_API_KEY": "bench", "CLICKUP_BASE_URL": far + "/api/v2",
                "CLICKUP_API_TOKEN": "bench", "SENTINEL_AGENT_ID": "agent_1", "SEONAV_ENV_ID": "env_1",
                "LOG_LEVEL": "warning",
            }, folder=self.data)

    def __enter__(self):
        while True:
            try:
                urllib.request.urlopen(self.url + "/health", timeout=2)
                self.ready_ms = (time.monotonic() - self.started) * 1e3
                return self
            except OSError:
                if self.popen.poll() is not None or time.monotonic() - self.started > 30:
                    raise SystemExit("bureau serve did not come up:\n" + self.errors())
                time.sleep(0.003)

    def __exit__(self, *error):
        super().__exit__(*error)
        if not self.is_given:
            shutil.rmtree(self.data, ignore_errors=True)
