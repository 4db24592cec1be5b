"""Signs in with a one-time link, completes the demo's client as an admin would, and takes a picture of each page: wide and
light, narrow and dark. Fails when a page is wider than the screen, when it is refused, and when a demo has left nothing
that one of them could show."""

import io
import itertools
import sys
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

LINK, TARGET = sys.argv[1], Path(sys.argv[2])
BASE = "{0.scheme}://{0.netloc}".format(urlsplit(LINK))
CLIENT = "/clients/northlake/"
PAGES = {
    "today": "/", "inbox": "/inbox/", "approval": None, "approval-change": None,
    "approval-question": None, "together": None, "runs": "/runs/", "run": None,
    "event": None, "failed-run": None, "search": "/search?q=north",
    "start": "/runs/new", "stop": None, "again": None, "retry": None, "deliver": None, "payload": None,
    "request": None, "runs-together": None, "view": None, "delivery": None, "delivery-replay": None,
    "reports": "/reports/", "report": None, "report-file": None, "compare": None, "clients": "/clients/", "client": CLIENT,
    "client-sources": CLIENT + "sources/", "client-context": CLIENT + "context/", "client-users": CLIENT + "users/",
    "client-activity": CLIENT + "activity/", "client-archive": CLIENT + "archive", "client-conflict": None, "agents": "/agents/",
    "agent": "/agents/sentinel/", "agent-test": "/agents/sentinel/test", "costs": "/costs/", "system": "/system/",
    "intake": "/intake/", "intake-pause": "/intake/pause", "intake-drain": "/intake/drain",
    "webhooks": "/system/webhooks/", "connections": "/system/connections/", "endpoints": "/system/endpoints/", "endpoint": None,
    "endpoint-rotate": None, "endpoint-disable": None, "endpoint-remove": None, "endpoint-again": None,
    "alerts": "/system/alerts/", "queue": "/system/queue/", "queue-together": None, "in-effect": "/system/settings/",
    "audit-log": "/system/audit-log/", "users": "/users/", "user": "/users/admin/",
    "user-disable": "/users/casey/disable", "settings": "/settings/", "help": "/help", "not-found": "/nowhere/",
    "intake-resume": None, "login": "/login", "login-link": "/login/link?token=x",
}
# What is not 200.
STATUS = {"not-found": 404, "client-conflict": 409}
HEIGHT_MAX = 1400


def open_browser():
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1"):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def shoot(browser, name, width, theme):
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page = "return document.documentElement."
    overflow = browser.execute_script(page + "scrollWidth - document.documentElement.clientWidth")
    size["height"] = min(HEIGHT_MAX, max(500, browser.execute_script(page + "scrollHeight")))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(TARGET / f"{name}-{width}-{theme}.png", optimize=True)
    if overflow > 0:
        print(f"{name} at {width} is {overflow} px too wide", file=sys.stderr)
    return overflow <= 0


def answers(browser, name):
    """Whether the page is what it is meant to be, and no refusal."""
    status = browser.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")
    wanted = STATUS.get(name, 200)
    if status != wanted:
        print(f"{name} answers {status}, not {wanted}", file=sys.stderr)
    return status == wanted


def press(browser, selector):
    """Presses a button and waits for the page it leads to."""
    button = browser.find_element(By.CSS_SELECTOR, selector)
    button.click()
    WebDriverWait(browser, 20).until(lambda _: is_gone(button))


def is_gone(element):
    """Between two pages the driver may say so in words of its own."""
    try:
        element.is_enabled()
        return False
    except WebDriverException:
        return True


def send(browser, action):
    press(browser, f"form[action='{action}'] button")


def fill(browser, values):
    for key, value in values.items():
        field = browser.find_element(By.ID, key)
        field.clear()
        field.send_keys(value)


