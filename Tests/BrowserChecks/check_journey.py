"""What people do with the product from its first page on, by one hand: forms alone with scripts switched off, or the
keyboard alone.

  check_journey.py forms|keys LINK FOLDER

LINK is the one-time link of a running demo, FOLDER an empty one for what is downloaded.
Prints a line for each problem, then "checked N"."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from common import count, note, open_browser, resize, told, wait
from keyboard import press, stop

PASSWORD = "correct horse demo"


class Hand:
    """Opens, fills in and presses. `place` is a CSS selector, of a form where there are fields."""

    def __init__(self, base, driver):
        self.base, self.driver = base, driver

    def open(self, path):
        self.driver.get(self.base + path)

    def open_with(self, path, place):
        """Opens the page until that is on it."""
        def is_there():
            self.open(path)
            return self.find(place)

        wait(f"{path} has {place}", is_there)

    def find(self, place):
        return self.driver.find_element(By.CSS_SELECTOR, place)

    def sees(self, text):
        return wait(f"{self.driver.current_url} says {text!r}", lambda: text in self.driver.page_source)

    def first(self, place):
        """The address of the first link there."""
        found = wait(f"{self.driver.current_url} has {place}", lambda: self.find(place).get_attribute("href"))
        return urlsplit(found or "")

    def send(self, form, values=(), button="button", says=""):
        """Fills in and sends a form, and reads the page that answers."""
        for name, value in dict(values).items():
            self.fill(f"{form} [name={name}]", value)
        self.follow(f"{form} {button}")
        if says:
            self.sees(says)

    def follow(self, place):
        """Presses what leads to another page, and waits until this one is gone: what is looked for next may be on both."""
        page = wait(f"{self.driver.current_url} is a page", lambda: self.find("html"))
        self.press(place)

        def is_gone():
            try:
                return not page.tag_name
            except StaleElementReferenceException:
                return True

        wait(f"{place} leads elsewhere", is_gone)


class Pointer(Hand):
    """A mouse and a keyboard on pages whose scripts do not run."""

    def at(self, place, deed):
        """Does it to what stands there, as soon as it does: a click is over before the page it leads to is there."""
        wait(f"{self.driver.current_url} has {place}", lambda: (deed(self.find(place)), True))

    def fill(self, place, value):
        def write(field):
            if field.tag_name == "select":
                Select(field).select_by_value(value)
            else:
                field.clear()
                field.send_keys(value)

        self.at(place, write)

    def press(self, place):
        self.at(place, lambda field: field.click())


class Keyboard(Hand):
    """The keys alone: what is wanted is reached from the top of the page by Tab, and each stop on the way is looked at."""

    STOPS_MAX = 250

    def reach(self, place):
        wanted = "return document.activeElement.matches(arguments[0]) || " \
            "document.activeElement === document.querySelector(arguments[0])"
        wait(f"{self.driver.current_url} has {place}", lambda: self.find(place))
        for _ in range(self.STOPS_MAX):
            if self.driver.execute_script(wanted, place):
                return
            press(self.driver, Keys.TAB)
            stop(self.driver, urlsplit(self.driver.current_url).path + " by keyboard")
        note(f"{self.driver.current_url}: {place} cannot be reached by the Tab key")

    def fill(self, place, value):
        self.reach(place)
        field = self.driver.switch_to.active_element
        if field.tag_name == "select":
            words = [option.text for option in Select(field).options if option.get_attribute("value") == value]
            # Letters lead to the option that begins with them, as everywhere.
            press(self.driver, words[0].split()[0])
        else:
            field.send_keys(Keys.CONTROL + "a")
            press(self.driver, value)

    def press(self, place):
        self.reach(place)
        press(self.driver, Keys.ENTER)


def sign_in(hand, link):
    hand.driver.get(link)
    hand.send("main form", says="Password")
    hand.send("form[action='/settings/password']", {"password": PASSWORD}, says="password")
    # Signing out is in the menu that opens under the name.
    hand.press("details.who > summary")
    hand.send("form[action='/logout']", says="Sign in")
    hand.send("form[action='/login']", {"name": "admin", "password": PASSWORD}, says="Needs you")


def add_client(hand):
    hand.open("/clients/")
    hand.send("form[action='/clients']", {"name": "Harbour Lane", "slug": "harbour-lane"}, says="was created")


def start_run(hand):
    """Returns the page of the run, when there is something to judge."""
    hand.open("/runs/new?agent=pulse")
    # The demo's own runs of the day are told of first.
    hand.send("form[action='/runs']", {"client": "northlake"}, says="costs the money, a second time")
    hand.send("form[action='/runs']", says="The run has begun.")
    return reviewed(hand)


def reviewed(hand):
    """Waits until the run on this page can be judged, and returns the page's address."""
    page = urlsplit(hand.driver.current_url).path

    def is_ready():
        hand.open(page)
        return "In review" in hand.find("h1").text

    wait(f"the run on {page} can be judged", is_ready)
    return page


