"""Looks at each page with a real browser: accessibility (axe), width, well-formed HTML, sizes, no canary, keyboard
focus, forms with scripts off, and files of strangers that may not leave their frame.

Reads one JSON document from standard input:
  base, cookie {name, value}, pages [path], canaries [text], hostile {markup, addresses [path]},
  live {page, log: the page of a run that goes on, and the file its session's events are appended to; waiting: a run
  that lacks information},
  journey {accept, changes, seen, decision: where those forms go; run: a page; alike: ids of like questions}
Prints a line for each problem, then "checked N". Needs chromium, chromedriver, and from PyPI selenium, html5lib and
axe-playwright-python (for its axe.min.js alone)."""

import gzip
import http.server
import importlib.util
import json
import re
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import html5lib
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

HTML_BYTES_MAX, STYLE_BYTES_MAX, SCRIPT_BYTES_MAX = 60 << 10, 20 << 10, 15 << 10
WIDTHS, THEMES = (360, 1280), ("light", "dark")
AXE = (Path(importlib.util.find_spec("axe_playwright_python").origin).parent / "axe.min.js").read_text()
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"], iframes: false}).then(
    (found) => done(found.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target).join(", "))),
    (error) => done(["axe did not run: " + error]));
"""
# Pairs of section 6 of the experience's specification: text, ground, least contrast.
PAIRS = [
    (text, ground, 4.5)
    for text, grounds in {
        "text": ("bg", "surface", "raised"), "muted": ("bg", "surface", "raised"), "link": ("bg", "surface", "raised"),
        "on-accent": ("link",), "ok": ("ok-bg",), "warn": ("warn-bg",), "bad": ("bad-bg", "bg"),
        "info": ("info-bg",), "wait": ("wait-bg",), "idle": ("idle-bg",),
    }.items() for ground in grounds
] + [(line, ground, 3.0) for line in ("strong", "focus") for ground in ("bg", "surface", "raised")]

problems, checked = [], 0
lock = threading.Lock()


def note(text):
    with lock:
        problems.append(text)


def count():
    global checked
    with lock:
        checked += 1


def open_browser(scripts=True, stranger=None):
    """`stranger` is the port of whoever answers as http://stranger.test."""
    options = webdriver.ChromeOptions()
    if stranger:
        options.add_argument(f"--host-resolver-rules=MAP stranger.test 127.0.0.1:{stranger}")
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1"):
        options.add_argument(flag)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver") or "/usr/bin/chromedriver"))
    driver.set_script_timeout(30)
    return driver


def sign_in(driver, given):
    driver.get(given["base"] + "/login")
    driver.add_cookie({"name": given["cookie"]["name"], "value": given["cookie"]["value"], "path": "/"})


def fetch(given, path):
    request = urllib.request.Request(given["base"] + path)
    request.add_header("Cookie", "{name}={value}".format(**given["cookie"]))
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def check_text(given, path):
    text = fetch(given, path)
    parser = html5lib.HTMLParser()
    parser.parse(text)
    for (line, column), code, details in parser.errors[:5]:
        note(f"{path}: not well-formed at {line}:{column}: {code} {details}")
    for canary in given["canaries"]:
        if canary in text:
            note(f"{path}: holds the canary {canary}")
    size = len(gzip.compress(text.encode()))
    if size > HTML_BYTES_MAX:
        note(f"{path}: {size} bytes over the wire")
    for what in (r"<style", r"\sstyle=", r"\son\w+=", r"<script>", r"(src|href)=\"https?://(?!127)[^\"]*\.(js|css)"):
        if re.search(what, text):
            note(f"{path}: has {what} in it")
    if len(re.findall(r"<h1[ >]", text)) != 1:
        note(f"{path}: not exactly one h1")
    ids = re.findall(r"\sid=\"([^\"]+)\"", text)
    for one in {one for one in ids if ids.count(one) > 1}:
        note(f"{path}: the id {one} stands twice")
    count()
    return text


