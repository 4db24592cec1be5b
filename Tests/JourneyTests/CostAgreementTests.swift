import BureauDomain
import Foundation
import ProductHarness
import Testing

@Suite("What runs have cost, wherever it is told")
struct CostAgreementTests {
    private static let runs = 1_000, pagesRead = 150

    /// Runs of every price there is: nothing, less than a cent, many dollars; tried up to three times, some with
    /// sub-agents, some of a model without a price.
    private static let fill = """
        INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key, client_slug,
            client_name, state, cause, cause_sentence, attempt, model, spent_micro_usd, spent_method, accepted_at, ended_at, due_at)
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(runs))
        SELECT printf('01KARVN%019d', n), 'sentinel', '1.0.0', (SELECT min(sha256) FROM agent_config), 'cli', 'cli ana',
            'cost/' || n, 'client-' || (n % 7), 'Client ' || (n % 7), CASE n % 3 WHEN 0 THEN 'failed' ELSE 'done' END,
            CASE n % 3 WHEN 0 THEN 'session_terminated' END, CASE n % 3 WHEN 0 THEN 'It ended.' END, 1 + n % 3, 'claude-demo-' || (n % 2),
            CASE WHEN n % 11 = 0 OR n % 5 = 0 THEN 0 WHEN n % 5 = 1 THEN abs(random()) % 10000 ELSE abs(random()) % 40000000 END,
            CASE WHEN n % 11 = 0 THEN 'no_price' ELSE 'usage' END,
            unixepoch() * 1000, unixepoch() * 1000, 0
        FROM number
        """

