"""One page in each width, theme and zoom: accessibility (axe), what is cut off or reaches beyond the screen, what moves
after it was painted, what is loaded from elsewhere."""

import contextlib
import socket
from urllib.parse import urlsplit

from common import AXE, count, note, resize, sign_in, wait

WIDTHS, THEMES = (1280, 360), ("light", "dark")
# A narrow telephone, and a wide screen at 200 %.
NARROW = ((320, 1), (640, 2))
RUN_AXE = """
const done = arguments[arguments.length - 1], only = arguments[0] ? {runOnly: [arguments[0]]} : {};
axe.run(document, {resultTypes: ["violations"], iframes: false, ...only}).then(
    (found) => done(found.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target).join(", "))),
    (error) => done(["axe did not run: " + error]));
"""
# What moved since the first paint, once two frames more have been drawn.
SHIFTS = """
const done = arguments[arguments.length - 1], moved = [];
// Less than this is rounding within a pixel, which nobody sees.
const seen = 0.0005;
new PerformanceObserver((list) => { for (const it of list.getEntries()) if (!it.hadRecentInput && it.value >= seen)
    moved.push(it.value.toFixed(4) + " by " + it.sources.map((s) => s.node && s.node.nodeName + "." + s.node.className).join(" "));
}).observe({type: "layout-shift", buffered: true});
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved), 60)));
"""
LOADED = """
return performance.getEntriesByType("resource").map((it) => it.name).filter((it) => !it.startsWith(location.origin));
"""
FITS = """
const found = [], page = document.documentElement;
const wide = page.scrollWidth - page.clientWidth;
if (wide > 0) found.push(wide + " px too wide");
const name = (it) => it.tagName.toLowerCase() + (it.id ? "#" + it.id : "") + (it.className ? "." + it.className : "")
    + " \\"" + it.textContent.trim().slice(0, 30) + "\\"";
const inside = (it, test) => { for (let up = it; up && up !== document.body; up = up.parentElement) if (test(getComputedStyle(up), up)) return true; return false; };
for (const it of document.body.querySelectorAll("*")) {
  // Words for screen readers alone, and table heads that stand beside each cell instead.
  if (!it.checkVisibility({visibilityProperty: true}) || inside(it, (style, up) => style.clipPath !== "none" || up.classList.contains("skip"))) continue;
  const box = it.getBoundingClientRect(), style = getComputedStyle(it);
  if (!box.width || !box.height) continue;
  const scrolls = it.parentElement && inside(it.parentElement, (style) => style.overflowX === "auto" || style.overflowX === "scroll");
  if (!scrolls && (box.right > innerWidth + 1 || box.left < -1)) found.push("beyond the screen: " + name(it));
  const cut = (flow, whole, shown) => (flow === "hidden" || flow === "clip") && whole > shown + 1;
  if (it.tagName !== "IFRAME" && (cut(style.overflowX, it.scrollWidth, it.clientWidth) || cut(style.overflowY, it.scrollHeight, it.clientHeight))) found.push("cut off: " + name(it));
}
return found.slice(0, 5);
"""
# A form as a page of this server would send it.
SEND = """
const form = document.createElement("form");
[form.method, form.action] = ["post", arguments[0]];
for (const [name, value] of Object.entries(arguments[1])) {
  const field = document.createElement("input");
  [field.type, field.name, field.value] = ["hidden", name, value];
  form.append(field);
}
document.body.append(form); form.submit();
"""


@contextlib.contextmanager
def crowd(place):
    """As many others as it says, who ask for the same and are slow to take it."""
    address = urlsplit(place["base"])
    others = [socket.create_connection((address.hostname, address.port)) for _ in range(place.get("crowd", 0))]
    for other in others:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        other.sendall(f"GET {place['path']} HTTP/1.1\r\nHost: x\r\nCookie: bureau={place['token']}\r\n\r\n".encode())
        other.recv(1)
    try:
        yield
    finally:
        for other in others:
            other.close()


def go(driver, place):
    """To the page, by its address or by the form that leads to it."""
    sign_in(driver, place["base"], place.get("token"))
    if place.get("form") is None:
        driver.get(place["base"] + place["path"])
        return
    driver.get(place["base"] + "/login")
    driver.execute_script("window.isBefore = true")
    driver.execute_script(SEND, place["path"], place["form"])
    arrived = "return !window.isBefore && document.readyState === 'complete'"
    wait(f"{place['name']}: the form leads somewhere", lambda: driver.execute_script(arrived))


def theme(driver, value):
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": value}]})


def fits(driver, name):
    for found in driver.execute_script(FITS):
        note(f"{name}: {found}")
    count()


def look(driver, place):
    with crowd(place):
        look_now(driver, place)


def look_now(driver, place):
    for width in WIDTHS:
        resize(driver, width)
        # What a form leads to is looked at as it came: sending it twice is another thing.
        if width == WIDTHS[0] or place.get("form") is None:
            go(driver, place)
            driver.execute_script(AXE)
            for moved in driver.execute_async_script(SHIFTS):
                note(f"{place['name']} at {width}: moved {moved}")
            for address in driver.execute_script(LOADED):
                note(f"{place['name']}: loads {address}")
        expected = place.get("says")
        if expected and expected not in driver.find_element("tag name", "main").text:
            note(f"{place['name']}: does not say {expected!r}")
        fits(driver, f"{place['name']} at {width}")
        # A theme changes colours alone.
        for colours, rule in zip(THEMES, (None, "color-contrast")):
            theme(driver, colours)
            for violation in driver.execute_async_script(RUN_AXE, rule):
                note(f"{place['name']} at {width} {colours}: {violation}")
            count()
    for width, scale in NARROW:
        resize(driver, width, scale=scale)
        fits(driver, f"{place['name']} at {width}" + (" zoomed" if scale > 1 else ""))
