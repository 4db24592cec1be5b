import BureauDomain
import BureauSandbox
import Foundation
import Testing

@testable import BureauEngine

/// What holds for writes of either work tool.
enum WorkToolProof {
    /// Before anything was written on the board, Unix milliseconds.
    static let time: Int64 = 1_779_441_330_000
    static let mark = WriteMark(text: "ref 01TEST", since: time, alike: "Run 7")

    static func attachment(
        _ tool: any WorkTool, on task: String, in folder: String
    ) throws -> any OutboundWrite {
        let file = FileIntent(title: "a.md", blobKey: "k", sizeBytes: 1, sha256: "s", mimeType: "text/markdown")
        try Data("x".utf8).write(to: URL(filePath: folder + "/a.md"))
        return tool.attachment(file, path: folder + "/a.md", on: task, since: time) { [] }
    }

    /// Stand-ins, and a folder for what is attached.
    static func withBoard(_ body: (StandIns, BoardVisitor, String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "bureau-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withStandIns { standIns in
            try await body(standIns, BoardVisitor(base: "http://127.0.0.1:\(standIns.port)"), folder)
        }
    }

    /// However many of its answers are lost, it is found again and shows once. One that cannot be told from what was
    /// there before is only repeated.
    static func showsOnce(
        _ write: any OutboundWrite, on board: StandIns, isTold: Bool = true, losing lose: () throws -> Void,
        effects: () async -> Int
    ) async throws {
        if isTold {
            guard case .absent = try await write.probe() else {
                Issue.record("found before it was made")
                return
            }
        }
        try lose()
        // As the step runner does it: look before every repetition.
        for _ in 0..<4 {
            _ = try? await write.write()
            if case .found = try await write.probe() { break }
        }
        #expect(await effects() == 1)
        if isTold {
            guard case .found = try await write.probe() else {
                Issue.record("not found again")
                return
            }
        }
        let struck = board.sandbox.faults.entries.reduce(0) { $0 + $1.struck }
        #expect(struck >= 1, "no answer was lost")
    }
}
