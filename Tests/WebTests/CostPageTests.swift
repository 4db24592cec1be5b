import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Costs")
struct CostPageTests {
    /// As many runs as asked for, of this month so far, with costs from a fixed seed.
    private static func seed(_ count: Int, _ server: Served) async throws -> (sums: [String: Int64], total: Int64) {
        for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
        _ = try await server.addRun(client: "acme")
        let now = server.house.doors.now(), start = try #require(SpendMonth(Self.month(server))).milliseconds.lowerBound
        var state: UInt64 = 7, total: Int64 = 0, sums: [String: Int64] = [:]
        func next(_ below: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % below
        }
        var rows: [[any SQLBindable]] = []
        for number in 0..<count {
            let at = start + next(max(1, now - start)), spent = next(3) == 0 ? next(20_000) : next(5_000_000)
            let client: String? = next(5) == 0 ? nil : next(2) == 0 ? "acme" : "plunkett"
            let isFailed = next(6) == 0, agent = "agent\(next(6))"
            total += spent
            sums["by client " + (client ?? ""), default: 0] += spent
            sums["by agent " + agent, default: 0] += spent
            if isFailed { sums["failed", default: 0] += spent }
            rows.append([
                ULID.make(milliseconds: at, randomness: (UInt64(number), 1)), agent, "key\(number)", client,
                isFailed ? "failed" : "done", spent, at,
            ])
        }
        let kept = rows
        try await server.database.write { db in
            for row in kept {
                try db.execute(
                    """
                    INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                        client_slug, client_name, state, cause, cause_sentence, spent_micro_usd, spent_method, accepted_at,
                        ended_at, due_at)
                    SELECT ?, ?, '1', sha256, 'cli', 'test', ?, ?, NULL, ?, 'internal_error', 'It broke.', ?, 'computed',
                        ?, 1, 1 FROM agent_config LIMIT 1
                    """, row)
            }
        }
        return (sums, total)
    }

    private static func month(_ server: Served) -> String {
        String(SpendAccount.day(server.house.doors.now()).prefix(7))
    }

    private static func micro(_ text: String?) -> Int64 {
        guard let text, let amount = Decimal(string: text) else { return -1 }
        return MicroUSD(usd: amount).rawValue
    }