def check_assets(given, text):
    style = re.search(r"href=\"(/assets/[^\"]+\.css)\"", text)[1]
    script = re.search(r"src=\"(/assets/[^\"]+\.js)\"", text)[1]
    sheet = fetch(given, style)
    for name, body, most in ((style, sheet, STYLE_BYTES_MAX), (script, fetch(given, script), SCRIPT_BYTES_MAX)):
        if len(gzip.compress(body.encode())) > most:
            note(f"{name}: more than {most} bytes over the wire")
    blocks = re.findall(r":root[^{]*\{(--bg[^}]*--surface[^}]*)\}", sheet)
    if len(blocks) != 3:
        note(f"{style}: {len(blocks)} sets of colours, not 3")
    for number, block in enumerate(blocks):
        tokens = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block))
        for one, other, least in PAIRS:
            found = contrast(tokens[one], tokens[other])
            if found < least:
                note(f"{style}, set {number + 1}: {one} on {other} is {found:.2f}, less than {least}")
            count()


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place:place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def look(driver, given, path):
    """One page in each width and theme."""
    driver.get(given["base"] + path)
    driver.execute_script(AXE)
    for width in WIDTHS:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})
        wide = driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            note(f"{path} at {width}: {wide} px too wide")
        for theme in THEMES:
            driver.execute_cdp_cmd(
                "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
            for violation in driver.execute_async_script(RUN_AXE):
                note(f"{path} at {width} {theme}: {violation}")
            count()


def check_keyboard(driver, given):
    """From the skip link on, each stop of the Tab key shows where it is."""
    driver.get(given["base"] + "/inbox/")
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    if driver.switch_to.active_element.get_attribute("class") != "skip":
        note("the first stop of the Tab key is not the skip link")
    for number in range(25):
        shown = driver.execute_script(
            "const it = document.activeElement, s = getComputedStyle(it);"
            "return it === document.body || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)")
        if not shown:
            note(f"stop {number + 1} of the Tab key on the inbox does not show that it is focused")
        driver.switch_to.active_element.send_keys(Keys.TAB)
        count()


LIVE_ROWS, LIVE_SECONDS_MAX = 40, 20
LIVE_STATE = """
const log = document.querySelector('#timeline .log'), news = document.querySelector('[data-news]');
return {rows: log.children.length, end: log.getBoundingClientRect().bottom, window: window.innerHeight,
    top: window.scrollY, follows: document.querySelector('[data-follow]').checked,
    news: news.closest('p').hidden ? '' : news.textContent};
"""


def check_live(driver, given):
    """Who reads elsewhere is not moved and is told how much is new; who follows sees the last event."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 700, "deviceScaleFactor": 1, "mobile": False})
    driver.get(given["base"] + given["live"]["page"])
    said = 0

    def state():
        return driver.execute_script(LIVE_STATE)

    def say(number):
        nonlocal said
        with open(given["live"]["log"], "a") as log:
            for _ in range(number):
                said += 1
                text = {"type": "text", "text": f"live event {said}"}
                log.write(json.dumps({"id": f"live{said}", "type": "agent.message", "content": [text]}) + "\n")

    def expect(what, holds):
        end = time.monotonic() + LIVE_SECONDS_MAX
        while not holds(state()):
            if time.monotonic() > end:
                note(f"live timeline: {what}: {state()}")
                break
            time.sleep(0.1)
        count()

    before = state()
    say(LIVE_ROWS)
    expect("its events do not come", lambda now: now["rows"] == before["rows"] + LIVE_ROWS)
    expect("it moves who reads elsewhere", lambda now: now["top"] == 0 and not now["follows"])
    expect("it does not say how much is new", lambda now: now["news"].endswith("new events"))
    driver.find_element(By.CSS_SELECTOR, "[data-news]").click()
    expect("the new ones are not led to", lambda now: now["end"] <= now["window"] + 60 and now["news"] == "")
    say(3)
    expect("it does not follow", lambda now: now["rows"] == before["rows"] + LIVE_ROWS + 3
           and now["follows"] and now["end"] <= now["window"] + 60)
    driver.execute_script("window.scrollTo(0, 0)")
    expect("it goes on following who scrolls up", lambda now: not now["follows"])
    driver.execute_script("document.querySelector('#timeline .log').lastElementChild.scrollIntoView({block: 'end'})")
    expect("it does not follow again at the end", lambda now: now["follows"])


LIST_STATE = """
const row = document.querySelector("tr[data-run='" + arguments[0] + "']"), count = (name) => {
    const badge = document.querySelector("[data-count='" + name + "'] .count");
    return badge ? badge.textContent : "";
};
return {chip: row.querySelector(".chip").textContent.trim(), ticked: row.querySelector("input").checked,
    focus: row.contains(document.activeElement), rows: document.querySelectorAll("tr[data-run]").length,
    inbox: count("inbox"), running: count("runs.running"), top: window.scrollY};
"""


def check_lists(driver, given):
    """A row changes in its place while the list is open: what was ticked stays so, nothing moves, the counts follow. A
    second tab, which holds no stream of its own, sees the same."""
    run = given["live"]["waiting"]
    driver.get(given["base"] + "/runs/")
    first = driver.current_window_handle
    token = driver.find_element(By.CSS_SELECTOR, ".who input[name=form_token]").get_attribute("value")
    driver.execute_script(
        "const row = document.querySelector(\"tr[data-run='\" + arguments[0] + \"']\");"
        "row.querySelector('input').checked = true; row.querySelector('a').focus();", run)
    before = driver.execute_script(LIST_STATE, run)
    driver.switch_to.new_window("tab")
    driver.get(given["base"] + "/runs/")
    second = driver.current_window_handle
    request = urllib.request.Request(
        f"{given['base']}/runs/{run}/recheck", data=f"form_token={token}".encode(), method="POST")
    request.add_header("Cookie", "{name}={value}".format(**given["cookie"]))
    urllib.request.urlopen(request, timeout=20).read()
    for name, handle in (("the second tab", second), ("the first tab", first)):
        driver.switch_to.window(handle)
        end = time.monotonic() + LIVE_SECONDS_MAX
        while (now := driver.execute_script(LIST_STATE, run))["chip"] == before["chip"]:
            if time.monotonic() > end:
                note(f"live list: {name} does not follow: {now}")
                break
            time.sleep(0.1)
        if (now["rows"], now["top"]) != (before["rows"], before["top"]) or now["inbox"] == before["inbox"]:
            note(f"live list: {name} moved or its counts did not follow: {before}, then {now}")
        count()
    if not (now["ticked"] and now["focus"]):
        note(f"live list: what was ticked or in focus is not any more: {now}")
    driver.switch_to.window(second)
    driver.close()
    driver.switch_to.window(first)


class Listener:
    """Hears whatever a hostile file sends, and serves the same file without our headers, to prove that it would."""

    def __init__(self, markup):
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/plain":
                    body = markup.encode()
                else:
                    heard.append(self.path)
                    body = b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_port


def check_hostile(driver, given, listener):
    """The file sends, runs and navigates when it is served plainly, and does none of it from us."""
    def settled(address):
        listener.heard.clear()
        driver.get(address)
        time.sleep(2.5)
        return driver.current_url, driver.title, [path for path in listener.heard if "favicon" not in path]

    _, _, heard = settled("http://stranger.test/plain")
    if not {"/script", "/image", "/style", "/form", "/refresh"} <= {path.split("?")[0] for path in heard}:
        note(f"the hostile file is not hostile: it reached only {heard}")
    for address in given["hostile"]["addresses"]:
        where, title, heard = settled(given["base"] + address)
        if heard:
            note(f"{address}: the file reached {heard}")
        if where != given["base"] + address:
            note(f"{address}: the file led to {where}")
        if "owned" in title:
            note(f"{address}: the file changed the page")
        count()


def check_without_scripts(given):
    """What people do, by forms alone."""
    driver = open_browser(scripts=False)
    journey = given["journey"]
    try:
        sign_in(driver, given)

        def press(page, form, values=(), button="button", expect=""):
            driver.get(given["base"] + page)
            place = driver.find_element(By.CSS_SELECTOR, f"form[action='{form}']")
            for name, value in dict(values).items():
                place.find_element(By.NAME, name).send_keys(value)
            place.find_element(By.CSS_SELECTOR, button).click()
            # The source is asked for until the next page is there: without scripts there is nothing to wait on.
            for _ in range(50):
                text = driver.page_source
                if expect in text:
                    break
                time.sleep(0.1)
            else:
                note(f"{form} without scripts: the next page does not say {expect!r}")
            count()

        press("/clients/", "/clients", {"name": "Northlake", "slug": "northlake"}, expect="was created")
        press(
            "/clients/northlake/context/", "/clients/northlake/facts", {"fact.business_phone": "614 555 0100"},
            expect="Saved.")
        press("/inbox/?kind=reviews", journey["accept"], expect="Accepted. What waited")
        press("/inbox/?kind=reviews", journey["changes"], {"text": "Name the cities."}, expect="Another round has begun")
        press("/inbox/?kind=failures", journey["seen"], {"note": "Told Ana."}, expect="no longer waits for anybody")
        press(
            "/inbox/?kind=approvals", journey["decision"], {"reason": "Not this month."}, "button[value=deny]",
            expect="The agent is told.")
        press("/inbox/?kind=approvals", "/approvals/together", expect="Approve 2")
        query = "&".join(f"pick.{one}=yes" for one in journey["alike"])
        press(f"/approvals/together?{query}", "/approvals/together", button="button[value=approve]", expect="2 approved")
        press("/system/connections/", "/system/connections", expect="Looked at.")
        press(journey["run"] + "stop", journey["run"] + "stop", {"reason": "Enough."}, expect="The run is being stopped.")
        for path in ("/runs.csv", "/reports.csv"):
            if not fetch(given, path).count("\r\n") > 1:
                note(f"{path} has no rows")
            count()
    finally:
        driver.quit()


def main():
    given = json.load(sys.stdin)
    pages = given["pages"]
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda path: check_text(given, path), pages))
    check_assets(given, texts[0])

    def share(number):
        driver = open_browser()
        try:
            sign_in(driver, given)
            for path in pages[number::2]:
                look(driver, given, path)
            if number == 0:
                check_keyboard(driver, given)
                check_live(driver, given)
                check_lists(driver, given)
        finally:
            driver.quit()

    def hostile():
        listener = Listener(given["hostile"]["markup"])
        driver = open_browser(stranger=listener.port)
        try:
            sign_in(driver, given)
            check_hostile(driver, given, listener)
        finally:
            driver.quit()

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(share, 0), pool.submit(share, 1), pool.submit(hostile)]
        for part in work:
            part.result()
    # Last, since it changes what the pages show.
    check_without_scripts(given)
    print("\n".join(problems + [f"checked {checked}"]))


main()
