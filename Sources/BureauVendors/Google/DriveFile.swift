/// A file or folder in Drive. Identity is the id: names are not unique.
package struct DriveFile: Hashable, Sendable {
    package static let folderMime = "application/vnd.google-apps.folder"

    package let id: String
    package let name: String
    package let mimeType: String
    package let webViewLink: String?
    /// Missing on folders and Google's own document kinds, like both checksums (lower-case hex).
    package let sizeBytes: Int64?
    package let sha256: String?
    package let md5: String?
    /// The shared drive it lies in; nil means somebody's own drive, where a service account can create nothing.
    package let driveID: String?
    package let isTrashed: Bool
    /// By itself, and not with a folder it lies in.
    package let isTrashedItself: Bool?
    package let parents: [String]
    package let createdTime: String?
    package let appProperties: [String: String]
    package let canAddChildren: Bool

    package var isFolder: Bool { mimeType == Self.folderMime }

    static let fields =
        "id,name,mimeType,webViewLink,size,sha256Checksum,md5Checksum,driveId,trashed,explicitlyTrashed,parents,"
        + "createdTime,appProperties,capabilities(canAddChildren)"
}

extension DriveFile: Decodable {
    private struct Capabilities: Decodable { let canAddChildren: Bool? }

    private enum CodingKeys: String, CodingKey {
        case id, name, mimeType, webViewLink, size, trashed, parents, createdTime, appProperties, capabilities
        case sha256 = "sha256Checksum"
        case md5 = "md5Checksum"
        case driveID = "driveId"
        case isTrashedItself = "explicitlyTrashed"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        name = fields.text(.name) ?? ""
        mimeType = fields.text(.mimeType) ?? ""
        webViewLink = fields.text(.webViewLink)
        sizeBytes = fields.integer(.size)
        sha256 = fields.text(.sha256)
        md5 = fields.text(.md5)
        driveID = fields.text(.driveID)
        isTrashed = fields.flag(.trashed) ?? false
        isTrashedItself = fields.flag(.isTrashedItself)
        parents = fields.list(String.self, .parents) ?? []
        createdTime = fields.text(.createdTime)
        appProperties = fields.lenient([String: String].self, .appProperties) ?? [:]
        canAddChildren = fields.lenient(Capabilities.self, .capabilities)?.canAddChildren ?? false
    }
}

/// What a new file or folder is to be.
struct DriveMetadata: Encodable {
    let id: String
    let name: String
    let mimeType: String
    let parents: [String]
    let appProperties: [String: String]
}
