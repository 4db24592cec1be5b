import BureauSandbox
import Foundation
import Subprocess
import Testing

@Suite("bureau budgets")
struct BudgetsCommandTests {
    @Test("A run's figure is the same to the cent in every place that tells it")
    func agreement() async throws {
        try await Stage.play(more: ["AGENCY_DAILY_BUDGET_USD": "20"]) { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            let shown = try #require(try await here.run("runs", "show", id, "--json").object()["cost_usd"] as? Double)
            let word = try #require(try await here.run("runs", "list").rows.last?[6])
            #expect(shown > 0)
            let budgets = try await here.run("budgets", "--json").objects()
            let scopes = ["agency", "client/acme", "agent/sentinel"]
            #expect(Set(budgets.compactMap { $0["scope"] as? String }).isSuperset(of: scopes))
            for line in budgets where scopes.contains(line["scope"] as? String ?? "") {
                #expect(line["spent_usd"] as? Double == shown, "\(line)")
                #expect(line["reserved_usd"] as? Double == 0, "\(line)")
            }
            let agency = try #require(budgets.first { $0["scope"] as? String == "agency" })
            #expect(agency["limit_usd"] as? Double == 20)
            let rows = try await here.run("budgets").rows.dropFirst()
            #expect(rows.map { $0[4] } == rows.map { _ in word })
            let costs = try await here.run("costs", "--json").objects()
            #expect(costs.map { $0["cost_usd"] as? Double } == [shown])
            let check = try await here.run("costs", "check")
            #expect(check.status == 0 && check.output.contains("adds up"), "\(check)")
            #expect(try await here.run("db", "check").status == 0)
            let messages = await stage.sandbox.state()["slack"]?["messages"]?.array ?? []
            #expect(messages.contains { "\($0)".contains(word) }, "no message tells \(word)")
            try await stage.serving {
                let text = try await here.metrics()
                #expect(text.contains("bureau_budget_spent_usd{period=") && text.contains("} \(shown)\n"), "\(text)")
            }
        }
    }

    @Test("A dry run tells what would happen and starts nothing; --max-cost is the run's own limit")
    func dryRun() async throws {
        try await Stage.play(more: ["AGENCY_DAILY_BUDGET_USD": "2"]) { stage in
            let here = stage.installation
            try here.write(Stage.client, to: "acme.json")
            #expect(try await here.run("clients", "import", "acme.json").status == 0)
            let told = try await here.run("run", "sentinel", "--client", "acme", "--dry-run", "--json").object()
            #expect(told["would_reserve_usd"] as? Double == 5)
            #expect((told["verdict"] as? String)?.contains("wait for budget") == true, "\(told)")
            let small = try await here.run(
                "run", "sentinel", "--client", "acme", "--max-cost", "1.50", "--dry-run", "--json"
            ).object()
            #expect(small["verdict"] as? String == "it would start")
            #expect(small["would_reserve_usd"] as? Double == 1.5)
            let runs = try await here.run("runs", "list", "--json").objects()
            #expect(runs.isEmpty)
        }
    }

    @Test("Limits are set and raised, never lowered by raising")
    func limits() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            _ = try await stage.runOnce()
            #expect(try await here.run("budgets", "set", "client", "acme", "50").status == 0)
            let raised = try await here.run("budgets", "raise", "client", "acme", "60", "--json").object()
            #expect(raised["limit_usd"] as? Double == 60)
            let lowered = try await here.run("budgets", "raise", "client", "acme", "55")
            #expect(lowered.status == 1)
            let nobody = try await here.run("budgets", "set", "client", "acmee", "200")
            #expect(nobody.status == 1 && nobody.errors.contains("there is no client acmee"), "\(nobody)")
            #expect(try await here.run("budgets", "set", "agent", "sentinel", "9", "--per", "day").status == 0)
            let lines = try await here.run("budgets", "--json").objects()
            let daily = lines.filter { $0["scope"] as? String == "agent/sentinel" }.compactMap {
                $0["limit_usd"] as? Double
            }
            #expect(daily == [9])
        }
    }

    static let refused = [
        ["set", "client", "50"], ["set", "moon", "1"], ["set", "client", "acme", "-5"], ["set", "run", "x", "5"],
        ["raise", "agency", "many"], ["set", "agency", "5", "--per", "month"],
    ]
    @Test("What makes no budget is refused as a mistake of the call", arguments: refused)
    func refusals(arguments: [String]) async throws {
        try await Installation.inTemporaryFolder { here in
            let outcome = try await here.run(["budgets"] + arguments)
            #expect(outcome.status == 64)
        }
    }
}

extension Installation {
    /// What the server tells a scraper, over its socket.
    fileprivate func metrics() async throws -> String {
        let result = try await Subprocess.run(
            .name("curl"),
            arguments: ["-s", "--unix-socket", folder.appending(path: "s").path, "http://bureau/metrics"],
            output: .string(limit: 1 << 20), error: .discarded)
        return result.standardOutput
    }
}
