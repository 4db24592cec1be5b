import HTTPTypes
import Hummingbird
import NIOCore

/// One page in the sandbox's plain look: no scripts, one stylesheet, a banner that says what this is.
func page(title: String, body: HTML, status: HTTPResponse.Status = .ok) -> Response {
    let html: HTML = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title) · Sandbox</title>
        <link rel="stylesheet" href="/_sandbox.css">
        </head>
        <body>
        <p class="banner" role="note">Stand-in: nothing here is real</p>
        <nav aria-label="Sandbox"><a href="/">Sandbox</a> <a href="/board">Board</a>
        <a href="/asana">Asana</a> <a href="/channels">Channels</a>
        <a href="/drive">Drive</a> <a href="/sessions">Sessions</a></nav>
        <main>
        <h1>\(title)</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    var response = Response.bytes(html.text, status: status, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'"
    response.headers[.cacheControl] = "no-store"
    return response
}

extension Sandbox {
    /// The index and the stylesheet.
    func addPages(to router: Router<SandboxContext>) {
        let pages = standIns.map(\.page)
        router.get("/") { _, _ in
            let links = HTML(joining: pages.map { "<li><a href=\"\($0.path)\">\($0.title)</a></li>" })
            return page(
                title: "Sandbox",
                body: """
                    <p>These stand-ins play the services an agency works with. What is written to them stays in this
                    process and is gone when it ends.</p>
                    <ul>\(links)</ul>
                    <p>Tests and scripts read <a href="/_control/state">the whole state</a>,
                    <a href="/_control/log">the request log</a> and
                    <a href="/_control/faults">the faults in force</a>.</p>
                    """)
        }
        router.get("/_sandbox.css") { _, _ in
            Response.bytes(stylesheet, type: "text/css; charset=utf-8")
        }
    }
}
