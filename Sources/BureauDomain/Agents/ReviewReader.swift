/// Reads the section `review`, which may be absent.
struct ReviewReader {
    static let keys = [
        "enabled", "accept_by", "max_rounds", "revising_status", "accepted_status", "publish_on_accept",
        "answer_discussion", "remind_after_hours",
    ]

    /// The status that starts the agent: neither a round nor an acceptance may set it.
    var trigger: AgentConfig.Triggers.ClickUp?

    /// Nil when review is off, by absence or by `enabled: false`.
    func review(_ root: ConfigObject) -> ReviewPolicy? {
        guard let object = root.object("review", keys: Self.keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let acceptors = object.texts("accept_by", .personID, required: false)
        let rounds = object.whole("max_rounds", 1...ReviewPolicy.roundsLimit, required: false)
        let revising = object.text("revising_status", .line(80), required: false)
        let accepted = object.text("accepted_status", .line(80), required: false)
        let channels = object.texts("publish_on_accept", .reviewChannel, required: false)
        let answers = object.flag("answer_discussion")
        let hours = object.whole("remind_after_hours", 0...720, required: false)
        for (key, status) in [("revising_status", revising), ("accepted_status", accepted)] {
            guard let status, trigger?.matches(status: status) == true else { continue }
            object.problem(key, "\"\(status)\" starts the agent; name another status")
        }
        guard enabled else { return nil }
        return ReviewPolicy(
            acceptors: acceptors ?? [], roundsMax: rounds ?? ReviewPolicy.roundsByDefault, revisingPlace: revising,
            acceptedPlace: accepted, publishes: (channels ?? []).compactMap(ReviewPolicy.Channel.init),
            answersDiscussion: answers ?? false,
            remindAfterHours: hours == 0 ? nil : hours ?? ReviewPolicy.remindAfterHoursByDefault)
    }
}

extension TextRule {
    static let personID = TextRule(
        expectation: "a user's id in the tool that keeps the task, such as \"8001\"", lengthMax: 64
    ) { text in
        !text.isEmpty && text.utf8.allSatisfy { $0.isDigit || $0.isLower || $0.isUpper || $0 == UInt8(ascii: "-") }
    }

    static let reviewChannel = TextRule(
        expectation: "one of \(ReviewPolicy.Channel.allCases.map(\.rawValue).joined(separator: ", "))", lengthMax: 20
    ) { ReviewPolicy.Channel(rawValue: $0) != nil }
}
