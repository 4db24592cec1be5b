import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Choosing one of many clients")
struct ClientPickerTests {
    private static func add(_ count: Int, _ server: Served) async throws {
        let now = server.house.doors.now()
        try await server.database.write { db in
            for number in 0..<count {
                let slug = "client-\(10_000 + number)"
                _ = try db.execute(
                    "INSERT INTO client (slug, name, record, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                    [slug, "Client \(number)", #"{"slug":"\#(slug)","name":"Client \#(number)"}"#, now, now])
            }
        }
    }

    private static let counts: [(Int, isWritten: Bool)] = [
        (ClientPicker.listedMax, false), (ClientPicker.listedMax + 1, true),
    ]

    @Test(
        "Where a list cannot hold them all, the short name is written, and every client can be had", arguments: counts)
    func many(count: Int, isWritten: Bool) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.add(count, server)
            let last = "client-\(10_000 + count - 1)"
            let otto = try await Browser.signedIn(server, "otto", .operator)
            for path in ["/runs/", "/reports/", "/inbox/", "/runs/new"] {
                let page = try await otto.get(path).text
                #expect(page.contains(ClientPicker.hint) == isWritten, "\(path)")
                #expect(page.contains("value=\"\(last)\"") != isWritten, "\(path)")
            }
            let narrow = try await Browser.signedIn(server, "nora", .operator, clients: [last])
            #expect(try await narrow.get("/runs/").text.contains("value=\"\(last)\""), "nobody else's hide it")
            let begun = try await otto.post("/runs", "agent=sentinel&client=\(last)&task=86cfull01")
            #expect(begun.status == 303)
            let wrong = try await otto.post("/runs", "agent=sentinel&client=nobody&task=86cfull01")
            #expect(wrong.status == 422 && wrong.text.contains("There is no client of that short name."))
        }
    }

    @Test("More clients than boxes are written for a user and for a limit, and one that is not there is refused")
    func written() async throws {
        try await Served.run { server in
            try await Self.add(PeoplePages.clientsShownMax + 2, server)
            let boss = try await Browser.signedIn(server, "boss", .admin)
            _ = try await server.house.people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            #expect(try await boss.get("/users/ana/").text.contains("Others, by short name"))
            let late = "client-\(10_000 + PeoplePages.clientsShownMax + 1)"
            let form = "client-client-10000=yes&others=\(late)"
            #expect(try await boss.post("/users/ana/clients", form).status == 303)
            #expect(try await server.house.people.find("ana").clients == ["client-10000", late])
            let wrong = try await boss.post("/users/ana/clients", "others=nobody")
            #expect(wrong.status == 422 && wrong.text.contains("There is no client called"))
            let limit = try await boss.post(
                "/costs/budgets", "account=client%2F+month&client=\(late)&amount=25&reason=more")
            #expect(limit.status == 303)
            #expect(try await server.house.budgets.list().contains { $0.account.owner == .client(late) })
        }
    }
}
