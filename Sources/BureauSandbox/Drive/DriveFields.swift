import Foundation

/// The members of a Drive file, and which of them a caller may write.
enum DriveFields {
    static let outputOnly: Set = [
        "capabilities", "driveId", "explicitlyTrashed", "exportLinks", "fileExtension", "fullFileExtension",
        "hasAugmentedPermissions", "hasThumbnail", "headRevisionId", "iconLink", "imageMediaMetadata",
        "isAppAuthorized", "kind", "lastModifyingUser", "md5Checksum", "modifiedByMe", "ownedByMe", "owners",
        "permissionIds", "permissions", "quotaBytesUsed", "resourceKey", "sha1Checksum", "sha256Checksum", "shared",
        "sharingUser", "size", "spaces", "thumbnailLink", "thumbnailVersion", "trashingUser", "version",
        "videoMediaMetadata", "viewedByMe", "webContentLink", "webViewLink",
    ]
    private static let writable: Set = [
        "appProperties", "clientEncryptionDetails", "contentHints", "contentRestrictions",
        "copyRequiresWriterPermission", "createdTime", "description", "downloadRestrictions", "folderColorRgb", "id",
        "inheritedPermissionsDisabled", "labelInfo", "linkShareMetadata", "mimeType", "modifiedByMeTime",
        "modifiedTime", "name", "originalFilename", "parents", "properties", "sharedWithMeTime", "shortcutDetails",
        "starred", "teamDriveId", "trashed", "trashedTime", "viewedByMeTime", "viewersCanCopyContent",
        "writersCanShare",
    ]
    private static let all = outputOnly.union(writable)

    static let ofFile: [String: Set<String>] = ["": all]
    static let ofList: [String: Set<String>] = [
        "": ["kind", "nextPageToken", "incompleteSearch", "files"], "files": all,
    ]
    static let usual = "kind,id,name,mimeType",
        usualList = "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)"

    /// A request body as metadata. Unknown members are refused, output-only ones with their own code.
    static func metadata(_ json: JSON) throws(DriveRefusal) -> DriveMetadata {
        guard let members = json.object else { throw .invalid("The body is not a file resource.") }
        for name in members.keys.sorted() {
            if outputOnly.contains(name) { throw .notWritable(name) }
            guard writable.contains(name) else {
                throw DriveRefusal(
                    status: 400, reason: "badRequest",
                    message: "Invalid JSON payload received. Unknown name \"\(name)\": Cannot find field.")
            }
        }
        var metadata = DriveMetadata()
        metadata.id = try string(members, "id")
        metadata.name = try string(members, "name")
        metadata.mimeType = try string(members, "mimeType")
        metadata.description = try string(members, "description")
        metadata.isTrashed = members["trashed"]?.bool
        if let parents = members["parents"] {
            let ids = (parents.array ?? []).compactMap(\.string)
            guard ids.count == parents.array?.count else { throw .invalid("Invalid value for parents", at: "parents") }
            metadata.parents = ids
        }
        metadata.appProperties = try properties(members, "appProperties")
        metadata.properties = try properties(members, "properties")
        return metadata
    }

    private static func string(_ members: [String: JSON], _ name: String) throws(DriveRefusal) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string else { throw .invalid("Invalid value for \(name)", at: name) }
        return text
    }

    private static func properties(
        _ members: [String: JSON], _ name: String
    ) throws(DriveRefusal) -> [String: String?] {
        guard let value = members[name] else { return [:] }
        guard let object = value.object else { throw .invalid("Invalid value for \(name)", at: name) }
        var properties: [String: String?] = [:]
        for (key, value) in object {
            guard value.isNull || value.string != nil else { throw .invalid("Invalid value for \(name)", at: name) }
            properties.updateValue(value.string, forKey: key)
        }
        return properties
    }

    /// Every member the stand-in has something to say about; the field mask picks from it.
    static func render(_ item: DriveItem, in tree: DriveTree, origin: String) -> JSON {
        let view = item.isFolder ? "\(origin)/drive/folders/\(item.id)" : "\(origin)/drive/files/\(item.id)"
        let dot = item.name.lastIndex(of: ".")
        return .compact([
            "kind": "drive#file", "id": .string(item.id), "name": .string(item.name),
            "mimeType": .string(item.mimeType), "description": item.description.map { .string($0) },
            "driveId": .string(DriveTree.driveID), "teamDriveId": .string(DriveTree.driveID),
            "parents": item.parentID.map { [.string($0)] },
            "createdTime": .string(time(item.created)), "modifiedTime": .string(time(item.modified)),
            "trashed": .bool(tree.isTrashed(item)), "explicitlyTrashed": .bool(item.isTrashed),
            "version": .string(String(item.version)), "spaces": ["drive"], "starred": false, "shared": true,
            "webViewLink": .string(view), "webContentLink": item.isFolder ? nil : .string("\(view)/content"),
            "size": item.content.map { .string(String($0.bytes.count)) },
            "sha256Checksum": item.content.map { .string($0.sha256) },
            "md5Checksum": item.content.map { .string($0.md5) },
            "originalFilename": item.isFolder ? nil : .string(item.name),
            "fileExtension": item.isFolder
                ? nil : dot.map { .string(String(item.name[item.name.index(after: $0)...])) },
            "appProperties": object(item.appProperties), "properties": object(item.properties),
            "capabilities": [
                "canAddChildren": .bool(item.isFolder), "canEdit": true, "canDownload": .bool(!item.isFolder),
                "canTrash": .bool(item.id != DriveTree.driveID), "canDelete": false, "canRename": true,
                "canListChildren": .bool(item.isFolder), "canShare": false,
            ],
        ])
    }

    private static func object(_ properties: [String: String]) -> JSON? {
        properties.isEmpty ? nil : .object(properties.mapValues { .string($0) })
    }

    static func time(_ milliseconds: Int) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).sandboxTimestamp
    }
}
