import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("The inbox")
struct InboxTests {
    private static func run(_ number: Int) -> String { "01KARVN000000000000000000\(number)" }

    private static func seed(_ number: Int, _ client: String, _ runState: String, _ server: Served) async throws {
        try await ReportSeed(
            id: "01KAREP000000000000000000\(number)", run: run(number), client: client, runState: runState
        ).put(into: server)
    }

    @Test("People read what agents and clients are called; short names stand in addresses alone")
    func names() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await Self.seed(1, "acme", "failed", server)
            try await Self.seed(2, "acme", "in_review", server)
            _ = try await server.addRun(client: "acme")
            let browser = try await Browser.signedIn(server, "ana", .admin)
            for path in [
                "/", "/inbox/", "/runs/", "/runs/?agent=sentinel&client=acme", "/costs/", "/system/", "/system/queue/",
                "/agents/sentinel/", "/runs/\(Self.run(1))/", "/runs/\(Self.run(2))/stop",
                "/reports/01KAREP0000000000000000001/", "/clients/acme/",
            ] {
                let text = try await browser.get(path).text
                // Fields for programs are left: the agent's own name, and the file it stands in.
                let shown = text.replacing(try Regex("<code[^>]*>[^<]*</code>"), with: "")
                    .replacing(try Regex("<(pre|option)[^>]*>[^<]*</(pre|option)>"), with: "")
                // System tells of no agent by name.
                #expect(path == "/system/" || shown.contains("SEO Sentinel"), "\(path)")
                for wrong in [">sentinel<", ">sentinel ", "sentinel ·", "agent: sentinel", "client: acme"] {
                    #expect(!shown.contains(wrong), "\(path) says \(wrong)")
                }
            }
            let page = try await browser.get("/runs/\(Self.run(1))/").text
            #expect(page.contains("<title>✕ SEO Sentinel · Acme"))
        }
    }

    private static let readers: [(String, Role, Bool, Set<Int>)] = [
        ("who looks after the client", .consultant, true, [1]), ("who asked for the runs", .consultant, false, [1, 2]),
        ("who has nothing to do with it", .consultant, false, []),
    ]

    @Test("Mine only leaves what waits for the reader", arguments: readers)
    func mine(who: String, role: Role, hasDuty: Bool, seen: Set<Int>) async throws {
        try await Served.run { server in
            for (number, slug) in [(1, "acme"), (2, "plunkett")] {
                try await server.openClient(slug)
                try await Self.seed(number, slug, "in_review", server)
            }
            // Seeds were asked for on the command line by "test".
            let name = seen.count == 2 ? "test" : "ana"
            let browser = try await Browser.signedIn(server, name, role)
            if hasDuty { try await server.house.clients.assign("acme", name, .owner, by: Browser.tester) }
            let (all, mine) = (
                try await browser.get("/inbox/").text, try await browser.get("/inbox/?mine=yes").text
            )
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let theirs = try await boss.get("/inbox/?assignee=\(name)").text
            let half = try await Browser.signedIn(server, "nina", .viewer, clients: ["plunkett"])
            let shared = try await half.get("/inbox/?assignee=\(name)").text
            #expect(SavedViewPages.query(.inbox, ["assignee": name, "after": "x"]) == "assignee=\(name)")
            #expect(!theirs.contains("data-count=\"inbox.reviews\"") && theirs.contains("Assignee: \(name)"))
            for number in [1, 2] {
                #expect(all.contains("/reports/01KAREP000000000000000000\(number)/"), "\(who)")
                #expect(
                    theirs.contains("/reports/01KAREP000000000000000000\(number)/") == seen.contains(number),
                    "\(who), as somebody else looks for it")
                #expect(
                    shared.contains("/reports/01KAREP000000000000000000\(number)/")
                        == (number == 2 && seen.contains(number)),
                    "\(who), of the clients the reader sees")
                #expect(
                    mine.contains("/reports/01KAREP000000000000000000\(number)/") == seen.contains(number), "\(who)")
            }
        }
    }

    @Test("A question is mine when I may decide it")
    func mineToDecide() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            try await Self.seed(1, "acme", "waiting_approval", server)
            _ = try await server.ask(Self.run(1), text: "October offer")
            for (name, role, isMine) in [
                ("vera", Role.viewer, false), ("ana", .consultant, false), ("otto", .operator, true),
            ] {
                let browser = try await Browser.signedIn(server, name, role)
                let text = try await browser.get("/inbox/?mine=yes&kind=approvals").text
                #expect(text.contains("October offer") == isMine, "\(name)")
                let theirs = try await browser.get("/inbox/?assignee=otto&kind=approvals")
                #expect(theirs.status == (name == "otto" ? 200 : 400), "\(name) asks for somebody not there yet")
            }
            let nobodys = try await Browser.signedIn(server, "nina", .viewer, clients: ["plunkett"])
            #expect(try await !nobodys.get("/inbox/?assignee=otto").text.contains("October offer"))
            let own = try await Browser.signedIn(server, "paul", .viewer, clients: ["acme"])
            let offers = try await own.get("/inbox/?assignee=otto&kind=approvals").text
            #expect(offers.contains("October offer"), "what waits for otto, told to who may not decide it")
            #expect(try await own.get("/inbox/?assignee=otto&mine=yes").status == 400)
            #expect(try await own.get("/inbox/?assignee=nina").status == 400, "they share no client")
        }
    }

    @Test("What ended without a decision is told for two weeks, as nobody's decision")
    func lapsed() async throws {
        try await Served.run { server in
            for (number, slug) in [(1, "acme"), (2, "plunkett")] {
                try await server.openClient(slug)
                try await Self.seed(number, slug, "done", server)
            }
            let fresh = try await server.ask(Self.run(1), text: "fresh", state: "expired", daysAgo: 3)
            let void = try await server.ask(Self.run(1), text: "void", state: "void", daysAgo: 13)
            let old = try await server.ask(Self.run(1), text: "old", state: "expired", daysAgo: 15)
            let late = try await server.ask(
                Self.run(1), text: "late", state: "expired", daysAgo: 1, runDaysAgo: 20)
            let foreign = try await server.ask(Self.run(2), text: "other", state: "expired", daysAgo: 1)
            let browser = try await Browser.signedIn(server, "ana", .operator, clients: ["acme"])
            let text = try await browser.get("/inbox/").text
            #expect(text.contains("Ended without a decision in the last 14 days (3)"))
            #expect(text.contains(fresh) && text.contains(void) && !text.contains(old) && !text.contains(foreign))
            let places = [late, fresh, void].compactMap { text.range(of: $0)?.lowerBound }
            #expect(places.count == 3 && places == places.sorted(), "also of a run that began long ago, the last first")
            #expect(!text.lowercased().contains("denied by"))
        }
    }

    @Test("However many wait, the oldest are on top, the counts are right, and the page stays short")
    func many() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let all = Inbox.listedMax + 30
            try await ReportSeed.inReview(all, of: "acme", on: server)
            let browser = try await Browser.signedIn(server, "ana", .consultant)
            let page = try await browser.get("/inbox/").text
            func cards(_ text: String) -> Int { text.components(separatedBy: "Review: ").count - 1 }
            #expect(cards(page) == InboxPage.cardsMax && page.contains("And \(all - InboxPage.cardsMax) more reviews"))
            #expect(page.contains("<title>(99+) Inbox") && page.contains("Reviews <span class=\"count\">\(all)</span>"))
            #expect(page.contains("/reports/01KAREP0000000000000000001/"), "the one that has waited longest")
            let tab = try await browser.get("/inbox/?kind=reviews").text
            #expect(cards(tab) == InboxPage.cardsUnderTabMax)
            #expect(tab.contains("01KARVN0000000000000000100") && !tab.contains("01KARVN0000000000000000101"))
            let next = try await browser.get("/inbox/?kind=reviews&after=01KARVN0000000000000000100").text
            #expect(next.contains("01KAREP0000000000000000101") && next.contains("01KARVN0000000000000000130"))
            #expect(!next.contains("01KAREP0000000000000000100") && next.contains("class=\"count\">\(all)</span>"))
        }
    }

    @Test("Approvals past the first hundred have a page of their own, each on one page only")
    func manyApprovals() async throws {
        try await Served.run { server in
            try await Self.seed(1, "acme", "waiting_approval", server)
            let all = Inbox.listedMax + 7
            for number in 1...all { _ = try await server.ask(Self.run(1), text: "Offer \(number)", daysAgo: 0) }
            let browser = try await Browser.signedIn(server, "otto", .operator)
            func ids(_ text: String) -> Set<String> {
                Set(text.matches(of: /\/approvals\/([0-9A-Z]{26})\//).map { String($0.1) })
            }
            let first = try await browser.get("/inbox/?kind=approvals").text
            let next = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1.replacing("&amp;", with: "&")
            let second = try await browser.get(String(next)).text
            #expect(ids(first).count == Inbox.listedMax && ids(second).count == 7)
            #expect(ids(first).isDisjoint(with: ids(second)) && second.contains(">Soonest<"))
            #expect(!second.contains("rel=\"next\"") && second.contains("class=\"count\">\(all)</span>"))
        }
    }

    @Test("Mine only looks past the first hundred: the count is true, and the rest has a page")
    func manyOfMine() async throws {
        try await Served.run { server in
            for number in [1, 2] { try await Self.seed(number, "acme", "waiting_approval", server) }
            // Nobody may decide for the first run, whose policy cannot be read; its questions expire soonest.
            let others = Inbox.listedMax + 3, own = Inbox.listedMax + 7
            try await server.database.write { db in
                try db.execute(
                    "INSERT INTO agent_config (sha256, agent, version, body, loaded_at) VALUES ('bad', 'sentinel', '1', '{}', 1)",
                    [])
                try db.execute("UPDATE run SET config_sha256 = 'bad' WHERE id = ?", [Self.run(1)])
            }
            for number in 1...others { _ = try await server.ask(Self.run(1), text: "Theirs \(number)", daysAgo: 1) }
            for number in 1...own { _ = try await server.ask(Self.run(2), text: "Mine \(number)") }
            let otto = try await Browser.signedIn(server, "otto", .operator)
            func ids(_ text: String) -> Set<String> {
                Set(text.matches(of: /\/approvals\/([0-9A-Z]{26})\//).map { String($0.1) })
            }
            let first = try await otto.get("/inbox/?mine=yes&kind=approvals").text
            #expect(first.contains("class=\"count\">\(own)</span>"), "all of them, and none of the others")
            let next = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1.replacing("&amp;", with: "&")
            let second = try await otto.get(String(next)).text
            #expect(ids(first).count == Inbox.listedMax && ids(second).count == 7)
            #expect(ids(first).isDisjoint(with: ids(second)) && second.contains("class=\"count\">\(own)</span>"))
            #expect(!second.contains("rel=\"next\""))
            let json = try JSONValue.parse(try await otto.get("/inbox.json?mine=yes&kind=approvals").body)
            #expect(json["counts"]?["approvals"]?.int == own && json["next"]?["approvals"]?.string != nil)
        }
    }

    @Test("Mine only goes on where one look ends, whatever it has found by then")
    func lookedAt() async throws {
        try await Served.run { server in
            for number in [1, 2] { try await Self.seed(number, "acme", "waiting_approval", server) }
            try await server.database.write { db in
                try db.execute(
                    "INSERT INTO agent_config (sha256, agent, version, body, loaded_at) VALUES ('bad', 'sentinel', '1', '{}', 1)",
                    [])
                try db.execute("UPDATE run SET config_sha256 = 'bad' WHERE id = ?", [Self.run(1)])
            }
            let others = Inbox.listedMax + 3, own = 12
            for number in 1...others { _ = try await server.ask(Self.run(1), text: "Theirs \(number)", daysAgo: 1) }
            for number in 1...own { _ = try await server.ask(Self.run(2), text: "Mine \(number)") }
            let otto = try await Browser.signedIn(server, "otto", .operator)
            // One look goes no further than one page of questions here.
            let inbox = Inbox(house: server.house, lookedAtMax: Inbox.listedMax)
            let first = try await inbox.waiting(.init(person: otto.person, assignee: otto.person))
            #expect(first.approvals.isEmpty)
            let place = try #require(first.nextApproval)
            let second = try await inbox.waiting(
                .init(person: otto.person, assignee: otto.person, afterApproval: place))
            #expect(second.approvals.count == own && second.nextApproval == nil)
        }
    }

    @Test("What is asked again after a no says what is different about it")
    func askedAgain() async throws {
        try await Served.run { server in
            try await Self.seed(1, "acme", "waiting_approval", server)
            let first = try await server.ask(Self.run(1), text: "Half price all week", daysAgo: 1)
            _ = try await server.database.write {
                try $0.execute("UPDATE approval SET expires_at = expires_at + 172800000 WHERE id = ?", [first])
            }
            _ = try await server.house.approvals.deny(
                first, by: .bureau(name: "ben"), on: "slack", reason: "One day only.")
            let second = try await server.ask(Self.run(1), text: "Half price on Monday", after: first)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            for path in ["/approvals/\(second)/", "/inbox/"] {
                let page = try await browser.get(path).text
                #expect(page.contains("What changed since it was asked before") && page.contains("One day only."))
                #expect(page.contains("Version 2; differs in: text") && page.contains("“Agreed in the task.”"))
                #expect(page.contains("<code>text: Half price all week</code>"))
                #expect(page.contains("<code>text: Half price on Monday</code>"))
            }
            #expect(try await !browser.get("/approvals/\(first)/").text.contains("What changed since"))
        }
    }
}
