package import BureauDomain

extension ScheduleRecord {
    /// As commands and programs get it. Clients that may not be seen are left out; nil for all.
    package func document(visible: Set<String>? = nil) -> JSONValue {
        let clients: JSONValue =
            switch schedule.clients {
            case .allReady: .string("all_ready")
            case .listed(let slugs): .array(slugs.filter { visible?.contains($0) ?? true }.map { .string($0) })
            }
        let seen = last.flatMap { slot in visible?.contains(slot.client) ?? true ? slot : nil }
        return .object(
            JSONObject([
                ("agent", .string(agent)), ("name", .string(schedule.name)), ("when", .string(schedule.rule.text)),
                ("zone", .string(schedule.zone.text)), ("clients", clients),
                ("missed", .string(schedule.missed.rawValue)), ("enabled", .bool(schedule.isEnabled)),
                ("paused_at", .instant(state?.pausedAt)), ("paused_by", .line(state?.pausedBy)),
                ("last", seen?.document ?? .null), ("next_at", .instant(nextAt)),
            ]))
    }
}

extension ScheduleSlot {
    fileprivate var document: JSONValue {
        .object(
            JSONObject([
                ("client", .string(client)), ("due_at", .instant(dueAt)), ("verdict", .string(verdict.rawValue)),
                ("reason", .string(reason)), ("run", .line(runID)),
            ]))
    }
}

extension SchedulePreview {
    /// Times in UTC, each with what the zone's clock is ahead of it then.
    package func document(visible: Set<String>? = nil) -> JSONValue {
        let seen = clients.filter { visible?.contains($0) ?? true }
        return .object(
            JSONObject([
                ("agent", .string(agent)), ("name", .string(schedule.name)), ("when", .string(schedule.rule.text)),
                ("zone", .string(zone.name)), ("clients", .array(seen.map { .string($0) })),
                ("times", .array(times.map(moment))),
            ]))
    }

    private func moment(_ at: Int64) -> JSONValue {
        let ahead = zone.secondsEast(at: Int(at / 1_000))
        return .object(JSONObject([("at", .instant(at)), ("minutes_ahead_of_utc", .whole64(Int64(ahead / 60)))]))
    }
}