    @Test("A thousand runs cost the same on the page, in CSV, in JSON and over the API, to the millionth")
    func equal() async throws {
        try await Served.run(hasAgents: true) { server in
            let (sums, total) = try await Self.seed(1_000, server), month = Self.month(server)
            let browser = try await Browser.signedIn(server, "olga", .operator)
            let page = try await browser.get("/costs/").text
            #expect(page.contains("<p class=\"value\">\(MicroUSD(rawValue: total))</p>"), "the sum on the card")
            let words = try #require(SpendMonth(month)).words
            #expect(page.contains("<h1>Costs in \(words)</h1>"))
            #expect(page.firstMatch(of: #/>[^<>]*20[0-9]{2}-[01][0-9][^<>]*</#) == nil, "no date in figures alone")
            #expect(page.contains("<p class=\"value\">\(MicroUSD(rawValue: sums["failed"] ?? 0))</p>"))
            let program = try await Program.of(server, "erin", .engineer)
            for grouping in CostDesk.Grouping.allCases {
                let csv = try await browser.get("/costs.csv?by=\(grouping.rawValue)").text
                    .split(whereSeparator: \.isNewline).dropFirst().map {
                        $0.split(separator: ",", omittingEmptySubsequences: false)
                    }
                #expect(csv.reduce(0) { $0 + Self.micro(String($1[2])) } == total, "\(grouping) in CSV")
                let least = try await browser.get("/costs.csv?by=\(grouping.rawValue)&order=least").text
                    .split(whereSeparator: \.isNewline).dropFirst().map {
                        Self.micro(String($0.split(separator: ",", omittingEmptySubsequences: false)[2]))
                    }
                #expect(least.count == csv.count && least == least.sorted(), "\(grouping), the least first")
                let json = try JSONValue.parse(try await browser.get("/costs.json?by=\(grouping.rawValue)").body)
                let items = json["items"]?.array ?? []
                let told = try await program.json("/api/v1/costs?by=\(grouping.rawValue)&month=\(month)")["items"]?
                    .array
                let dollars = (told ?? []).map { Self.micro($0["cost_usd"]?.compact) }
                #expect(dollars.reduce(0, +) == total, "\(grouping) over the API")
                #expect(items == told && json["next"] == .null, "\(grouping) in JSON")
                for item in items where grouping == .client || grouping == .agent {
                    let name = item["name"]?.string ?? "", sum = sums["by \(grouping.rawValue) \(name)"] ?? 0
                    guard sum > 0 else { continue }
                    #expect(Self.micro(item["cost_usd"]?.compact) == sum)
                    #expect(page.contains(">\(MicroUSD(rawValue: sum))<"), "\(grouping) \(name) on the page")
                }
            }
            let days = try await server.house.costs.sheet(try #require(SpendMonth(month)), clients: nil).days
            #expect(days.reduce(0) { $0 + $1.spent.rawValue } == total, "the chart's figures")
        }
    }

    @Test("Each run's figure is the same in the list of runs, on its page, in its JSON and in its CSV")
    func oneRun() async throws {
        try await Served.run(hasAgents: true) { server in
            _ = try await Self.seed(60, server)
            let browser = try await Browser.signedIn(server, "olga", .operator)
            let costs = try await browser.get("/costs/").text, csv = try await browser.get("/runs.csv").text
            let found = try await server.house.costs.costliest(
                try #require(SpendMonth(Self.month(server))), clients: nil, limit: 5)
            #expect(found.map(\.spentMicroUSD) == found.map(\.spentMicroUSD).sorted(by: >))
            for run in found {
                let amount = MicroUSD(rawValue: run.spentMicroUSD)
                #expect(costs.contains("/runs/\(run.id)/") && costs.contains(">\(amount)<"))
                #expect(try await browser.get("/runs/\(run.id)/").text.contains("\(amount) of"))
                let line = csv.split(whereSeparator: \.isNewline).first { $0.contains(run.id) }
                #expect(line?.contains("\(amount.usd)") == true, "\(run.id)")
            }
        }
    }

    @Test(
        "The list behind a figure has exactly its runs, wherever the reader's clock stands",
        arguments: [
            "Australia/Brisbane", "America/New_York", "",
        ])
    func linked(zone: String) async throws {
        try await Served.run(hasAgents: true) { server in
            _ = try await Self.seed(300, server)
            let olga = try await Browser.signedIn(server, "olga", .operator)
            #expect(try await olga.post("/settings/zone", "zone=\(WebRequest.escaped(zone))").status == 303)
            let page = try await olga.get("/costs/").text.replacing("&amp;", with: "&")
            let rows = page.matches(
                of:
                    /href="\/runs\/\?([^"]*days=UTC[^"]*)">[^<]*<\/a><\/td><td[^>]*>([0-9]+)<\/td><td[^>]*>(\$[0-9.,]+)</
            )
            #expect(rows.count > 10, "by client, agent, status, trigger and day")
            for row in rows {
                let lines = try await olga.get("/runs.csv?\(row.1)").text.split(separator: "\r\n").dropFirst()
                let spent = lines.reduce(Int64(0)) { sum, line in
                    sum + Self.micro(String(line.split(separator: ",", omittingEmptySubsequences: false)[7]))
                }
                #expect("\(lines.count)" == row.2 && "\(MicroUSD(rawValue: spent))" == row.3, "\(row.1)")
            }
            let address = try #require(rows.first).1
            #expect(try await olga.get("/runs/?\(address)").text.contains("Days: UTC"), "and the list says so")
        }
    }

    @Test("Somebody who sees some clients sees their money alone, in every part of the page")
    func narrow() async throws {
        try await Served.run(hasAgents: true) { server in
            let (sums, total) = try await Self.seed(200, server)
            let browser = try await Browser.signedIn(server, "nina", .operator, clients: ["acme"])
            let page = try await browser.get("/costs/").text
            #expect(page.contains("<p class=\"value\">\(MicroUSD(rawValue: sums["by client acme"] ?? 0))</p>"))
            #expect(!page.contains("\(MicroUSD(rawValue: total))") && !page.contains("plunkett"))
            #expect(!page.contains("daily limit") && !page.contains("id=\"budgets\""))
        }
    }

    @Test("A month without runs says so and draws nothing")
    func empty() async throws {
        try await Served.run(hasAgents: true) { server in
            let browser = try await Browser.signedIn(server, "olga", .operator)
            for path in ["/costs/", "/costs/?month=2020-02"] {
                let page = try await browser.get(path)
                #expect(page.status == 200 && page.text.contains("No run was accepted in this month."))
                #expect(!page.text.contains("<svg"))
            }
            #expect(try await browser.get("/costs/").text.contains("it needs 7 full days"))
        }
    }
}
