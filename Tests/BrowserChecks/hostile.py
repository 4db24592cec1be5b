"""Files of strangers: what they would do when they are served plainly, and that they do none of it from us."""

import http.server
import threading
import time

from common import count, note, sign_in, wait

# Nothing comes from a file of ours, however long it is waited for.
SETTLE_SECONDS = 2.5
REACHED = {"/script", "/image", "/style", "/form", "/refresh"}


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
    """`given`: base, token, markup, addresses."""
    base = given["base"]

    def settled(address):
        listener.heard.clear()
        driver.get(address)
        time.sleep(SETTLE_SECONDS)
        return driver.current_url, driver.title, [path for path in listener.heard if "favicon" not in path]

    sign_in(driver, base, given["token"])
    driver.get("http://stranger.test/plain")
    if not wait("the hostile file is hostile", lambda: REACHED <= {path.split("?")[0] for path in listener.heard}):
        note(f"the hostile file is not hostile: it reached only {listener.heard}")
    # What it still sends is over before the next page begins.
    driver.get("about:blank")
    time.sleep(SETTLE_SECONDS)
    for address in given["addresses"]:
        where, title, heard = settled(base + address)
        if heard:
            note(f"{address}: the file reached {heard}")
        if where != base + address:
            note(f"{address}: the file led to {where}")
        if "owned" in title:
            note(f"{address}: the file changed the page")
        count()
