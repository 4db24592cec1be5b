import Foundation
import Subprocess
import Testing

@Suite("The audit log of commands")
struct AuditTests {
    @Test("What a command changes is noted with who did it, what was before and what is now")
    func commands() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            let changes = [
                ["budgets", "set", "client", "acme", "50", "--reason", "A new contract"],
                ["budgets", "raise", "client", "acme", "60"], ["runs", "again", id],
                ["runs", "stop", id],
            ]
            for change in changes { _ = try await here.run(change) }
            let noted = try await here.audit().filter { $0.action != "run started" && $0.subject != "client acme" }
            #expect(
                noted.map { [$0.action, $0.subject, $0.before ?? "none", $0.after ?? "none"] } == [
                    [
                        "budget set", "budget client/acme", #"{"limit_usd":"none"}"#,
                        #"{"limit_usd":"50","span":"month","reason":"A new contract"}"#,
                    ],
                    [
                        "budget raised", "budget client/acme", #"{"limit_usd":"50"}"#,
                        #"{"limit_usd":"60","span":"month"}"#,
                    ],
                    [
                        "run started again", "run \(id)", #"{"run":"\#(id)","status":"done"}"#,
                        noted.last?.after ?? "nothing",
                    ],
                ], "what was refused is not noted")
            #expect(noted.last?.after?.contains(id) == false, "the new run: \(noted)")
            #expect(
                noted.allSatisfy { $0.actor == "cli \(ProcessInfo.processInfo.userName)" && $0.surface == "cli" },
                "\(noted)")
        }
    }
}

extension Installation {
    struct AuditLine: Decodable {
        let action: String, subject: String, actor: String, surface: String
        let before: String?, after: String?
    }

    func audit() async throws -> [AuditLine] {
        let result = try await Subprocess.run(
            .name("sqlite3"),
            arguments: ["-json", folder.appending(path: "data/bureau.db").path, "SELECT * FROM audit ORDER BY id"],
            output: .string(limit: Self.bytesMax), error: .string(limit: 1 << 20))
        return try JSONDecoder().decode([AuditLine].self, from: Data(result.standardOutput.utf8))
    }
}
