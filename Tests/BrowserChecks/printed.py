"""What is on paper: what the page says, with its folded figures, in black on white, without what leads elsewhere."""

import base64
import re
import subprocess

from common import count, note, sign_in

THEMES = ("light", "dark")
# Of the shell and of what is pressed: none of it is of use on paper.
NOT_PRINTED = ("Skip to main content", "Keyboard shortcuts", "Sign out", "Search", "Apply", "CSV", "Set limit", "Accept")


def check_print(driver, base, token, page, words):
    sign_in(driver, base, token)
    for theme in THEMES:
        scheme = {"name": "prefers-color-scheme", "value": theme}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        driver.get(base + page)
        made = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
        paper = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=base64.b64decode(made["data"]), capture_output=True,
            check=True).stdout.decode()
        for word in words:
            if word not in paper:
                note(f"{page} printed, {theme}: {word!r} is not on it")
        for word in NOT_PRINTED:
            if re.search(rf"^\s*{word}\s*$", paper, re.MULTILINE):
                note(f"{page} printed, {theme}: {word!r} is on it")
        if not re.search(r"\b1 of \d+", paper):
            note(f"{page} printed, {theme}: the pages are not numbered")
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [scheme]})
        ground = driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
        if ground != "rgb(255, 255, 255)":
            note(f"{page} printed, {theme}: the ground is {ground}")
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        count()
