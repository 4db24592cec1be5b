package import BureauDomain

/// What others changed about a client while somebody was writing.
extension ClientDesk {
    package struct Meanwhile: Sendable {
        package let standing: ClientStanding
        /// The record as it was when the form was made; nil when the log does not lead back to it.
        package let base: ClientRecord?
        /// The newest change of each field since, by the field as agents are given it. Empty without a base.
        package let changes: [String: AuditEntry]
    }

    static let meanwhileMax = 200

    /// The version a form came from is the record's own hash: the changes since are taken back one by one, as the audit log
    /// has them, until it fits.
    package func meanwhile(_ slug: String, since version: String) async throws -> Meanwhile? {
        guard let standing = try await profile(slug)?.standing else { return nil }
        var record = standing.record, changes: [String: AuditEntry] = [:]
        for entry in try await activity(slug, limit: Self.meanwhileMax) {
            guard ClientStanding.version(of: record) != version else { break }
            guard entry.action == "client changed" else { continue }
            for (field, old) in Self.members(entry.before) {
                guard let earlier = record.setting(field, to: old == .null ? nil : old).client else {
                    return Meanwhile(standing: standing, base: nil, changes: [:])
                }
                record = earlier
                if changes[field] == nil { changes[field] = entry }
            }
        }
        let isFound = ClientStanding.version(of: record) == version
        return Meanwhile(standing: standing, base: isFound ? record : nil, changes: isFound ? changes : [:])
    }

    private static func members(_ json: String?) -> [(String, JSONValue)] {
        let parsed = json.flatMap { try? JSONValue.parse(Array($0.utf8)) }
        return (parsed?.object?.members ?? []).map { ($0.key, $0.value) }
    }
}
