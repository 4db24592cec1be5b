import BureauDomain
import BureauEngine

/// Looks for all open pages together whether anything has changed, so that many readers ask the database like one.
actor ChangeWatch {
    private let runs: RunDesk
    private let now: @Sendable () -> Int64
    private var newest: (place: ChangePlace, at: Int64)?
    private var atWork: (lines: [String: String], at: Int64)?
    private var counted: [String: (place: ChangePlace, text: String)] = [:]
    static let placeMilliseconds: Int64 = 50, progressMilliseconds: Int64 = 900
    /// Each for one set of clients that somebody may see.
    static let countsMax = 200

    init(runs: RunDesk, now: @escaping @Sendable () -> Int64) { (self.runs, self.now) = (runs, now) }

    func place() async throws -> ChangePlace {
        if let newest, (0..<Self.placeMilliseconds).contains(now() - newest.at) { return newest.place }
        let place = try await runs.changePlace()
        newest = (place, now())
        return place
    }

    func progress() async throws -> [String: String] {
        if let atWork, (0..<Self.progressMilliseconds).contains(now() - atWork.at) { return atWork.lines }
        let lines = try await runs.progress()
        atWork = (lines, now())
        return lines
    }

    /// What `count` says, or said for the same clients when everything up to `place` had happened already.
    func counts(_ key: String, since place: ChangePlace, _ count: @Sendable () async throws -> String) async throws
        -> String
    {
        if let known = counted[key], known.place.hasPassed(place) { return known.text }
        let before = try await runs.changePlace(), text = try await count()
        if counted.count >= Self.countsMax { counted.removeAll() }
        counted[key] = (before, text)
        return text
    }
}