def complete_client(browser):
    browser.get(BASE + CLIENT + "context/")
    fill(browser, {
        "fact-business_phone": "(614) 555-0100",
        "fact-opening_hours": "Mon to Fri 8:00 to 18:00", "fact-service_area_cities": "Columbus, OH\nDublin, OH",
        "fact-tone_of_voice": "Plain and friendly, no superlatives.",
    })
    send(browser, CLIENT + "facts")
    send(browser, CLIENT + "verified")
    browser.get(BASE + CLIENT + "users/")
    send(browser, CLIENT + "staff")


def add_endpoint(browser):
    browser.get(BASE + "/system/endpoints/")
    fill(browser, {"f-url": "https://tools.example.com/bureau", "f-label": "Reporting sheet"})
    send(browser, "/system/endpoints")
    PAGES["endpoint"] = first(browser, "/system/endpoints/")
    browser.get(BASE + PAGES["endpoint"])
    send(browser, PAGES["endpoint"] + "test")
    # What waits is given up with it, and can be told once more.
    browser.get(BASE + PAGES["endpoint"] + "disable")
    send(browser, PAGES["endpoint"] + "disable")
    send(browser, PAGES["endpoint"] + "enable")
    event = browser.find_element(By.CSS_SELECTOR, "select[name=event] option").get_attribute("value")
    PAGES["endpoint-again"] = f"{PAGES['endpoint']}again?event={event}"
    for question in ("rotate", "disable", "remove"):
        PAGES["endpoint-" + question] = there(browser, PAGES["endpoint"] + question)


def add_user(browser):
    """Nobody disables themselves, so somebody else is asked about."""
    browser.get(BASE + "/users/")
    fill(browser, {"f-name": "casey", "f-display_name": "Casey (demo)"})
    send(browser, "/users")


def save_view(browser):
    browser.get(BASE + "/runs/?status=failed")
    browser.find_element(By.XPATH, "//summary[normalize-space()='Save view']").click()
    fill(browser, {"f-view-name": "What failed"})
    send(browser, "/settings/views")
    PAGES["view"] = place(browser, "/settings/", "a[href^='/settings/views/']")


def there(browser, path):
    """The path, when its page is there: not every demo leaves what it is about."""
    browser.get(BASE + "/help")
    status = browser.execute_script("return fetch(arguments[0]).then((answer) => answer.status)", path)
    return path if status == 200 else None


def retried(browser):
    """Where a run is asked about that may be taken up again."""
    for status in ("failed", "done_with_problems", "needs_info"):
        browser.get(BASE + "/runs/?status=" + status)
        links = browser.find_elements(By.CSS_SELECTOR, "tbody tr td:nth-child(2) a")
        for path in [urlsplit(link.get_attribute("href")).path for link in links]:
            if there(browser, path + "retry"):
                return path + "retry"
    return None


PHONES = (f"(614) 555-0{number}" for number in itertools.count(111))
CHANGE = """
const form = document.querySelector(`form[action='${arguments[0]}']`), data = new FormData(form);
data.set(document.getElementById(arguments[1]).name, arguments[2]);
// Another form, and not the same one sent twice.
data.delete("form_key");
return fetch(form.action, {method: "POST", body: new URLSearchParams(data)}).then((answer) => answer.status);
"""


def show_conflict(browser):
    """Somebody writes while somebody else saves."""
    browser.get(BASE + CLIENT + "context/")
    browser.execute_script(CHANGE, CLIENT + "facts", "fact-business_phone", next(PHONES))
    fill(browser, {"fact-business_phone": next(PHONES)})
    send(browser, CLIENT + "facts")


def show_resume(browser):
    """The intake is paused for it, and stays so: what comes after needs no runs."""
    browser.get(BASE + "/intake/pause")
    # Paused already, it leads to the intake's own page.
    if browser.find_elements(By.CSS_SELECTOR, "form[action='/intake/pause']"):
        send(browser, "/intake/pause")
    browser.get(BASE + "/intake/resume")


