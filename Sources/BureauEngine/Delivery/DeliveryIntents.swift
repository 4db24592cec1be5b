import BureauDomain

/// What is kept of planned and finished deliveries, as JSON in the step's row.

/// One stored file on its way to a channel.
struct FileIntent: Codable, Hashable, Sendable {
    /// The name it gets there.
    var title: String
    var blobKey: String
    var sizeBytes: Int64
    var sha256: String
    var mimeType: String
    /// Pre-generated id, once there is one (Drive).
    var driveID: String?
    /// The folder it was delivered into, which a person has let be made anew (Drive).
    var leftFolder: String?
}

/// A folder path below the configured root.
struct FolderIntent: Codable, Hashable, Sendable {
    var segments: [String]
    /// Ids of the folders on it that were known when a person let it be made anew.
    var forgotten: [String]?
}
struct StatusIntent: Codable, Hashable, Sendable {
    var status: String
    /// Where the task stood before, once it was read.
    var before: String?
}
struct EmptyIntent: Codable, Hashable, Sendable {}

/// Where something was delivered. `link` opens it for people, when the channel has links.
struct DeliveryReceipt: Codable, Hashable, Sendable {
    var id: String
    var link: String?
}

/// Score and priorities kept on the run for messages and lists.
struct StoredSummary: Codable, Hashable, Sendable {
    struct Priority: Codable, Hashable, Sendable {
        var rank: String
        var title: String
    }
    var score: Int?
    var outOf: Int
    /// How much of the planned checks could be done, in percent.
    var coverage: Int?
    var priorities: [Priority]

    init(_ summary: ReportSummary) {
        score = summary.score
        outOf = summary.outOf
        coverage = summary.coverage
        priorities = summary.priorities.map { Priority(rank: $0.rank, title: $0.title) }
    }

    static func of(_ run: RunRecord) -> StoredSummary? { run.summary.flatMap { try? JSONText.decode(Self.self, $0) } }
}
