import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Deciding like questions together")
struct TogetherTests {
    private static let run = "01KARVN0000000000000000001", other = "01KARVN0000000000000000002"

    private static func furnish(_ server: Served) async throws -> [String] {
        for (number, slug) in [(1, "acme"), (2, "plunkett")] {
            try await server.openClient(slug)
            try await ReportSeed(
                id: "01KAREP000000000000000000\(number)", run: number == 1 ? run : other, client: slug,
                runState: "waiting_approval"
            ).put(into: server)
        }
        var ids: [String] = []
        for number in 1...3 { ids.append(try await server.ask(run, text: "Offer \(number)")) }
        return ids
    }

    private static func query(_ ids: [String]) -> String { ids.map { "pick.\($0)=yes" }.joined(separator: "&") }

    @Test("The inbox offers those of one kind; each is shown in full, and the buttons say how many")
    func offer() async throws {
        try await Served.run { server in
            let ids = try await Self.furnish(server)
            _ = try await server.ask(Self.run, tool: "send_mail", text: "alone")
            _ = try await server.ask(Self.other, text: "another client's")
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let inbox = try await browser.get("/inbox/").text
            #expect(inbox.contains("3 of the same kind") && inbox.contains("action=\"/approvals/together\""))
            #expect(inbox.contains("Inbox <span class=\"count\">5</span>"), "each counts, though one run asks several")
            for id in ids { #expect(inbox.contains("name=\"pick.\(id)\" value=\"yes\" checked")) }
            #expect(inbox.contains(/Offer 1 \(asked <time datetime="[^"]+Z" title="[^"]+">just now<\/time>\)<\/label>/))
            let page = try await browser.get("/approvals/together?\(Self.query(Array(ids.prefix(2))))").text
            #expect(page.contains("Approve 2") && page.contains("Deny 2"))
            #expect(page.contains("Offer 1") && page.contains("Offer 2") && !page.contains("Offer 3"))
            let viewer = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await !viewer.get("/inbox/").text.contains("same kind"))
            #expect(try await viewer.get("/approvals/together?\(Self.query(ids))").status == 403)
        }
    }

    @Test("They stand as the inbox has them: the soonest to expire first, and of the same moment the first asked")
    func order() async throws {
        try await Served.run { server in
            let ids = try await Self.furnish(server).sorted()
            let browser = try await Browser.signedIn(server, "otto", .operator)
            for last in [nil, ids[0]] as [String?] {
                try await server.database.write { db in
                    try db.execute("UPDATE approval SET expires_at = 9000000000000", [])
                    if let last {
                        try db.execute("UPDATE approval SET expires_at = 9000000000001 WHERE id = ?", [last])
                    }
                }
                let wanted = last == nil ? ids : [ids[1], ids[2], ids[0]]
                for path in ["/inbox/", "/approvals/together?\(Self.query(ids.reversed()))"] {
                    let page = try await browser.get(path).text
                    let places = wanted.compactMap { page.range(of: "id=\"a-\($0)\"")?.lowerBound }
                    #expect(places.count == 3 && places == places.sorted(), "\(path)")
                }
            }
        }
    }

    @Test("Each is decided and noted by itself, and one decided before says by whom")
    func decision() async throws {
        try await Served.run { server in
            let ids = try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            _ = try await server.house.approvals.deny(
                ids[1], by: .bureau(name: "ben"), on: "slack", reason: "Not this one.")
            let answer = try await browser.post("/approvals/together", "decision=approve&\(Self.query(ids))")
            let place = try #require(answer.headers["location"])
            #expect(answer.status == 303 && place.hasPrefix("/approvals/together?"))
            let page = try await browser.get(place).text
            #expect(page.contains("2 approved") && page.contains("Offer 2") && page.contains("ben"))
            #expect(page.contains("href=\"/runs/\(Self.run)/\"") && page.contains("by itself") == false)
            #expect(page.contains("None of these waits for you any more.") && !page.contains("Approve 3"))
            var states: [ApprovalState?] = []
            for id in ids { states.append(try await server.house.approvals.find(id)?.state) }
            #expect(states == [.approved, .denied, .approved])
            let noted = try await server.house.audit.list(subject: "run \(Self.run)")
            #expect(noted.map(\.action) == ["approval approved", "approval approved", "approval denied"])
            #expect(Set(noted.compactMap { $0.after }.map { after in ids.first { after.contains($0) } }).count == 3)
        }
    }

    @Test("To deny several needs a reason, and every agent is told it")
    func denial() async throws {
        try await Served.run { server in
            let ids = try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let form = "decision=deny&\(Self.query(ids))"
            #expect(try await browser.post("/approvals/together", form + "&reason=+").status == 422)
            #expect(try await server.house.approvals.find(ids[0])?.state == .open)
            #expect(try await browser.post("/approvals/together", form + "&reason=Not+this+month").status == 303)
            for id in ids {
                let approval = try await server.house.approvals.find(id)
                #expect(approval?.state == .denied && approval?.reason == "Not this month")
            }
        }
    }

    @Test("What is not of one kind, not there, or somebody else's is not decided")
    func refused() async throws {
        try await Served.run { server in
            let ids = try await Self.furnish(server)
            let mail = try await server.ask(Self.run, tool: "send_mail", text: "alone")
            let foreign = try await server.ask(Self.other, text: "another client's")
            let money = [
                try await server.ask(Self.run, tool: "bureau.budget", text: "1")
            ]
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let ana = try await Browser.signedIn(server, "ana", .operator, clients: ["acme"])
            let many = (0..<21).map { "01KAAPP00000000000000000\($0 + 10)" }
            for (who, picked, status) in [
                (browser, [ids[0], mail], 422), (browser, [ids[0], foreign], 422), (browser, [], 422),
                (browser, many, 422), (browser, ["01KA00000000000000000000XX"], 404), (ana, [foreign], 404),
                (ana, [ids[0], foreign], 404), (browser, [ids[0]] + money, 422),
            ] {
                #expect(try await who.get("/approvals/together?\(Self.query(picked))").status == status)
                let answer = try await who.post("/approvals/together", "decision=approve&\(Self.query(picked))")
                #expect(answer.status == status, "\(picked)")
            }
            #expect(try await server.house.approvals.list().count == 6)
        }
    }
}
