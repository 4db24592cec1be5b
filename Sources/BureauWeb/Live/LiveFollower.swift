import BureauDomain
import BureauEngine

/// What one reader is told while pages are open: the counts, and each run they may see as its row shows it, when either
/// has changed. A run that changes often is told as it is, not each time.
actor LiveFollower {
    private let house: WebHouse
    private var person: PersonRecord
    /// Nil to begin with what is newest.
    private var place: ChangePlace?
    private var known: [String: String]?
    private var counts: String?
    private var spokeAt: Int64, askedAt: Int64, progressAt: Int64 = 0
    private var isResting = false
    private let isBack: Bool
    private let heartbeatMilliseconds: Int64
    private let mayListen: @Sendable () async -> PersonRecord?

    init(
        house: WebHouse, person: PersonRecord, place: ChangePlace?,
        heartbeatMilliseconds: Int64 = LiveStreams.heartbeatMilliseconds,
        mayListen: @escaping @Sendable () async -> PersonRecord?
    ) {
        (self.house, self.person, self.place, self.mayListen) = (house, person, place, mayListen)
        self.heartbeatMilliseconds = heartbeatMilliseconds
        isBack = place != nil
        (spokeAt, askedAt) = (house.doors.now(), house.doors.now())
    }

    /// The next frames, after some waiting: a comment when nothing happens for long, nil when nobody may listen any more.
    func next() async -> String? {
        while !Task.isCancelled {
            if house.doors.now() - askedAt >= heartbeatMilliseconds {
                askedAt = house.doors.now()
                guard let person = await mayListen() else { return nil }
                self.person = person
            }
            if isResting {
                isResting = false
                guard (try? await house.doors.sleep(.milliseconds(LiveStreams.restMilliseconds))) != nil else {
                    return nil
                }
            }
            guard let frames = try? await look() else { return nil }
            if !frames.isEmpty {
                spokeAt = house.doors.now()
                isResting = true
                return frames
            }
            if house.doors.now() - spokeAt >= heartbeatMilliseconds {
                spokeAt = house.doors.now()
                return ": still here\n\n"
            }
            guard (try? await house.doors.sleep(.milliseconds(LiveStreams.lookMilliseconds))) != nil else { return nil }
        }
        return nil
    }

    /// What there is to tell now.
    func look() async throws -> String {
        let newest = try await house.changes.place()
        var ids: Set<String> = [], frames = ""
        let isFirst = place == nil || counts == nil
        if let place, place != newest {
            if let (changed, reached) = try await house.runs.changed(since: place) {
                (ids, self.place) = (Set(changed), reached)
            } else {
                self.place = newest
                frames += frame("many", "{}")
            }
        }
        let here = place ?? newest
        place = here
        ids.formUnion(try await progressed(isFirst))
        guard isFirst || !ids.isEmpty || !frames.isEmpty else { return "" }
        for run in try await rows(ids) { frames += frame("run", run) }
        let counted = try await house.changes.counts(key, since: here) { [house, person] in
            try await Self.counts(house, person)
        }
        if counted != counts {
            counts = counted
            frames += frame("counts", counted)
        }
        return frames
    }

    private var key: String { person.clients.map { $0.sorted().joined(separator: ",") } ?? "all" }

    static let atWorkAtOnceMax = 50

    /// Runs at work that got further; the newest of all for whoever comes back, for nobody knows what they have missed.
    private func progressed(_ isFirst: Bool) async throws -> Set<String> {
        let now = house.doors.now()
        guard isFirst || now - progressAt >= ChangeWatch.progressMilliseconds else { return [] }
        progressAt = now
        let lines = try await house.changes.progress()
        defer { known = lines }
        guard let known else { return isBack ? Set(lines.keys.sorted().suffix(Self.atWorkAtOnceMax)) : [] }
        return Set(lines.filter { known[$0.key] != $0.value }.keys)
    }

    private func frame(_ name: String, _ data: String) -> String {
        "event: \(name)\nid: \(place.map { "\($0)" } ?? "")\ndata: \(data)\n\n"
    }

    // MARK: What is told

    /// Each run that may be seen, as its row stands in every list, and what decides which list it belongs to.
    private func rows(_ ids: Set<String>) async throws -> [String] {
        guard !ids.isEmpty else { return [] }
        let found = try await house.runs.find(ids: Array(ids))
        let runs = found.values.filter { person.maySee(client: $0.clientSlug) }.sorted { $0.id < $1.id }
        guard !runs.isEmpty else { return [] }
        var waits = RunListing(visible: person.clients)
        RunsView.attention.narrow(&waits)
        (waits.among, waits.limit) = (Set(runs.map(\.id)), RunListing.limitMax)
        let waiting = Set(try await house.runs.list(waits).map(\.id))
        try await house.readConfigs(of: runs)
        let table = RunWords.table(
            "", runs, house, empty: "", later: try await house.runs.doneLater(runs.map(\.id)))
        return zip(runs, table.rows).map { run, row in
            var views: [RunsView] = RunsView.statesAtWork.contains(run.state) ? [.running] : []
            if run.state == .inReview { views.append(.review) }
            if waiting.contains(run.id) { views.append(.attention) }
            return JSONValue.object(
                JSONObject([
                    ("id", .string(run.id)), ("status", .string(run.state.rawValue)), ("agent", .string(run.agent)),
                    ("client", .string(run.clientSlug ?? "")), ("trigger", .string(house.words(run).trigger)),
                    ("source", .string(run.triggerSource)),
                    ("views", .array(views.map { .string($0.rawValue) })),
                    ("html", .string(ViewLibrary.shared.render(row, "row"))),
                ])
            ).compact
        }
    }

    /// Every count that pages show of what somebody may see, by the name that stands at it.
    private static func counts(_ house: WebHouse, _ person: PersonRecord) async throws -> String {
        var counts: [(String, JSONValue)] = []
        for (name, text) in try await Inbox(house: house).counted(person) { counts.append((name, .string(text))) }
        for view in RunsView.allCases {
            guard let count = try await view.count(house, visible: person.clients) else { continue }
            counts.append(("runs.\(view.rawValue)", .string(count)))
        }
        return JSONValue.object(JSONObject(counts)).compact
    }
}
