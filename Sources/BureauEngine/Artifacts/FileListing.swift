import BureauVendors

/// Waits until a session's list of outputs has settled: files appear some seconds after the session went idle. Settled
/// is: the same twice, with every expected name present; or the deadline. Beside files of before, which have those names
/// already, it is settled once nothing has come for some seconds.
struct FileListing: Sendable {
    let anthropic: AnthropicClient
    let session: String
    let doors: Doors
    let expected: [String]
    /// Files that were there before: the list has not settled while it has only these.
    var known: Set<String> = []
    static let pagesMax = 100
    static let lookEveryMilliseconds: Int64 = 700, lookEveryMillisecondsMax: Int64 = 5_000
    /// So long each look follows the one before soon: files appear within some seconds.
    static let soonMilliseconds: Int64 = 5_000

    /// Oldest first; only files that can be fetched.
    func settled(within wait: Duration) async throws -> [SessionFile] {
        // By what was waited: a clock that is set back would make a day of it.
        var waitedMilliseconds: Int64 = 0
        var (last, pause) = ([String]?.none, Self.lookEveryMilliseconds)
        var unchangedMilliseconds: Int64 = 0
        while true {
            let files = try await all()
            let names = files.map(\.id)
            let isComplete = expected.allSatisfy { name in
                files.contains { $0.filename == name || $0.filename.hasSuffix("/" + name) }
            }
            unchangedMilliseconds = names == last ? unchangedMilliseconds + pause : 0
            let isStanding = names == last && (known.isEmpty || unchangedMilliseconds >= Self.soonMilliseconds)
            if isStanding, isComplete, names.contains(where: { !known.contains($0) }) { return files }
            if waitedMilliseconds >= wait.milliseconds { return files }
            // What has not changed for a while is asked for less and less often: reads are limited for all runs together.
            let isQuiet = names == last && waitedMilliseconds >= Self.soonMilliseconds
            let left = max(wait.milliseconds - waitedMilliseconds, Self.lookEveryMilliseconds)
            pause = isQuiet ? min(pause * 3 / 2, Self.lookEveryMillisecondsMax, left) : Self.lookEveryMilliseconds
            last = names
            waitedMilliseconds += pause
            try await doors.sleep(.milliseconds(pause))
        }
    }

    private func all() async throws -> [SessionFile] {
        var found: [SessionFile] = []
        var cursor: FileCursor?
        for _ in 0..<Self.pagesMax {
            let page = try await anthropic.files(of: session, cursor: cursor)
            found += page.files.filter(\.isDownloadable)
            guard let next = page.next else { break }
            cursor = next
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0.id).inserted }.reversed()
    }
}
