import BureauDomain
import BureauStorage

/// One client a schedule starts runs for.
struct ScheduleTarget: Sendable {
    let slug: String
    /// Nil when the config names a client that is not there.
    let client: ClientRecord?
    let zone: ZoneOffsets
}

/// Finds out for whom a schedule is, and by whose clock.
struct ScheduleTargets: Sendable {
    let agent: AgentConfig
    let schedule: Schedule
    let agencyZone: ZoneOffsets

    func find(_ db: any Connection) throws -> [ScheduleTarget] {
        let store = ClientStore(db: db)
        switch schedule.clients {
        case .allReady:
            return try everyReady(store)
        case .listed(let slugs):
            return try slugs.map { slug in
                let client = try store.find(slug)
                return ScheduleTarget(slug: slug, client: client, zone: client.map(zone(of:)) ?? homeZone)
            }
        }
    }

    private static let clientsAtOnceMax = 500

    private func everyReady(_ store: ClientStore) throws -> [ScheduleTarget] {
        var (ready, page) = ([ScheduleTarget](), try store.working(after: nil, limit: Self.clientsAtOnceMax))
        while let last = page.last {
            ready += page.filter(isReady).map { ScheduleTarget(slug: $0.slug, client: $0, zone: zone(of: $0)) }
            page = try store.working(after: last.slug, limit: Self.clientsAtOnceMax)
        }
        return ready
    }

    /// Every zone the due times may have to be looked up in: cheaper to know than the clients themselves.
    func zones(_ db: any Connection) throws -> [ZoneOffsets] {
        guard schedule.zone == .client else { return [homeZone] }
        var zones: [String: ZoneOffsets] = [agencyZone.name: agencyZone]
        for name in try ScheduleStore(db: db).clientZones() {
            let zone = zone(named: name)
            zones[zone.name] = zone
        }
        return zones.values.sorted { $0.name < $1.name }
    }

    /// The zone of a client that says nothing of its own.
    var homeZone: ZoneOffsets { zone(named: "") }

    /// The agent's required fields are all there; what is missing in a client that was named is told by its run.
    private func isReady(_ client: ClientRecord) -> Bool {
        let payload = client.payload()
        let assembly = PayloadAssembly.assemble(
            required: agent.payloadSource.requiredFields, optional: [], lookup: { payload[$0] })
        if case .complete = assembly { return true }
        return false
    }

    private func zone(of client: ClientRecord) -> ZoneOffsets {
        zone(named: client.fields[Schedule.clientZoneField]?.string ?? "")
    }

    /// `name` counts only where the schedule goes by its clients' clocks.
    private func zone(named name: String) -> ZoneOffsets {
        switch schedule.zone {
        case .agency: agencyZone
        case .named(let identifier): ZoneOffsets(identifier: identifier) ?? agencyZone
        case .client: ZoneOffsets(identifier: name) ?? agencyZone
        }
    }
}
