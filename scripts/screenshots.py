"""Signs in with a one-time link and takes a picture of each page: wide and narrow, light and dark."""

import io
import json
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By

LINK, TARGET = sys.argv[1], Path(sys.argv[2])
BASE = "{0.scheme}://{0.netloc}".format(urlsplit(LINK))
PAGES = {
    "today": "/", "inbox": "/inbox/", "runs": "/runs/", "run": None, "start": "/runs/new", "clients": "/clients/",
    "client": "/clients/:first", "agents": "/agents/", "agent": "/agents/sentinel/", "costs": "/costs/",
    "system": "/system/", "webhooks": "/system/webhooks/", "alerts": "/system/alerts/", "queue": "/system/queue/",
    "in-effect": "/system/settings/", "audit-log": "/system/audit-log/", "users": "/users/", "user": "/users/admin/",
    "settings": "/settings/", "not-found": "/nowhere/", "stop": None, "login": "/login",
}
HEIGHT_MAX = 1400


def open_browser(width):
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1"):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    return browser


def shoot(browser, name, width, theme):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False})
    overflow = browser.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    height = min(HEIGHT_MAX, max(500, browser.execute_script("return document.documentElement.scrollHeight")))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(TARGET / f"{name}-{width}-{theme}.png", optimize=True)
    if overflow > 0:
        print(f"{name} at {width} is {overflow} px too wide", file=sys.stderr)
    return overflow <= 0


def main():
    browser = open_browser(1280)
    try:
        browser.get(LINK)
        browser.find_element(By.CSS_SELECTOR, "main button").click()
        browser.get(BASE + "/runs/")
        run = browser.find_element(By.CSS_SELECTOR, "tbody a").get_attribute("href")
        PAGES["run"] = urlsplit(run).path
        PAGES["stop"] = urlsplit(run).path + "stop"
        browser.get(BASE + "/clients/")
        links = browser.find_elements(By.CSS_SELECTOR, "tbody a")
        PAGES["client"] = urlsplit(links[0].get_attribute("href")).path if links else None
        fits = True
        for name, path in PAGES.items():
            if path is None:
                continue
            if name == "login":
                browser.delete_all_cookies()
            browser.get(BASE + path)
            for width in (1280, 360):
                for theme in ("light", "dark"):
                    fits = shoot(browser, name, width, theme) and fits
        return 0 if fits else 1
    finally:
        browser.quit()


sys.exit(main())