    @Test("A thousand runs cost the same in the list, on their pages, in the sums, CSV, API and on the command line")
    func agreement() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let (cookie, bearer) = try await Self.signIn(installation, server)
            try await installation.sql(Self.fill)
            let told = try await Self.csv(server, cookie)
            #expect(told.count == Self.runs && Set(told.values).count > Self.runs / 2)
            try await Self.checkPages(server, cookie, told)
            try await Self.checkPrograms(installation, server, bearer, told)
            try await Self.checkSums(installation, server, cookie, told)
            // What these went through nobody wrote down.
            try await installation.sql("DELETE FROM run WHERE requested_by = 'cli ana'")
        }
    }

    private static func signIn(
        _ installation: Installation, _ server: RunningServer
    ) async throws -> (cookie: [String: String], bearer: [String: String]) {
        #expect(try await installation.command("users", "add", "ana", "--role", "admin").status == 0)
        let link = try await installation.command("users", "link", "ana").text
        let secret = try #require(link.firstMatch(of: /token=([0-9a-f]+)/)).1
        let answer = try await Web.send(
            "POST", server.url + "/login/link", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Data("token=\(secret)".utf8))
        let cookie = try #require(answer.headers["set-cookie"]?.split(separator: ";").first)
        let made = try await installation.command(
            "users", "token", "ana", "--label", "test", "--scope", "read", "--json")
        let token = try #require(made.text.firstMatch(of: /"token"\s*:\s*"([^"]+)"/)).1
        return (["Cookie": String(cookie)], ["Authorization": "Bearer \(token)"])
    }

    /// By run, in micro-dollars: the file that says it exactly.
    private static func csv(_ server: RunningServer, _ cookie: [String: String]) async throws -> [String: Int64] {
        let lines = try await Web.send("GET", server.url + "/runs.csv", headers: cookie).text.split(separator: "\r\n")
        let titles = try #require(lines.first).split(separator: ",")
        let place = try #require(titles.firstIndex(of: "cost_usd"))
        let found = lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return (String(cells[0]), micro(String(cells[place])))
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    /// What is not known is told as nothing at all, and adds nothing.
    private static func micro(_ dollars: String) -> Int64 {
        guard !dollars.isEmpty else { return 0 }
        return NSDecimalNumber(decimal: (Decimal(string: dollars) ?? -1) * 1_000_000).int64Value
    }

    /// What people read: rounded for them, and the same in every place.
    private static func checkPages(
        _ server: RunningServer, _ cookie: [String: String], _ told: [String: Int64]
    ) async throws {
        var seen: [String: String] = [:], next: String? = "/runs/"
        while let path = next {
            let page = try await Web.send("GET", server.url + path, headers: cookie).text
            for row in page.split(separator: "<tr") {
                guard let id = row.firstMatch(of: /href="\/runs\/(01KARVN[0-9]+)\//)?.1,
                    let cost = row.firstMatch(of: /data-label="Cost"[^>]*>([^<]*)</)?.1
                else { continue }
                seen[String(id)] = String(cost).replacing("&lt;", with: "<")
            }
            next = page.firstMatch(of: /rel="next" href="([^"]+)"/).map {
                String($0.1).replacingOccurrences(of: "&amp;", with: "&")
            }
        }
        #expect(seen.count == runs)
        for (id, micro) in told {
            let isUnpriced = (Int(id.dropFirst(7)) ?? 0) % 11 == 0
            let word = isUnpriced ? "+?" : "\(MicroUSD(rawValue: micro))"
            #expect(seen[id] == word, "\(id): \(seen[id] ?? "") for \(micro)")
        }
        for id in told.keys.sorted().shuffled().prefix(pagesRead) {
            let page = try await Web.send("GET", "\(server.url)/runs/\(id)/", headers: cookie).text
            let lead =
                page.firstMatch(of: /<p class="lead">([^<]*)</).map { String($0.1).replacing("&lt;", with: "<") } ?? ""
            #expect(lead.contains("· \(seen[id] ?? "?") of "), "\(id): \(lead), in the list \(seen[id] ?? "")")
        }
    }

    /// What programs read: the figure itself.
    private static func checkPrograms(
        _ installation: Installation, _ server: RunningServer, _ bearer: [String: String], _ told: [String: Int64]
    ) async throws {
        var (answered, place) = ([String: Int64](), "")
        repeat {
            let page = try await Web.send("GET", server.url + "/api/v1/runs?limit=200" + place, headers: bearer)
            answered.merge(try costs(page.body, in: "items")) { $1 }
            place = page.json["next"]?.string.map { "&cursor=" + $0 } ?? ""
        } while !place.isEmpty
        #expect(answered == told)
        let listed = try await installation.command("runs", "list", "--limit", "\(runs)", "--json")
        #expect(try costs(Data(listed.text.utf8)) == told, "\(listed.text.prefix(500))")
    }

    private static func costs(_ body: Data, in member: String? = nil) throws -> [String: Int64] {
        let whole = try JSONSerialization.jsonObject(with: body)
        let listed: Any? = if let member { (whole as? [String: Any])?[member] } else { whole }
        let runs = listed as? [[String: Any]] ?? []
        let found = runs.map { run in
            let cost = run["cost_usd"] is NSNull ? 0 : run["cost_usd"] as? Double ?? -1
            return (run["id"] as? String ?? "", Int64((cost * 1_000_000).rounded()))
        }
        return Dictionary(found, uniquingKeysWith: { $1 })
    }

    private static func checkSums(
        _ installation: Installation, _ server: RunningServer, _ cookie: [String: String], _ told: [String: Int64]
    ) async throws {
        let sum = told.values.reduce(0, +)
        let page = try await Web.send("GET", server.url + "/costs/", headers: cookie).text
        #expect(page.contains(">\(MicroUSD(rawValue: sum))<"), "no card tells \(MicroUSD(rawValue: sum))")
        for grouping in ["client", "agent", "day", "model", "status"] {
            let lines = try await Web.send("GET", "\(server.url)/costs.csv?by=\(grouping)", headers: cookie).text
                .split(separator: "\r\n").dropFirst()
            let spent = lines.map { micro(String($0.split(separator: ",", omittingEmptySubsequences: false)[2])) }
            #expect(spent.reduce(0, +) == sum, "by \(grouping)")
            guard grouping != "status" else { continue }
            let said = try await installation.command("costs", "--by", grouping, "--csv").text
                .split(separator: "\n").dropFirst()
            let commanded = said.map { micro(String($0.split(separator: ",", omittingEmptySubsequences: false)[2])) }
            #expect(commanded.reduce(0, +) == sum, "by \(grouping) on the command line")
        }
    }
}
