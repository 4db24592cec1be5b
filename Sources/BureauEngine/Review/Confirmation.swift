import BureauDomain

/// What is said on the task when its work begins: what was understood, what is used, what is missing, when to expect
/// it. Anything wrong with it is seen before money is spent on it.
struct Confirmation: Sendable {
    let hand: RunInHand
    let payload: AssembledPayload
    let client: ClientRecord?
    let settings: EngineSettings
    /// Who was asked in its place, and the name of that agent.
    var route: RunRoute?
    var asked: String?
    static let fieldsMax = 20
    static let valueCharactersMax = 120

    var text: WorkText {
        let config = hand.agent.config
        var text: WorkText = [.bold("\(config.displayName) has taken this on"), .newline]
        if let route {
            text += .line(
                "\(asked ?? route.asked) was asked. The \(route.reason(config.displayName)), so \(config.displayName) does it."
            )
        }
        text += .line(
            "Understood: \(config.description), for \(payload.clientName ?? payload.clientSlug ?? "no client").")
        text += .line("Used:")
        for (name, value) in fields.prefix(Self.fieldsMax) {
            text += [.text("\(name): \(value)"), .bullet]
        }
        if client != nil { text += [.text("what is on record for the client"), .bullet] }
        let empty = config.payloadSource.optionalFields.filter { known($0) == nil }
        if !empty.isEmpty { text += .line("Not given, so left out: \(empty.joined(separator: ", ")).") }
        let minutes = config.limits.sessionMinutesMax
        let limit = hand.run.costMax(config, byDefault: settings.defaultSessionCostMax)
        text += .line(
            "Expect it within \(minutes) minutes, for at most \(limit). To stop it: bureau runs stop \(hand.run.id)")
        text += TaskMessages.page(settings.runLink(hand.run.id))
        return text + [.text("Run \(hand.run.id)"), .newline]
    }

    private var fields: [(String, String)] {
        config.requiredFields.compactMap { name in known(name).map { (name, $0) } }
            + config.optionalFields.compactMap { name in known(name).map { (name, $0) } }
    }

    private var config: AgentConfig.PayloadSource { hand.agent.config.payloadSource }

    private func known(_ name: String) -> String? {
        guard let value = (try? JSONValue.parse(Array(payload.json.utf8)).object)?[name] else { return nil }
        let words =
            value.string ?? value.array?.map { $0.string ?? $0.canonical }.joined(separator: ", ") ?? value.canonical
        guard !words.isEmpty, words != "null" else { return nil }
        let line = words.split(whereSeparator: \.isNewline).joined(separator: " / ")
        return line.count > Self.valueCharactersMax ? line.prefix(Self.valueCharactersMax) + "…" : line
    }
}
