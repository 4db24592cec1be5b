import BureauDomain
import BureauStorage

/// What a message to one person says. Stored as the step's intent; whether it still concerns them is looked at when it is
/// sent.
struct DirectIntent: Codable, Hashable, Sendable {
    var person: String
    var kind: OwnNotice
    /// What an alert is called by; nil for questions and reviews, which have their own words.
    var alert: NoticeIntent.Kind?
    var sentence: String
    /// Where the pages show it, without their address: "/runs/ID/".
    var path: String
    /// The question it is about.
    var approval: String?
}

/// Messages of people's own, planned in the transaction that does what they tell of. Nobody who did not ask for them gets
/// one; channels are told what they always were.
package struct DirectNotices {
    let db: any Connection
    let doors: Doors
    static let kind = "direct"
    static let peopleMax = 50
    package static let perHourMax = 30
    private static let hourMilliseconds: Int64 = 3_600_000

    /// Something of which people are told once for each name, such as a question's id.
    func once(_ kind: OwnNotice, _ run: RunRecord, _ name: String, _ sentence: String, approval: String? = nil) throws {
        try plan(kind, run, sentence, approval: approval) { "\($0)/\(kind.rawValue)/\(name)" }
    }

    /// Something that may happen to a run again, and is then told again. Counted by what was told, so that a restored
    /// backup comes to the same marks.
    func each(_ alert: NoticeIntent.Kind, _ run: RunRecord, _ name: String, _ sentence: String) throws {
        guard let kind = alert.own else { return }
        try plan(kind, run, sentence, alert: alert) { person in
            let stem = "\(person)/\(kind.rawValue)/\(name)#"
            let said = try db.first(
                """
                SELECT count(*) AS n FROM step
                WHERE run_id = ? AND purpose = 'notice' AND kind = ? AND substr(subject, 1, ?) = ?
                """, [run.id, Self.kind, stem.count, stem])
            return "\(stem)\((try said?.integer("n") ?? 0) + 1)"
        }
    }

    private func plan(
        _ kind: OwnNotice, _ run: RunRecord, _ sentence: String, alert: NoticeIntent.Kind? = nil,
        approval: String? = nil, subject: (String) throws -> String
    ) throws {
        // People are known in the agency's own Slack only: of another account's run none of them would get a message.
        guard try RunCredentialStore(db: db).find(run.id)?.name == nil else { return }
        for (person, reach) in try OwnNoticeStore(db: db).wanting(kind, limit: Self.peopleMax)
        where person.maySee(client: run.clientSlug) {
            guard try reach == .all || isTheirs(run, person) else { continue }
            let lately = try count(person.id)
            guard lately < Self.perHourMax else { continue }
            let last =
                lately == Self.perHourMax - 1
                ? " More of this hour is not told here: the inbox has it all." : ""
            let intent = DirectIntent(
                person: person.id, kind: kind, alert: alert, sentence: sentence + last,
                path: approval.map { "/approvals/\($0)/" } ?? "/runs/\(run.id)/", approval: approval)
            try StepStore(db: db).plan(
                StepPlan(
                    channel: .slack, kind: Self.kind, subject: try subject(person.id), position: 2,
                    intent: try JSONText.encode(intent)),
                run: run.id, purpose: .notice, id: doors.makeID(), now: doors.now())
        }
    }

    private func count(_ person: String) throws -> Int64 {
        // The index's own words: subjects of one person lie side by side.
        try db.first(
            """
            SELECT count(*) AS n FROM step
            WHERE kind = 'direct' AND subject >= ? AND subject < ? AND created_at > ?
            """, ["\(person)/", "\(person)0", doors.now() - Self.hourMilliseconds])?.integer("n") ?? 0
    }

    /// Of a client they look after, or asked for by themselves.
    private func isTheirs(_ run: RunRecord, _ person: PersonRecord) throws -> Bool {
        let asked = Requester(run.requestedBy)
        if asked.kind == .bureau, asked.ids.contains(person.name) { return true }
        if asked.kind == .slack, let slackID = person.slackID, asked.ids.contains(slackID) { return true }
        guard let client = run.clientSlug else { return false }
        return try db.first(
            "SELECT 1 AS one FROM client_staff WHERE client_slug = ? AND person_id = ?", [client, person.id]) != nil
    }

    /// Where messages of somebody's own go, in the agency's own Slack: as an admin entered it, else as SLACK_USERS says.
    package static func slackID(of person: PersonRecord, _ settings: EngineSettings) -> String? {
        person.slackID ?? settings.slackPeople[person.name]
    }
}

extension NoticeIntent.Kind {
    /// As people choose it for messages of their own.
    var own: OwnNotice? {
        switch self {
        case .failed, .stopped, .problem: .failure
        case .needsInfo, .gate: .question
        case .budget: .budget
        case .system, .reminder, .digest: nil
        }
    }
}
