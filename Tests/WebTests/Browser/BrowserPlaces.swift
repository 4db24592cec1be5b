import BureauDomain
import BureauEngine
import Foundation

@testable import BureauWeb

/// One page in one state, for whoever looks at it.
struct BrowserPlace {
    var name: String
    var server: Served
    /// Nil for somebody who is not signed in.
    var token: String?
    var path: String
    /// For a page that only a form leads to.
    var form: [String: String]? = nil
    /// What proves that it is in this state.
    var says: String? = nil
    /// How many take the same thing at the same time.
    var crowd = 0

    var json: [String: Any] {
        var json: [String: Any] = [
            "name": name, "base": "http://127.0.0.1:\(server.port)", "path": path, "crowd": crowd,
        ]
        json["token"] = token
        json["form"] = form
        json["says"] = says
        return json
    }

    static func pages(_ what: String, _ browser: Browser, _ paths: [String]) -> [BrowserPlace] {
        paths.map { BrowserPlace(name: what + $0, server: browser.server, token: browser.token, path: $0) }
    }
}

/// Every page in the states people meet it in.
struct BrowserPlaces {
    /// Full; new and empty; and one that is paused, has lost a table, and lets only an office in.
    let full: Browser, empty: Browser, broken: Browser
    let office: Served

    var all: [BrowserPlace] {
        BrowserPlace.pages("", full, Self.pages + Self.confirmations + Self.narrowed)
            + BrowserPlace.pages("empty ", empty, Self.firstUse) + refusals + signedOut
    }

    static let endpoint = FullHouse.endpoint, signal = FullHouse.signal
    private static func run(_ number: String) -> String { "/runs/\(FullHouse.run(number))/" }
    private static func report(_ number: String) -> String { "/reports/\(FullHouse.report(number))/" }

    static let pages =
        [
            "/", "/inbox/", "/inbox/?kind=reviews", "/inbox/?kind=approvals", "/inbox/?mine=yes",
            "/inbox/?assignee=boss", "/runs/", "/runs/new",
            "/reports/", "/clients/", "/clients/acme/", "/clients/acme/sources/", "/clients/acme/context/",
            "/clients/acme/users/", "/clients/acme/activity/", "/agents/", "/agents/sentinel/", "/costs/", "/system/",
            "/intake/", "/system/webhooks/", "/system/webhooks/\(signal)/", "/system/connections/",
            "/system/endpoints/",
            "/system/endpoints/\(endpoint)/", "/system/audit-log/", "/system/alerts/", "/system/queue/",
            "/system/settings/", "/users/", "/users/boss/", "/users/vera/", "/settings/", "/help", "/search?q=acme",
            "/approvals/01KAAPP0000000000000000001/", report("8") + "compare", "/runs/\(FullHouse.longRun)/",
            "/runs/\(FullHouse.longRun)/?show=everything", "/runs/\(FullHouse.longRun)/?show=raw",
            run("5") + "?show=tools", run("5") + "?show=raw", run("5") + "?event=s1#s1", "/reports/?reusable=no",
            "/agents/sentinel/?from=seed&to=seed",
            "/runs/new?look=yes&agent=sentinel&client=acme&task=86cfull01", run("5") + "?text=fetch",
            run("5") + "events/0", run("5") + "payload/", run("5") + "request/", "/today/",
            "/runs/?view=attention&text=session",
            "/settings/views/\(FullHouse.view)/",
        ] + ["1", "3", "4", "5", "6"].map(run) + ["1", "7"].map(report)
        + ["evil.html", "rows.csv", "run.exe"].map { report("7") + "files/\($0)/" }

    /// What asks before it does anything.
    static let confirmations = [
        "/intake/pause", "/intake/drain", run("5") + "stop", run("3") + "again", run("9") + "retry",
        run("7") + "deliver",
        "/clients/acme/archive", "/agents/sentinel/test",
        "/users/vera/disable", "/system/endpoints/\(endpoint)/remove", "/system/endpoints/\(endpoint)/rotate",
        "/system/endpoints/\(endpoint)/disable", "/system/endpoints/\(endpoint)/again?event=evt_5",
        "/system/webhooks/\(signal)/replay", "/approvals/together?\(FullHouse.together)",
        "/approvals/01KAAPP0000000000000000001/change", "/approvals/01KAAPP0000000000000000001/question",
        "/system/queue/together?do=redrive&pick.\(signal)=yes", "/system/queue/together?do=drop&pick.\(signal)=yes",
        "/runs/together?do=stop&pick.\(FullHouse.run("5"))=yes&pick.\(FullHouse.run("7"))=yes",
        "/runs/together?do=again&pick.\(FullHouse.run("5"))=yes",
        "/runs/together?do=seen&pick.\(FullHouse.run("3"))=yes&pick.\(FullHouse.run("7"))=yes",
    ]

