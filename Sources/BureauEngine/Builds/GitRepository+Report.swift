import BureauDomain
import CDispatch
import CoreFoundation
import Foundation

extension GitRepository {
    static let entriesMax = 200

    func commits(from start: String, to head: String) async throws -> (list: [BuildReport.Commit], count: Int) {
        let count = try await run(["rev-list", "--count", "\(start)..\(head)"])
        let log = try await run([
            "log", "--max-count=\(Self.entriesMax)", "--reverse", "-z", "--format=%H%x1f%an%x1f%s", "\(start)..\(head)",
        ])
        let list = log.split(separator: "\0").compactMap { line -> BuildReport.Commit? in
            let fields = line.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { return nil }
            return BuildReport.Commit(
                commit: fields[0], author: String(fields[1].prefix(100)), subject: String(fields[2].prefix(200)))
        }
        return (list, Int(count.trimmingCharacters(in: .whitespacesAndNewlines)) ?? list.count)
    }

    func files(from base: String, to head: String) async throws -> (list: [BuildReport.File], count: Int) {
        let text = try await run(["diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", base, head])
        let lines = text.split(separator: "\0")
        let list = lines.prefix(Self.entriesMax).compactMap { line -> BuildReport.File? in
            let fields = line.split(separator: "\t", maxSplits: 2).map(String.init)
            guard fields.count == 3 else { return nil }
            return BuildReport.File(path: String(fields[2].prefix(500)), added: Int(fields[0]), deleted: Int(fields[1]))
        }
        return (list, lines.count)
    }

    /// Writes the difference into a file and cuts it there.
    func diff(from base: String, to head: String, into file: String, bytesMax: Int64) async throws -> BuildReport.Diff {
        try await run([
            "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--output=\(file)", base, head,
        ])
        var facts = stat()
        guard stat(file, &facts) == 0 else { throw BuildProblem.system("look at \(file)") }
        let bytes = Int64(facts.st_size)
        if bytes > bytesMax { truncate(file, off_t(bytesMax)) }
        return BuildReport.Diff(bytes: bytes, shownBytes: min(bytes, bytesMax))
    }
}
