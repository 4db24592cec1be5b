"""The timeline of a run that goes on: who reads elsewhere is not moved, a lost connection is said and made good, no event
is missing or there twice, and all of it looks as it does once the page is loaded again."""

import json
import re
import socket
import threading
import urllib.request
from datetime import datetime, timezone

from common import WAIT_SECONDS_MAX, count, note, resize, sign_in, wait

ROWS = 40
STATE = """
const log = document.querySelector('#timeline .log'), news = document.querySelector('[data-news]');
return {rows: log.children.length, end: log.getBoundingClientRect().bottom, window: window.innerHeight,
    top: window.scrollY, follows: document.querySelector('[data-follow]').checked,
    news: news.closest('p').hidden ? '' : news.textContent, live: document.querySelector('#timeline [data-live]').textContent,
    said: [...log.querySelectorAll('.words')].map((it) => it.textContent)};
"""


class Wire:
    """A connection to the server that can be cut and mended, as a network is."""

    def __init__(self, port):
        self.server, self.sockets, self.is_cut = port, set(), False
        self.lock = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            inside, _ = self.door.accept()
            outside = socket.create_connection(("127.0.0.1", self.server))
            with self.lock:
                if self.is_cut:
                    inside.close()
                    outside.close()
                    continue
                self.sockets |= {inside, outside}
            for one, other in ((inside, outside), (outside, inside)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        try:
            while piece := one.recv(65536):
                other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        with self.lock:
            self.is_cut = True
            for one in self.sockets:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.sockets = set()

    def mend(self):
        self.is_cut = False


class Speaker:
    """Writes what the session says into its log, as the server does."""

    def __init__(self, log):
        self.log, self.said, self.called = log, 0, 0

    def say(self, number):
        with open(self.log, "a") as log:
            for _ in range(number):
                self.said += 1
                text = {"type": "text", "text": f"live event {self.said}."}
                log.write(json.dumps({"id": f"live{self.said}", "type": "agent.message", "content": [text]}) + "\n")

    def call(self, number):
        """Calls of one tool, each with its answer."""
        with open(self.log, "a") as log:
            for _ in range(number):
                self.called += 1
                call = f"call{self.called}"
                for event in ({"id": call, "type": "agent.tool_use", "name": "web_fetch", "input": {"n": self.called}},
                              {"id": f"answer{self.called}", "type": "agent.tool_result", "tool_use_id": call}):
                    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                    log.write(json.dumps({**event, "processed_at": at}) + "\n")


# The end of the timeline as it is shown: each row, with how many are folded behind it.
ENDS = """
return [...document.querySelector('#timeline .log').children].slice(-40).map((it) => {
    const folded = it.querySelector('.log');
    return [it.textContent.replace(/\\s+/g, ''), folded ? folded.children.length : 0];
});
"""


def check_live(driver, given):
    """`given`: base, token, page, log."""
    wire, speaker = Wire(int(given["base"].rsplit(":", 1)[1])), Speaker(given["log"])
    base = f"http://127.0.0.1:{wire.port}"
    resize(driver, 1280, 700)
    sign_in(driver, base, given["token"])
    driver.get(base + given["page"])

    def state():
        return driver.execute_script(STATE)

    def expect(what, holds):
        found = wait(f"live timeline: {what}", lambda: holds(state()))
        if not found:
            note(f"live timeline: {what}, but: { {**state(), 'said': '…'} }")

    before = state()
    if driver.execute_script(LISTEN) != ["off"]:
        note("live timeline: its rows are read out one by one")
    speaker.say(ROWS)
    expect("its events come", lambda now: now["rows"] == before["rows"] + ROWS)
    expect("it does not move who reads elsewhere", lambda now: now["top"] == 0 and not now["follows"])
    expect("it says how much is new", lambda now: now["news"].endswith("new events"))
    # Every five seconds, for as long as they keep coming.
    if not wait("live timeline: what came is told together", lambda: announced(driver)[0] == ROWS) or \
            announced(driver)[1] > ROWS // 4:
        note(f"live timeline: {ROWS} events are told of as {announced(driver)}")
    driver.find_element("css selector", "[data-news]").click()
    expect("the new ones are led to", lambda now: now["end"] <= now["window"] + 60 and now["news"] == "")
    speaker.say(3)
    expect("it follows", lambda now: now["rows"] == before["rows"] + ROWS + 3
           and now["follows"] and now["end"] <= now["window"] + 60)
    driver.execute_script("window.scrollTo(0, 0)")
    expect("it stops following who scrolls up", lambda now: not now["follows"])
    driver.execute_script("document.querySelector('#timeline .log').lastElementChild.scrollIntoView({block: 'end'})")
    expect("it follows again at the end", lambda now: now["follows"])

    speaker.call(4)
    expect("calls of one tool are folded as they come", lambda now: now["rows"] == before["rows"] + ROWS + 4
           and any("web_fetch ×4" in text for text in now["said"]))

    wire.cut()
    expect("a lost connection is said", lambda now: now["live"].startswith("Live updates lost"))
    speaker.call(2)
    speaker.say(25)
    expect("how long ago goes on being told",
           lambda now: (lost := re.search(r"lost (\d+) s", now["live"])) and int(lost[1]) >= 3)
    wire.mend()
    expect("it is live again by itself", lambda now: now["live"] == "Live")
    expect("what came meanwhile is there, calls among those before them",
           lambda now: now["rows"] == before["rows"] + ROWS + 29)
    told = [text for text in state()["said"] if "live event" in text]
    for number in range(1, speaker.said + 1):
        if sum(f"live event {number}." in text for text in told) != 1:
            note(f"live timeline: event {number} is there {sum(f'live event {number}.' in t for t in told)} times")
    live = driver.execute_script(ENDS)
    driver.refresh()
    for shown, loaded in zip(live, driver.execute_script(ENDS), strict=True):
        if shown != loaded:
            note(f"live timeline: a row is {shown}, and {loaded} once the page is loaded again")
    count()


# What a screen reader is told: the one line for it, each time that it changes.
LISTEN = """
window.told = [];
const line = document.getElementById('announce');
new MutationObserver(() => { if (line.textContent) window.told.push(line.textContent); }).observe(line, {childList: true});
return [...document.querySelectorAll('#timeline [role=log]')].map((it) => it.getAttribute('aria-live'));
"""


def announced(driver):
    """How many events were told of, and in how many lines."""
    lines = [text for text in driver.execute_script("return window.told") if text.endswith((" new event", " new events"))]
    return sum(int(text.split()[0]) for text in lines), len(lines)


LIST_STATE = """
const row = document.querySelector("tr[data-run='" + arguments[0] + "']"), count = (name) => {
    const badge = document.querySelector("[data-count='" + name + "'] .count");
    return badge ? badge.textContent : "";
};
return {chip: row.querySelector(".chip").textContent.trim(), ticked: row.querySelector("input").checked,
    focus: row.contains(document.activeElement), rows: document.querySelectorAll("tr[data-run]").length,
    inbox: count("inbox"), top: window.scrollY};
"""


TODAY = "return document.querySelector(\"h2[data-count='inbox.all'] .count\").textContent"


def check_lists(driver, given):
    """A row changes in its place while the list is open: what was ticked stays so, nothing moves, the counts follow. A
    second tab, which holds no stream of its own, sees the same; a third, Today, offers what has changed. `given`: base, token, waiting: a run that lacks
    information."""
    run, base = given["waiting"], given["base"]
    resize(driver, 1280, 800)
    sign_in(driver, base, given["token"])
    driver.get(base + "/runs/")
    first = driver.current_window_handle
    form_token = driver.find_element("css selector", ".who input[name=form_token]").get_attribute("value")
    driver.execute_script(
        "const row = document.querySelector(\"tr[data-run='\" + arguments[0] + \"']\");"
        "row.querySelector('input').checked = true; row.querySelector('a').focus();", run)
    before = driver.execute_script(LIST_STATE, run)
    driver.switch_to.new_window("tab")
    driver.get(base + "/runs/")
    second, opened = driver.current_window_handle, driver.execute_script(LIST_STATE, run)
    driver.switch_to.new_window("tab")
    driver.get(base + "/today/")
    third, needs = driver.current_window_handle, driver.execute_script(TODAY)
    request = urllib.request.Request(
        f"{base}/runs/{run}/recheck", data=f"form_token={form_token}".encode(), method="POST",
        headers={"Cookie": f"bureau={given['token']}"})
    urllib.request.urlopen(request, timeout=WAIT_SECONDS_MAX).read()
    for name, handle, was in (("the second tab", second, opened), ("the first tab", first, before)):
        driver.switch_to.window(handle)

        def state():
            return driver.execute_script(LIST_STATE, run)

        # The row and the counts are told one after the other.
        if not wait(f"live list: {name} follows",
                    lambda: state()["chip"] != was["chip"] and state()["inbox"] != was["inbox"]):
            note(f"live list: {name} does not follow: {state()}")
        now = state()
        if (now["rows"], now["top"]) != (was["rows"], was["top"]) or now["inbox"] == was["inbox"]:
            note(f"live list: {name} moved or its counts did not follow: {was}, then {now}")
        count()
    if not (now["ticked"] and now["focus"]):
        note(f"live list: what was ticked or in focus is not any more: {now}")
    driver.switch_to.window(third)
    wait("live list: Today counts what needs somebody, and offers it", lambda: (
        driver.execute_script(TODAY) != needs
        and driver.execute_script("return document.querySelector('.news a').textContent") == "Today has changed, show"))
    for handle in (third, second):
        driver.switch_to.window(handle)
        driver.close()
    driver.switch_to.window(first)
