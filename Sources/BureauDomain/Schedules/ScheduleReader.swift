/// Reads `triggers.cron`: one schedule or a list of them. A schedule that is off may leave out everything else; what it
/// does say is checked all the same.
struct ScheduleReader {
    static let keys = ["enabled", "name", "when", "zone", "clients", "missed"]
    static let schedulesMax = 50
    static let clientsMax = 500

    let problems: ConfigProblems

    func schedules(_ triggers: ConfigObject) -> [Schedule] {
        guard let json = triggers.members["cron"]?.value else { return [] }
        let path = triggers.place("cron")
        guard case .array(let items) = json.kind else { return [schedule(json, path: path)].compactMap { $0 } }
        guard 1...Self.schedulesMax ~= items.count else {
            triggers.problem("cron", "expected 1 to \(Self.schedulesMax) schedules, found \(items.count)")
            return []
        }
        var schedules: [Schedule] = []
        for (index, item) in items.enumerated() {
            guard let schedule = schedule(item, path: "\(path)[\(index)]") else { continue }
            if schedules.contains(where: { $0.name == schedule.name }) {
                problems.add(
                    "\(path)[\(index)]", item.position,
                    "another schedule here is called \(quoted(schedule.name)) too; give each a \"name\" of its own")
            }
            schedules.append(schedule)
        }
        return schedules
    }

    private func schedule(_ json: PositionedJSON, path: String) -> Schedule? {
        guard let object = ConfigObject(json, path: path, keys: Self.keys, problems: problems) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let rule = rule(object, required: enabled)
        let name = object.text("name", .slug, required: false)
        let zone = zone(object)
        let clients = clients(object, required: enabled)
        let missed = object.has("missed") ? object.choice("missed", MissedPolicy.self) : .runLast
        guard let rule, let zone, let clients, let missed else { return nil }
        return Schedule(
            name: name ?? Schedule.defaultName(rule.text), rule: rule, zone: zone, clients: clients, missed: missed,
            isEnabled: enabled)
    }

    private func rule(_ object: ConfigObject, required: Bool) -> ScheduleRule? {
        guard let text = object.text("when", .line(ScheduleRule.lengthMax), required: required) else { return nil }
        do throws(ScheduleProblem) {
            return try ScheduleRule(text)
        } catch {
            object.problem("when", error.description)
            return nil
        }
    }

    private func zone(_ object: ConfigObject) -> Schedule.Zone? {
        guard object.has("zone") else { return .agency }
        guard let text = object.text("zone", .timeZone) else { return nil }
        switch text {
        case "agency": return .agency
        case "client": return .client
        default:
            guard ZoneOffsets(identifier: text) != nil else {
                object.problem(
                    "zone", "\(quoted(text)) is not a time zone this system knows",
                    suggestion: ZoneOffsets.nearest(to: text))
                return nil
            }
            return .named(text)
        }
    }

    private func clients(_ object: ConfigObject, required: Bool) -> Schedule.Clients? {
        guard let json = object.members["clients"]?.value else {
            // Reports what is missing.
            _ = object.text("clients", .clients, required: required)
            return nil
        }
        if case .array(let items) = json.kind {
            guard let slugs = object.texts("clients", .slug, countMax: Self.clientsMax) else { return nil }
            if items.isEmpty { object.problem("clients", "expected at least one client, or \"all_ready\"") }
            return .listed(slugs)
        }
        return object.text("clients", .clients).map { $0 == "all_ready" ? .allReady : .listed([$0]) }
    }
}

extension TextRule {
    static let clients = TextRule(
        expectation: "a client's slug, a list of them, or \"all_ready\"", lengthMax: 63
    ) { $0 == "all_ready" || slug.allows($0) }

    static let timeZone = TextRule(
        expectation: "\"agency\", \"client\", or a time zone such as \"Europe/Berlin\"", lengthMax: 64
    ) { text in
        if ["agency", "client", "UTC"].contains(text) { return true }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count >= 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "+")
                            || $0 == UInt8(ascii: "-")
                    }
            }
    }
}
