import BureauDomain
import BureauEngine

/// Whoever a page is made for, as far as every line of it depends on them. Set by the gate around a handler, and by
/// streams around what they write.
enum Reader {
    /// Nil for the agency's own.
    @TaskLocal static var zone: ZoneOffsets?

    /// A zone that the system no longer knows is the agency's.
    static func zone(of person: PersonRecord?) -> ZoneOffsets? {
        person?.zone.flatMap { ZoneOffsets(identifier: $0) }
    }
}