def set_aside(browser):
    """Where it is asked about work that was set aside."""
    browser.get(BASE + "/system/queue/")
    boxes = browser.find_elements(By.CSS_SELECTOR, "input[name^='pick.']")
    return f"/system/queue/together?do=redrive&{boxes[-1].get_attribute('name')}=yes" if boxes else None


def compared(browser):
    """Where two versions of a report are compared, when the demo has left two."""
    browser.get(BASE + "/reports/?superseded=yes")
    links = browser.find_elements(By.CSS_SELECTOR, "tbody tr td:nth-child(2) a")
    places = [link.get_attribute("href") for link in links]
    for place in places:
        browser.get(place)
        found = browser.find_elements(By.CSS_SELECTOR, "#versions a[href*='/compare?']")
        if found:
            return found[0].get_attribute("href")[len(BASE):]
    return None


def first(browser, page, selector="tbody td a"):
    browser.get(BASE + page)
    return urlsplit(browser.find_elements(By.CSS_SELECTOR, selector)[-1].get_attribute("href")).path


def place(browser, page, selector):
    """Where the first of these links leads, with its query; nothing when the demo has left none."""
    browser.get(BASE + page)
    links = browser.find_elements(By.CSS_SELECTOR, selector)
    return links[0].get_attribute("href")[len(BASE):] if links else None


def main():
    browser = open_browser()
    try:
        browser.get(LINK)
        press(browser, "main button")
        complete_client(browser)
        PAGES["run"] = first(browser, "/runs/", "tbody tr td:nth-child(2) a")
        PAGES["event"] = place(browser, PAGES["run"], "#timeline a[data-link]")
        PAGES["approval"] = place(browser, "/", "a[href^='/approvals/']")
        if PAGES["approval"]:
            for page in ("change", "question"):
                PAGES["approval-" + page] = there(browser, PAGES["approval"] + page)
        for page in ("payload", "request"):
            PAGES[page] = there(browser, f"{PAGES['run']}{page}/")
        PAGES["retry"] = retried(browser)
        PAGES["failed-run"] = first(browser, "/runs/?status=failed", "tbody tr td:nth-child(2) a")
        PAGES["stop"] = first(browser, "/runs/?status=waiting_approval", "tbody tr td:nth-child(2) a") + "stop"
        PAGES["again"], PAGES["deliver"] = PAGES["failed-run"] + "again", PAGES["run"] + "deliver"
        PAGES["queue-together"] = set_aside(browser)
        PAGES["client-conflict"], PAGES["intake-resume"] = show_conflict, show_resume
        ids = [PAGES[name].split("/")[2] for name in ("run", "failed-run")]
        PAGES["runs-together"] = "/runs/together?do=again&" + "&".join(f"pick.{id}=yes" for id in ids)
        PAGES["delivery"] = first(browser, "/system/webhooks/?verdict=run", "tbody tr td:nth-child(2) a")
        PAGES["delivery-replay"] = PAGES["delivery"] + "replay"
        PAGES["report"] = first(browser, "/reports/", "tbody tr td:nth-child(2) a")
        PAGES["report-file"] = first(browser, PAGES["report"], "#files tbody tr td:first-child a")
        browser.get(BASE + "/inbox/")
        send(browser, "/approvals/together")
        PAGES["together"] = browser.current_url[len(BASE):]
        PAGES["compare"] = compared(browser)
        add_endpoint(browser)
        add_user(browser)
        save_view(browser)
        browser.get(BASE + "/system/connections/")
        send(browser, "/system/connections")
        is_good = True
        for name, page in PAGES.items():
            if page is None:
                print(f"{name}: the demo has left nothing to show", file=sys.stderr)
                is_good = False
                continue
            if name == "login":
                browser.delete_all_cookies()
            for width, theme in ((1280, "light"), (360, "dark")):
                page(browser) if callable(page) else browser.get(BASE + page)
                is_good = all([answers(browser, name), shoot(browser, name, width, theme), is_good])
        return 0 if is_good else 1
    finally:
        browser.quit()


sys.exit(main())
