"""Looks at every page in every state with a real browser. What is looked at is in the modules beside this one.

Reads one JSON document from standard input:
  places [{name, base, path, token?, form?, says?}], walks [path], main {base, token}, canaries [text],
  hostile {base, token, markup, addresses [path]}, live {base, token, page, log}, lists {base, token, waiting},
  shortcuts {base, token, quiet, live, bad}, printed [{page, words [text that is on paper]}]
Prints a line for each problem, then "checked N". Needs chromium, chromedriver, pdftotext, java, and what scripts/setup installs."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, Queue

from common import note, open_browser, told
from hostile import Listener, check_hostile
from keyboard import check_shortcuts, check_skip, walk
from live import check_lists, check_live
from look import look
from markup import check_assets, check_markup, check_text
from printed import check_print

# The wide one with everything beside each other, and the narrow one with its menu.
WALK_WIDTHS = (1280, 360)


def main():
    given = json.load(sys.stdin)
    places, own = given["places"], given["main"]
    plain = [place for place in places if place.get("form") is None and not place["crowd"]]
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda place: check_text(place, given["canaries"]), plain))
    check_assets(own["base"], texts[0])

    # Whoever is free takes the next piece, the longest first.
    work = Queue()
    work.put(lambda driver: check_live(driver, given["live"]))
    work.put(lambda driver: check_lists(driver, given["lists"]))
    for path in given["walks"]:
        for width in WALK_WIDTHS:
            work.put(lambda driver, path=path, width=width: walk(driver, own["base"], own["token"], path, width))
    work.put(lambda driver: check_skip(driver, own["base"], own["token"]))
    work.put(lambda driver: check_shortcuts(driver, given["shortcuts"]))
    for one in given["printed"]:
        work.put(lambda driver, one=one: check_print(driver, own["base"], own["token"], one["page"], one["words"]))
    for place in places:
        work.put(lambda driver, place=place: look(driver, place))

    def share(number):
        driver = open_browser()
        try:
            while True:
                piece = work.get_nowait()
                try:
                    piece(driver)
                except Exception as error:  # Told, and the others go on.
                    note(f"a check ended early: {type(error).__name__}: {str(error)[:300]}")
        except Empty:
            pass
        finally:
            driver.quit()

    def hostile():
        listener = Listener(given["hostile"]["markup"])
        driver = open_browser(stranger=listener.port)
        try:
            check_hostile(driver, given["hostile"], listener)
        finally:
            driver.quit()

    with ThreadPoolExecutor(4) as pool:
        parts = [pool.submit(share, 0), pool.submit(share, 1), pool.submit(hostile)]
        parts.append(pool.submit(check_markup, {place["name"]: text for place, text in zip(plain, texts)}))
        for part in parts:
            part.result()
    print(told())


main()
