import BureauDomain
import BureauEngine

extension PersonRecord {
    /// A run without a client is worked on whoever it is for, so only who sees all of them starts one.
    func mayStart(for client: String?) -> Bool { clients == nil || client != nil }
}

/// Whoever a page is made for, as far as every line of it depends on them. Set by the gate around a handler, and by
/// streams around what they write.
enum Reader {
    /// Nil where no page is made; the agency's own is what counts then.
    @TaskLocal static var zone: ZoneOffsets?
    /// Nil for nobody in particular.
    @TaskLocal static var person: PersonRecord?

    static func serving<Made>(
        _ person: PersonRecord?, of house: WebHouse, _ make: () async throws -> Made
    ) async rethrows -> Made {
        let zone = zone(of: person) ?? house.settings.agencyZone
        return try await $person.withValue(person) { try await $zone.withValue(zone) { try await make() } }
    }

    /// A zone that the system no longer knows is the agency's.
    static func zone(of person: PersonRecord?) -> ZoneOffsets? {
        person?.zone.flatMap { ZoneOffsets(identifier: $0) }
    }
}
