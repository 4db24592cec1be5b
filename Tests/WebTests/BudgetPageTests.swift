import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Limits that admins set on the pages")
struct BudgetPageTests {
    private static let tries: [(String, String, Role, Int, String?)] = [
        ("a client's month", "account=client/acme+month&amount=250&reason=New+contract", .admin, 303, "$250.00"),
        ("an agent's day", "account=agent/sentinel+day&amount=9.50&reason=Try+out", .admin, 303, "$9.50"),
        ("the agency's day", "account=agency+day&amount=100&reason=Year+end", .admin, 303, "$100.00"),
        ("no amount", "account=agency+day&amount=lots&reason=x", .admin, 422, nil),
        ("nothing at all", "account=agency+day&amount=0&reason=x", .admin, 422, nil),
        ("no reason", "account=agency+day&amount=5&reason=+", .admin, 422, nil),
        ("nobody's", "account=moon+day&amount=5&reason=x", .admin, 400, nil),
        ("a client that is not there", "account=client/nobody+month&amount=5&reason=x", .admin, 404, nil),
        ("an agent that is not there", "account=agent/nobody+month&amount=5&reason=x", .admin, 404, nil),
        ("an operator", "account=agency+day&amount=5&reason=x", .operator, 403, nil),
    ]

    @Test("A limit holds at once and is in the audit log with its reason", arguments: tries)
    func set(what: String, form: String, role: Role, status: Int, shown: String?) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let browser = try await Browser.signedIn(server, "ana", role)
            let page = try await browser.get("/costs/").text
            #expect(page.contains("action=\"/costs/budgets\"") == (role == .admin))
            #expect(try await browser.post("/costs/budgets", form).status == status, "\(what)")
            let limits = try await server.house.budgets.list().compactMap { $0.budget?.limit }
            #expect(limits.map { "\($0)" } == [shown].compactMap(\.self), "\(what)")
            let noted = try await server.house.audit.list(subject: nil).filter { $0.action == "budget set" }
            #expect(noted.count == (shown == nil ? 0 : 1))
            if shown != nil {
                #expect(noted.first?.after?.contains("reason") == true && noted.first?.before?.contains("none") == true)
                #expect(try await browser.get("/costs/").text.contains("The limit is \(shown ?? "")"))
            }
        }
    }

    @Test("What one run of an agent may cost stands among the limits, with the place it is set in")
    func eachRun() async throws {
        try await Served.run(hasAgents: true) { server in
            let config = try #require(server.house.catalog.agent("sentinel")).config
            let limit = try #require(config.limits.sessionCostMax)
            let page = try await Browser.signedIn(server, "olga", .operator).get("/costs/").text
            let row = page.components(separatedBy: "<tr").first { $0.contains(">each run<") } ?? ""
            for words in ["href=\"/agents/sentinel/\"", ">\(limit)<", "set in agents/sentinel.json"] {
                #expect(row.contains(words), "\(words)")
            }
        }
    }

    private static let foreign = ["client/plunkett month", "agency day", "agent/sentinel day"]

    @Test("An admin of some clients sets their limits and nobody else's", arguments: foreign)
    func narrow(account: String) async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let nina = try await Browser.signedIn(server, "nina", .admin, clients: ["acme"])
            let form = "amount=5&reason=x&account="
            #expect(try await nina.post("/costs/budgets", form + WebRequest.escaped(account)).status == 404)
            #expect(try await server.house.budgets.list().allSatisfy { $0.budget == nil })
            #expect(try await nina.post("/costs/budgets", form + "client/acme+month").status == 303)
        }
    }

    @Test("A short name that is written tells nobody whether a client they may not see is there")
    func written() async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let nina = try await Browser.signedIn(server, "nina", .admin, clients: ["acme"])
            let form = "amount=5&reason=x&account=client/+month&client="
            for slug in ["plunkett", "nobody"] {
                #expect(try await nina.post("/costs/budgets", form + slug).status == 422, "\(slug)")
            }
            #expect(try await server.house.budgets.list().allSatisfy { $0.budget == nil })
            #expect(try await nina.post("/costs/budgets", form + "acme").status == 303)
        }
    }
}
