/// The state of the stand-in shared drive and the rules Google keeps over it. A value; `now` is Unix milliseconds.
struct DriveTree: Sendable {
    static let driveID = "0ADEMODRIVE", rootFolderID = "1DEMOROOT"
    /// Key and value together, in UTF-8 bytes; and how many one app may keep on a file.
    static let propertyBytesMax = 124, propertiesMax = 30

    private(set) var items: [String: DriveItem] = [:]
    private var lastTime = 0

    init(now: Int) {
        let day = 86_400_000
        items[Self.driveID] = DriveItem(
            id: Self.driveID, name: "Agency (demo)", mimeType: DriveItem.folderType, created: now - 2 * day,
            modified: now - 2 * day)
        items[Self.rootFolderID] = DriveItem(
            id: Self.rootFolderID, name: "Agency (demo)", mimeType: DriveItem.folderType, parentID: Self.driveID,
            created: now - day, modified: now - day)
    }

    func item(_ id: String) throws(DriveRefusal) -> DriveItem {
        guard let item = items[id] else { throw .notFound(id) }
        return item
    }

    /// In the trash itself, or inside something that is.
    func isTrashed(_ item: DriveItem) -> Bool {
        var next: DriveItem? = item
        while let current = next {
            if current.isTrashed { return true }
            next = current.parentID.flatMap { items[$0] }
        }
        return false
    }

    /// "/Agency (demo)/Clients/…", for people and tests.
    func path(of item: DriveItem) -> String {
        var names: [String] = [], next: DriveItem? = item
        while let current = next, current.id != Self.driveID {
            names.append(current.name)
            next = current.parentID.flatMap { items[$0] }
        }
        return "/" + names.reversed().joined(separator: "/")
    }

    func children(of id: String) -> [DriveItem] {
        items.values.filter { $0.parentID == id }.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    }

    /// What starting an upload already refuses: place, name of the id, quota.
    func check(_ metadata: DriveMetadata) throws(DriveRefusal) {
        guard let parents = metadata.parents, let parentID = parents.first else { throw .noQuota }
        guard parents.count == 1 else {
            throw .invalid("A shared drive item must have exactly one parent.", at: "parents")
        }
        guard let parent = items[parentID] else { throw .notFound(parentID) }
        guard parent.isFolder else {
            throw DriveRefusal(
                status: 403, reason: "parentNotAFolder", message: "The specified parent is not a folder.")
        }
        if let id = metadata.id {
            guard Self.isUsable(id) else { throw .invalid("The provided file ID is not usable.", at: "file.id") }
            guard items[id] == nil else { throw .idInUse }
        }
    }

    /// Ids that `generateIds` could have given out.
    static func isUsable(_ id: String) -> Bool {
        id.hasPrefix("1") && id.utf8.count == 33
            && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }

    static func makeID() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return "1" + String((0..<32).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }

    mutating func add(_ metadata: DriveMetadata, content: DriveContent?, now: Int) throws(DriveRefusal) -> DriveItem {
        try check(metadata)
        // Two items of one millisecond keep the order they were made in.
        lastTime = max(lastTime + 1, now)
        var item = DriveItem(
            id: metadata.id ?? Self.makeID(), name: metadata.name ?? "Untitled",
            mimeType: metadata.mimeType ?? "application/octet-stream", parentID: metadata.parents?.first,
            content: content, created: lastTime, modified: lastTime)
        item.description = metadata.description
        try merge(metadata, into: &item)
        items[item.id] = item
        return item
    }

    mutating func update(
        _ id: String, _ metadata: DriveMetadata, content: DriveContent?, now: Int
    ) throws(DriveRefusal) -> DriveItem {
        var item = try item(id)
        if metadata.parents != nil { throw .notWritable("parents") }
        if let own = metadata.id, own != id { throw .notWritable("id") }
        item.name = metadata.name ?? item.name
        item.mimeType = metadata.mimeType ?? item.mimeType
        item.description = metadata.description ?? item.description
        item.isTrashed = metadata.isTrashed ?? item.isTrashed
        if let content { item.content = content }
        try merge(metadata, into: &item)
        lastTime = max(lastTime + 1, now)
        item.modified = lastTime
        item.version += 1
        items[id] = item
        return item
    }

    private func merge(_ metadata: DriveMetadata, into item: inout DriveItem) throws(DriveRefusal) {
        for (key, value) in metadata.appProperties { item.appProperties[key] = value }
        for (key, value) in metadata.properties { item.properties[key] = value }
        for properties in [item.appProperties, item.properties] {
            guard properties.count <= Self.propertiesMax else {
                throw DriveRefusal(
                    status: 403, reason: "propertyLimitExceeded", message: "Too many properties on the file.")
            }
            for (key, value) in properties where key.utf8.count + value.utf8.count > Self.propertyBytesMax {
                throw .invalid("Property key and value together exceed \(Self.propertyBytesMax) bytes.", at: key)
            }
        }
    }
}
