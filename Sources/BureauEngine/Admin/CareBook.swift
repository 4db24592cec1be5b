import BureauDomain
package import BureauStorage

/// What is looked after where nobody sees it, written down where it happens, so that System can tell when it was last
/// done: the database's check, the backup, sizes of folders, runs taken from lost workers.
package struct CareBook {
    package struct Check: Sendable, Hashable {
        package let at: Int64
        /// Nil when all was well.
        package let complaint: String?

        package init(at: Int64, complaint: String?) { (self.at, self.complaint) = (at, complaint) }
    }

    package struct Backup: Sendable, Hashable {
        package let at: Int64
        package let path: String
        package let bytes: Int64
        /// Every file was read again after it was written and is what it should be.
        package let isVerified: Bool
    }

    package struct Sizes: Sendable, Hashable {
        package let at: Int64
        package let logBytes: Int64
        package let fileBytes: Int64
    }

    let db: any Connection
    private static let check = "care_database_check", backup = "care_backup", sizes = "care_sizes"
    private static let requeued = "care_requeued"

    package init(db: any Connection) { self.db = db }

    package func put(_ check: Check) throws {
        try SettingStore(db: db).put(Self.check, check.complaint.map { String($0.prefix(300)) } ?? "", now: check.at)
    }

    package func lastCheck() throws -> Check? {
        try row(Self.check).map { Check(at: $0.at, complaint: $0.value.isEmpty ? nil : $0.value) }
    }

    func put(_ backup: Backup) throws {
        let words = "\(backup.bytes) \(backup.isVerified ? 1 : 0) \(backup.path)"
        try SettingStore(db: db).put(Self.backup, words, now: backup.at)
    }

    package func lastBackup() throws -> Backup? {
        try row(Self.backup).flatMap { at, value in
            let words = value.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, let bytes = Int64(words[0]) else { return nil }
            return Backup(at: at, path: words[2], bytes: bytes, isVerified: words[1] == "1")
        }
    }

    func put(_ sizes: Sizes) throws {
        try SettingStore(db: db).put(Self.sizes, "\(sizes.logBytes) \(sizes.fileBytes)", now: sizes.at)
    }

    package func lastSizes() throws -> Sizes? {
        try row(Self.sizes).flatMap { at, value in
            let numbers = value.split(separator: " ").compactMap { Int64($0) }
            return numbers.count == 2 ? Sizes(at: at, logBytes: numbers[0], fileBytes: numbers[1]) : nil
        }
    }

    /// Runs taken from lost workers, counted by UTC days.
    func addRequeued(_ count: Int, now: Int64) throws {
        let day = SpendAccount.day(now)
        try SettingStore(db: db).put(Self.requeued, "\(day) \(try requeued(now) + Int64(count))", now: now)
    }

    package func requeued(_ now: Int64) throws -> Int64 {
        let words = try row(Self.requeued)?.value.split(separator: " ").map(String.init) ?? []
        return words.count == 2 && words[0] == SpendAccount.day(now) ? Int64(words[1]) ?? 0 : 0
    }

    private func row(_ name: String) throws -> (at: Int64, value: String)? {
        try db.first("SELECT value, updated_at FROM setting WHERE name = ?", [name]).map {
            (try $0.integer("updated_at"), try $0.text("value"))
        }
    }
}
