import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// What a session was told is receipted by its hash; its log, which the export holds, bears that out.
@Suite("What a session was told, held against its log")
struct SentToSessionTests {
    private static let kickoff = "Audit Shamrock."
    private static let texts = ["The rounds differ.", "Go on where you stopped.", "A part of the file."]

    struct Change: Sendable, CustomStringConvertible {
        let description: String
        let seq: Int64
        let words: String
    }

    private static let changes = [
        Change(description: kickoff, seq: 2, words: "the kickoff in the session's log is another one"),
        Change(description: texts[0], seq: 3, words: "(revision round 2) in the session's log is another one"),
        Change(description: texts[1], seq: 4, words: "(go_on 1) in the session's log is another one"),
        Change(description: texts[2], seq: 5, words: "the answer to the call"),
    ]

    @Test("A run of two rounds that was interrupted and asked for a file holds, link by link")
    func holds() async throws {
        let bench = try await Bench()
        let report = try ExportCheck(try await Self.export(bench)).report()
        #expect(report.broken == nil, "\(String(describing: report.broken))")
        #expect(report.notes.isEmpty, "\(report.notes)")
    }

    @Test(
        "A message whose bytes were changed is named by its own link, whoever made the list of hashes anew",
        arguments: changes)
    func changed(_ change: Change) async throws {
        let bench = try await Bench(), folder = try await Self.export(bench)
        let url = folder.appendingPathComponent("session.jsonl")
        let log = try String(contentsOf: url, encoding: .utf8)
        #expect(log.contains(change.description))
        try Data(log.replacingOccurrences(of: change.description, with: "Spend more.").utf8).write(to: url)
        try FolderManifest.write(folder)
        let broken = try #require(try ExportCheck(folder).report().broken)
        #expect(broken.seq == change.seq && broken.why.contains(change.words), "\(broken)")
    }

    @Test(
        "A message that was taken out of the log is missed once the run is over, and not while it is under way",
        arguments: [true, false])
    func takenOut(isOver: Bool) async throws {
        let bench = try await Bench(), folder = try await Self.export(bench, isOver: isOver)
        let url = folder.appendingPathComponent("session.jsonl")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        let left = lines.filter { !$0.contains(Self.texts[0]) }
        #expect(left.count == lines.count - 1)
        try Data(left.map { $0 + "\n" }.joined().utf8).write(to: url)
        try FolderManifest.write(folder)
        let broken = try ExportCheck(folder).report().broken
        #expect((broken?.seq == 3) == isOver, "\(String(describing: broken))")
        #expect((broken == nil) != isOver)
    }

    /// A run whose session was opened, sent back, interrupted and answered, its log as the service tells it.
    private static func export(_ bench: Bench, isOver: Bool = true) async throws -> URL {
        let run = try await bench.run(Bench.toRunning), now = bench.clock.now
        var log = [message("sevt_1", kickoff)]
        try await told(bench, run, "create", "attempt-1", #"{"session":"sesn_1"}"#, kickoff)
        for (kind, subject, text) in [("revision", "round 2", texts[0]), ("go_on", "1", texts[1])] {
            let step = try await told(bench, run, kind, subject, #"{"event":"sevt_\#(kind)"}"#, text)
            log.append(message("sevt_\(kind)", "\(text)\n\n\(Marks.text(stepID: step))"))
        }
        try await told(bench, run, "custom_tool_result", "call_1", #"{"call":"call_1"}"#, texts[2])
        log.append(
            #"{"id":"sevt_9","type":"user.custom_tool_result","custom_tool_use_id":"call_1","#
                + #""content":[{"type":"text","text":"\#(texts[2])"}]}"#)
        try Data(log.map { $0 + "\n" }.joined().utf8).write(
            to: bench.logsFolder.appendingPathComponent("sesn_1.jsonl"))
        if isOver {
            let found = try await bench.find(run.id)
            try await bench.database.write { try ReceiptStore(db: $0).ended(found, now: now) }
        }
        let folder = bench.folder.appendingPathComponent("export")
        try await RunExport(database: bench.database, blobs: bench.parts().blobs, sessionLogs: bench.logsFolder)
            .write(run.id, to: folder)
        return folder
    }

    private static func message(_ id: String, _ text: String) -> String {
        let escaped = text.replacingOccurrences(of: "\n", with: "\\n")
        return #"{"id":"\#(id)","type":"user.message","content":[{"type":"text","text":"\#(escaped)"}]}"#
    }

    /// Receipted as the write itself says it is.
    @discardableResult
    private static func told(
        _ bench: Bench, _ run: RunRecord, _ kind: String, _ subject: String, _ receipt: String, _ text: String
    ) async throws -> String {
        let (id, now) = (bench.clock.doors.makeID(), bench.clock.now)
        return try await bench.database.write { db in
            let plan = StepPlan(channel: .anthropic, kind: kind, subject: subject, position: 0, intent: "{}")
            let step = try StepStore(db: db).plan(plan, run: run.id, purpose: .session, id: id, now: now)
            try StepStore(db: db).markIntended(step, now: now)
            try StepStore(db: db).markDone(step, receipt: receipt, sent: SentContent(hashOf: text), now: now)
            return step
        }
    }
}
