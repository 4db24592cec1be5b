import BureauEngine

/// How the server is, for the foot of every page: looked at now and then, whoever asks.
actor SystemPulse {
    /// Without words when nobody could tell.
    private var known: (words: String?, at: Int64)?
    static let keptMilliseconds: Int64 = 30_000

    /// "healthy", or how many parts of the System page want a look; nil when nobody can tell.
    func words(_ house: WebHouse) async -> String? {
        let now = house.doors.now()
        if let known, (0..<Self.keptMilliseconds).contains(now - known.at) { return known.words }
        // Whoever asks meanwhile is told what was known, and looks at nothing.
        known = (known?.words, now)
        guard let facts = try? await house.system.look(today: house.clock.startOfToday),
            let schedules = try? await house.schedules.list()
        else {
            known = (nil, now)
            return nil
        }
        let rows = SystemRows(
            house: house, facts: facts, schedules: schedules, checkup: await house.checkup?.last(.everything))
        let isWell = await house.status.health().isWell
        let count = rows.problems + (isWell ? 0 : 1)
        let words = count == 0 ? "healthy" : "\(count) \(count == 1 ? "problem" : "problems")"
        known = (words, now)
        return words
    }
}
