"""What every check shares: how problems are noted, how a browser is opened, how somebody signs in."""

import importlib.util
import shutil
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException

AXE = (Path(importlib.util.find_spec("axe_playwright_python").origin).parent / "axe.min.js").read_text()
# A busy machine takes ten times as long as a quiet one, and a process may stand still for 20 s: waiting ends when its
# condition holds.
WAIT_SECONDS_MAX = 300
BROWSERS_TRIED = 3

problems, checked = [], 0
lock = threading.Lock()


def note(text):
    with lock:
        problems.append(text)


def count():
    global checked
    with lock:
        checked += 1


def told():
    """What the tests read: a line for each problem, then how much was looked at."""
    return "\n".join(problems + [f"checked {checked}"])


def open_browser(scripts=True, stranger=None, downloads=None):
    """`stranger` is the port of whoever answers as http://stranger.test; files that are taken go to `downloads`."""
    options, wishes = webdriver.ChromeOptions(), {}
    if stranger:
        options.add_argument(f"--host-resolver-rules=MAP stranger.test 127.0.0.1:{stranger}")
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1"):
        options.add_argument(flag)
    if not scripts:
        wishes["profile.managed_default_content_settings.javascript"] = 2
    if downloads:
        wishes["download.default_directory"] = str(downloads)
    if wishes:
        options.add_experimental_option("prefs", wishes)
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    driver = start(options)
    # What is asked of the driver has no limit of its own, and a page load has 300 s.
    driver.set_script_timeout(WAIT_SECONDS_MAX)
    return driver


def start(options):
    """The browser itself has a minute to begin, which a busy machine may miss."""
    for left in reversed(range(BROWSERS_TRIED)):
        service = webdriver.ChromeService(shutil.which("chromedriver") or "/usr/bin/chromedriver")
        try:
            return webdriver.Chrome(options=options, service=service)
        except WebDriverException:
            if not left:
                raise


def sign_in(driver, base, token):
    """As whoever this session is; as nobody without one."""
    if not driver.current_url.startswith(base):
        driver.get(base + "/health")
    driver.delete_all_cookies()
    if token:
        driver.add_cookie({"name": "bureau", "value": token, "path": "/"})


def resize(driver, width, height=800, scale=1):
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False})


def fetch(base, token, path):
    request = urllib.request.Request(base + path)
    if token:
        request.add_header("Cookie", f"bureau={token}")
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS_MAX) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def wait(what, holds, seconds=WAIT_SECONDS_MAX, is_told=True):
    """Until it holds; says so, if `is_told`, and goes on when it never does. Between two pages the driver may have nothing to tell."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = holds()
        except WebDriverException:
            found = None
        if found:
            count()
            return found
        if time.monotonic() > end:
            if is_told:
                note(f"never happened: {what}")
            return None
        time.sleep(0.05)
