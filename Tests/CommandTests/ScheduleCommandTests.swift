import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Subprocess
import Testing

/// The built binary on a data folder of its own.
@Suite("bureau schedule")
struct ScheduleCommandTests {
    private struct Answer {
        let code: Int32
        let out: String
        let err: String
    }

    private let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "schedule-\(UUID().uuidString)")
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    init() async throws {
        for name in ["agents", "data"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        let fixture = Self.root.appending(path: "Tests/DomainTests/Fixtures/agents/good/everything.json")
        let text = try String(contentsOf: fixture, encoding: .utf8).replacing("everything", with: "sentinel")
        try Data(text.utf8).write(to: folder.appending(path: "agents/sentinel.json"))
        let database = try SQLiteDatabase(path: folder.appending(path: "data/bureau.db").path)
        let payload = try Data(contentsOf: Self.root.appending(path: "fixtures/synthetic-client.json"))
        let client = try #require(ClientRecord.load(Array(payload), fileName: "client").client)
        try await database.write { try ClientStore(db: $0).save(client, now: 0) }
        try database.close()
    }

    private func bureau(_ arguments: String...) async throws -> Answer {
        let result = try await Subprocess.run(
            .path(.init(Self.root.appending(path: ".build/debug/bureau").path)), arguments: Arguments(arguments),
            environment: .custom([
                "DATA_DIR": "data", "AGENTS_DIR": "agents", "BUREAU_ENV_FILE": "none", "SENTINEL_AGENT_ID": "a",
                "SEONAV_ENV_ID": "e", "AGENCY_TIME_ZONE": "Europe/Berlin",
            ]), workingDirectory: .init(folder.path), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard case .exited(let code) = result.terminationStatus else { return Answer(code: -1, out: "", err: "killed") }
        return Answer(code: code, out: result.standardOutput, err: result.standardError)
    }

    @Test("list, preview, pause, resume and run, as a person uses them one after another")
    func journey() async throws {
        let list = try await bureau("schedule", "list")
        #expect(list.code == 0, "\(list.err)")
        #expect(
            list.out.contains("monthly-audit  monthly on day 1 at 06:00 (Europe/Berlin)  all_ready  on  last never"))

        let preview = try await bureau("schedule", "preview", "sentinel")
        #expect(preview.code == 0, "\(preview.err)")
        let times = preview.out.split(separator: "\n").dropFirst()
        #expect(times.count == 5)
        #expect(times.allSatisfy { $0.contains("-01 06:00 +0") && $0.hasSuffix(" UTC") })

        let paused = try await bureau("schedule", "pause", "sentinel", "--schedule", "monthly-audit")
        #expect(paused.code == 0, "\(paused.err)")
        #expect(paused.out.contains("paused by cli "))
        #expect(try await bureau("schedule", "list").out.contains("next none"))
        let resumed = try await bureau("schedule", "resume", "sentinel")
        #expect(resumed.out.contains("  on  "), "\(resumed.err)")

        let run = try await bureau("schedule", "run", "sentinel")
        #expect(run.code == 0, "\(run.err)")
        #expect(run.out.split(separator: "\n").count == 1)
        #expect(run.err.contains("No server is running"))
        #expect(try await bureau("schedule", "list").out.contains("by_hand"))
    }

    @Test(
        "--json prints one document that machines can read",
        arguments: [
            ["list"], ["preview", "sentinel"], ["pause", "sentinel"], ["resume", "sentinel"], ["run", "sentinel"],
        ])
    func json(arguments: [String]) async throws {
        let answer: Answer
        switch arguments.count {
        case 1: answer = try await bureau("schedule", arguments[0], "--json")
        default: answer = try await bureau("schedule", arguments[0], arguments[1], "--json")
        }
        #expect(answer.code == 0, "\(answer.err)")
        let items = try #require(JSONValue.parse(Array(answer.out.utf8)).array)
        #expect(items.count == 1)
        #expect(items.first?["agent"]?.string == "sentinel")
        if arguments[0] == "preview" {
            let times = try #require(items.first?["times"]?.array)
            // The same document as the API's: Berlin is one or two hours ahead.
            #expect(times.count == 5 && times.allSatisfy { $0["at"]?.string?.hasSuffix("Z") == true })
            #expect(times.allSatisfy { [60, 120].contains($0["minutes_ahead_of_utc"]?.int) })
        }
    }

    @Test(
        "A command that cannot be carried out says why and fails",
        arguments: [("nobody", "no agent named"), ("sentinel", "has no schedule")])
    func refused(agent: String, says: String) async throws {
        let answer = try await bureau("schedule", "pause", agent, "--schedule", "yearly")
        #expect(answer.code == 1)
        #expect(answer.err.contains(says))
        #expect(answer.out == "")
    }
}