def see_result(hand, page):
    hand.open(page)
    hand.follow("a.button[href^='/reports/']")
    hand.sees("Files")
    hand.follow("#files tbody a")
    wait("a file is shown or offered", lambda: any(it in hand.driver.page_source for it in ("<iframe", "Download")))


def judge(hand):
    hand.open_with("/inbox/?kind=approvals", ".approval form")
    hand.send(".approval form", button="button[value=approve]", says="The agent is told.")
    hand.open_with("/inbox/?kind=approvals", ".approval form")
    hand.send(".approval form", {"reason": "Not this month."}, "button[value=deny]", says="The agent is told.")
    form = "form[action$='/changes']"
    hand.open_with("/inbox/?kind=reviews", form)
    hand.send(form, {"text": "Name the cities."}, says="Another round has begun")
    hand.open_with("/inbox/?kind=reviews", "form[action$='/accept']")
    hand.send("form[action$='/accept']", says="Accepted.")


def understand_failure(hand):
    """Why it failed, what to do, that somebody saw it; then the same once more, which goes well, and what it cost."""
    hand.open_with("/inbox/?kind=failures", "main a[href^='/runs/0']")
    hand.follow("main a[href^='/runs/0']")
    hand.sees("Last that worked")
    failed = urlsplit(hand.driver.current_url).path
    why = wait(f"{failed} says why", lambda: hand.find("#why").text) or ""
    for said in ["The session was terminated by the service", "Run again begins a new one"]:
        if said not in why:
            note(f"{failed} does not say {said!r} but {why!r}")
    hand.send("form[action$='/seen']", {"note": "Told Ana."}, says="no longer waits for anybody")
    hand.open(failed)
    again = f"form[action='{failed}again']"
    hand.follow(f"{again} button")
    hand.sees("Run this again?")
    hand.send(again, says="has begun")
    repeated = reviewed(hand)
    if repeated == failed:
        note(f"{repeated} is no new run")
    wait(f"{repeated} says what it cost", lambda: "$" in hand.find("#cost").text)
    hand.open("/costs/")
    hand.sees("PM Pulse")


def retry_failure(hand):
    """Of the run whose session was refused: nothing refuses it any more, and the same run goes on to its end."""
    hand.open_with("/inbox/?kind=failures", "main a[href^='/runs/0']")
    hand.follow("main a[href^='/runs/0']")
    hand.sees("Last that worked")
    hand.sees("No session could be opened.")
    failed = urlsplit(hand.driver.current_url).path
    retry = f"form[action='{failed}retry']"
    hand.follow(f"{retry} button")
    hand.sees("It goes on where it failed.")
    hand.send(retry, says="The run goes on.")
    if reviewed(hand) != failed:
        note(f"{failed} was tried again and became another run")


def stop_run(hand):
    """Of the run whose third question is still open."""
    hand.open_with("/runs/?status=waiting_approval", "tbody tr td:nth-child(2) a")
    hand.follow("tbody tr td:nth-child(2) a")
    hand.sees("Technical details")
    hand.follow("form[action$='/stop/ask'] button")
    hand.send("form[action$='/stop']", {"reason": "Enough."}, says="The run is being stopped.")


def download(hand, folder):
    hand.open("/runs/")
    hand.press(".aside a[href^='/runs.csv']")

    def lines():
        found = [file for file in folder.iterdir() if file.suffix == ".csv"]
        return found and found[0].read_text().splitlines()

    rows = wait("the list is taken away as a file", lines)
    if rows and (not rows[0].startswith("run,") or len(rows) < 4):
        note(f"the file of the runs has {len(rows)} lines and begins with {rows[0]!r}")


def main():
    way, link, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    driver = open_browser(scripts=way == "keys", downloads=folder)
    resize(driver, 1280)
    hand = (Keyboard if way == "keys" else Pointer)("{0.scheme}://{0.netloc}".format(urlsplit(link)), driver)
    try:
        sign_in(hand, link)
        add_client(hand)
        page = start_run(hand)
        see_result(hand, page)
        judge(hand)
        understand_failure(hand)
        retry_failure(hand)
        stop_run(hand)
        download(hand, folder)
        count()
    except Exception as error:  # Told, with where it was.
        note(f"the journey ended at {driver.current_url}: {type(error).__name__}: {str(error)[:500]}")
    finally:
        driver.quit()
    print(told())


main()
