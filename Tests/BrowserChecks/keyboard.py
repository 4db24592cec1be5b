"""A page by the Tab key alone: the skip link comes first, every stop shows where it is and is not hidden, the order is
the order of reading, and there is a way out at the end. And the letters that do something."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from common import count, note, resize, sign_in, wait

STOPS_MAX = 250
# Two letters count together within a second and a half, which a busy browser may miss.
PAIRS_TRIED, PAIR_SECONDS = 5, 30
# What is wrong with where the focus is. Nothing, and no name, when it is nowhere on the page.
STOP = """
const it = document.activeElement;
if (!it || it === document.body || it === document.documentElement) return {name: null, wrong: []};
const style = getComputedStyle(it), box = it.getClientRects()[0] || it.getBoundingClientRect(), wrong = [];
const name = it.tagName.toLowerCase() + (it.id ? "#" + it.id : "") + " \\"" + (it.textContent || it.name || "").trim().slice(0, 40) + "\\"";
const inFrame = it.tagName === "IFRAME";
if (!inFrame && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)) wrong.push("does not show that it is focused");
const header = document.querySelector("header.top"), isIn = header && header.contains(it);
const top = header && !isIn && getComputedStyle(header).position === "sticky" ? Math.max(0, header.getBoundingClientRect().bottom) : 0;
const room = innerHeight - top;
if (!it.classList.contains("skip") && box.width > 0) {
  if (box.bottom <= top + 2 || box.top >= innerHeight - 2) wrong.push("is out of sight");
  else if (!inFrame && box.height < room && box.top < top - 1) wrong.push("is covered by the header");
  else {
    const y = Math.min(innerHeight - 2, Math.max(top + 1, (Math.max(box.top, top) + Math.min(box.bottom, innerHeight)) / 2));
    const x = Math.min(innerWidth - 2, Math.max(1, box.left + Math.min(box.width / 2, 20)));
    const over = document.elementFromPoint(x, y);
    if (over && !it.contains(over) && !over.contains(it)) wrong.push("is covered by " + over.tagName + "." + over.className);
  }
}
const last = window.lastStop;
if (last && last.isConnected && last !== it) {
  if (it.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING) wrong.push("comes after what is read later");
  const before = last.getBoundingClientRect(), now = it.getBoundingClientRect();
  const isBeside = (header && header.contains(last)) !== !!isIn || last.classList.contains("skip");
  if (!isBeside && before.width && now.bottom < before.top - 1) wrong.push("stands above the stop before it");
}
if (it.tabIndex > 0) wrong.push("has an order of its own");
window.lastStop = it;
return {name, isSkip: it.classList.contains("skip"), wrong};
"""


def press(driver, *keys):
    ActionChains(driver).send_keys(*keys).perform()


def stop(driver, where, is_first=True):
    """Looks at the stop the focus is on. Returns it. The skip link again is the way out at the end."""
    found = driver.execute_script(STOP)
    for wrong in found["wrong"] if is_first or not found.get("isSkip") else []:
        note(f"{where}: {found['name']} {wrong}")
    count()
    return found


def walk(driver, base, token, path, width):
    """From the first stop to the end of the page."""
    resize(driver, width)
    sign_in(driver, base, token)
    driver.get(base + path)
    where = f"{path} by keyboard at {width}"
    for number in range(STOPS_MAX):
        press(driver, Keys.TAB)
        found = stop(driver, where, number == 0)
        if number == 0 and not found.get("isSkip"):
            note(f"{where}: the first stop is {found['name']}, not the skip link")
        if number > 0 and (found["name"] is None or found.get("isSkip")):
            return
    note(f"{where}: no way out within {STOPS_MAX} stops")


def check_skip(driver, base, token):
    sign_in(driver, base, token)
    driver.get(base + "/inbox/")
    press(driver, Keys.TAB)
    press(driver, Keys.ENTER)
    wait("the skip link is followed", lambda: driver.execute_script("return location.hash !== ''"))
    press(driver, Keys.TAB)
    if not driver.execute_script("return document.querySelector('main').contains(document.activeElement)"):
        note("the skip link does not lead into the page")
    count()


def check_shortcuts(driver, given):
    """`given`: base, token, and quiet, the session of somebody who has switched them off; run, the page of one with a
    failed step in its timeline."""
    base, token = given["base"], given["token"]
    resize(driver, 1280)

    def at(what, script, holds=lambda found: found, **limits):
        # A page that is still coming hears no key.
        whole = f"return document.readyState === 'complete' ? [{script}] : null"

        def is_so():
            found = driver.execute_script(whole)
            return found and holds(found[0])

        return wait(f"shortcut: {what}", is_so, **limits)

    def pair(letters, place):
        def is_there(found):
            return found == place

        for _ in range(PAIRS_TRIED):
            press(driver, letters)
            if at(letters, "location.pathname", is_there, seconds=PAIR_SECONDS, is_told=False):
                return
        note(f"shortcut: {letters} does not go to {place}")

    def open_page(path, who=token):
        sign_in(driver, base, who)
        driver.get(base + path)

    link = ("[...document.querySelectorAll('[data-rows] tbody tr, .items .item')]"
            ".findIndex((it) => it.contains(document.activeElement))")
    open_page("/runs/")
    press(driver, "jjk")
    at("j and k go from row to row", link, lambda found: found == 0)
    press(driver, "j", Keys.ENTER)
    at("Enter opens the row", "location.pathname", lambda found: found.startswith("/runs/0"))
    for letters, place in (("gt", "/today/"), ("gi", "/inbox/"), ("gr", "/runs/"), ("gc", "/clients/"), ("ga", "/agents/")):
        pair(letters, place)
    press(driver, "/")
    at("/ leads to the search", "document.activeElement.id", lambda found: found == "q")
    press(driver, "gtj?")
    at("letters are letters in a field", "document.activeElement.value", lambda found: found == "gtj?")
    open_page("/inbox/?kind=approvals")
    press(driver, "a")
    at("a leads to Approve", "document.activeElement.hasAttribute('data-approve')")
    if driver.current_url != base + "/inbox/?kind=approvals":
        note("shortcut: a does more than lead to the button")
    press(driver, "j")
    card = driver.execute_script("return window.card = document.activeElement.closest('.approval')")
    press(driver, "a")
    at("j leads from approval to approval, and a to Approve in the one that has the focus",
       "window.card && window.card !== document.querySelector('.approval') && window.card.contains(document.activeElement)"
       " && document.activeElement.hasAttribute('data-approve')", lambda found: card is not None and found)
    open_page(given["live"])
    before = driver.execute_script("return document.querySelector('[data-follow]').checked")
    press(driver, "f")
    at("f switches following", "document.querySelector('[data-follow]').checked", lambda found: found != before)
    open_page(given["bad"])
    press(driver, "e")
    at("e leads to the first error", "document.activeElement.closest('.entry.bad') !== null")
    for _ in range(2):
        press(driver, ".")
        at(". opens the menu at its first entry",
           "document.activeElement === document.querySelector('details.more[open] .drop button')")
        press(driver, Keys.ESCAPE)
        at("Esc closes the menu and leaves the focus there",
           "!document.querySelector('details.more[open]') && document.activeElement.matches('details.more > summary')")
    press(driver, "..")
    at(". twice leads to what can be done with the run", "document.activeElement.closest('#state form') !== null")
    press(driver, "?")
    at("? tells the keys", "location.pathname + location.hash", lambda found: found == "/settings/#keys")
    open_page("/runs/", given["quiet"])
    press(driver, "jgi")
    if driver.execute_script("return document.activeElement !== document.body || location.pathname !== '/runs/'"):
        note("shortcut: letters do something for somebody who has switched them off")
    count()