    /// Lists in which nothing matches.
    static let narrowed = [
        "/inbox/?client=nobody", "/runs/?status=ignored", "/reports/?status=dismissed", "/clients/?view=archived",
        "/system/webhooks/?verdict=ignored", "/system/audit-log/?actor=nobody", "/search?q=zzzzzzzz",
        run("5") + "?text=nowhere", "/clients/?text=zzzzzzzz", "/system/endpoints/\(endpoint)/?status=told",
    ]

    static let firstUse = [
        "/", "/inbox/", "/runs/", "/runs/new", "/reports/", "/clients/", "/agents/", "/costs/", "/system/",
        "/system/webhooks/", "/system/connections/", "/system/endpoints/", "/system/alerts/", "/system/queue/",
        "/system/audit-log/", "/users/", "/settings/", "/search?q=x",
    ]

    /// Pages that say no, each by a real refusal.
    private var refusals: [BrowserPlace] {
        func full(_ name: String, _ path: String, _ form: [String: String]? = nil, _ says: String) -> BrowserPlace {
            var form = form
            if form != nil, form?["form_token"] == nil {
                form?["form_token"] = FormToken.of(session: self.full.token)
            }
            return BrowserPlace(
                name: name, server: self.full.server, token: self.full.token, path: path, form: form, says: says)
        }
        let waits = BrowserPlace(
            name: "503", server: self.full.server, token: self.full.token,
            path: "/runs/\(FullHouse.longRun)/events.jsonl", says: "Too many at once",
            crowd: SessionLogPages.downloadsMax)
        return [
            full("400", "/runs/?from=yesterday", nil, "A day is written"),
            full("403 form", "/runs", ["form_token": "x"], "too old"),
            full("404", "/nowhere/", nil, "Nothing here"),
            full("410", Self.run("3") + "events.jsonl", nil, "Not there any more"),
            full("409", Self.run("7") + "retry", [:], "cannot be"),
            full(
                "409 approval", "/approvals/\(FullHouse.expired)/decision", ["decision": "approve"], "It expired on"),
            full("413", "/settings/theme", ["theme": String(repeating: "x", count: 70_000)], "Too much at once"),
            full("422 form", "/runs", ["agent": "sentinel"], "Say what to work on"),
            full("422 again", Self.report("1") + "changes", ["text": " "], "What you wrote"),
            waits,
            BrowserPlace(
                name: "500", server: broken.server, token: broken.token, path: "/system/alerts/",
                says: "This page could not be made"),
            BrowserPlace(
                name: "a part is lost", server: broken.server, token: broken.token, path: "/system/",
                says: "cannot be shown"),
            BrowserPlace(
                name: "paused", server: broken.server, token: broken.token, path: "/", says: "dispatch is paused"),
        ]
    }

    /// For people who are not signed in, or not from here.
    private var signedOut: [BrowserPlace] {
        func out(_ name: String, _ path: String, _ form: [String: String]? = nil, _ says: String) -> BrowserPlace {
            BrowserPlace(name: name, server: broken.server, token: nil, path: path, form: form, says: says)
        }
        return [
            out("login", "/login", nil, "one-time link"),
            out("login from a page", "/runs/?status=failed", nil, "Sign in"),
            out("login by link", "/login/link?token=x", nil, "The link works once."),
            out("422 login", "/login", ["name": "ana", "password": "wrong"], "do not belong together"),
            out("422 link", "/login/link", ["token": "x"], "used already"),
            out("429", "/login", ["name": "tried", "password": "x"], "Too many tries"),
            out("404 outside", "/nowhere/", nil, "Nothing here"),
            BrowserPlace(name: "403 office", server: office, path: "/login", says: "Not from here"),
        ]
    }

    /// What a viewer sees of what others decide.
    static func viewer(_ browser: Browser) -> [BrowserPlace] {
        BrowserPlace.pages(
            "viewer ", browser,
            [
                "/", "/inbox/", "/runs/", run("6"), "/approvals/01KAAPP0000000000000000001/", report("1"), "/clients/",
                "/clients/acme/context/", "/agents/sentinel/", "/settings/",
            ])
            + ["/users/", "/costs/", "/runs/new", "/system/"].map {
                BrowserPlace(
                    name: "403 \($0)", server: browser.server, token: browser.token, path: $0,
                    says: "This needs another role")
            }
    }
}
