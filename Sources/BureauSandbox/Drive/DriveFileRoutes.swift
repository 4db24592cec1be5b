import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension DriveStandIn {
    func addFileRoutes(to api: RouterGroup<SandboxContext>) {
        addFileReads(to: api)
        addFileChanges(to: api)
    }

    private func addFileReads(to api: RouterGroup<SandboxContext>) {
        api.get("/files/generateIds") { [self] request, context in
            try await call("files.generateIds", request, context) { try Self.newIDs($0) }
        }
        api.get("/files") { [self] request, context in
            try await call("files.list", request, context, subject: FormFields(request.uri.query ?? "")["q"] ?? "") {
                try list($0)
            }
        }
        api.get("/files/:id") { [self] request, context in
            let id = try context.parameters.require("id")
            return try await call("files.get", request, context, subject: id) { query in
                let item = try item(id, query)
                return try query["alt"] == "media" ? Self.media(of: item) : answer(item, query)
            }
        }
    }

    private func addFileChanges(to api: RouterGroup<SandboxContext>) {
        api.post("/files") { [self] request, context in
            try await call("files.create", request, context) { query in
                let metadata = try await metadata(request)
                try check(metadata, query)
                let item = try change { tree, now throws(DriveRefusal) in
                    let isFolder = metadata.mimeType == DriveItem.folderType
                    return try tree.add(metadata, content: isFolder ? nil : DriveContent([]), now: now)
                }
                return try answer(item, query)
            }
        }
        api.patch("/files/:id") { [self] request, context in
            let id = try context.parameters.require("id")
            return try await call("files.update", request, context, subject: id) { query in
                _ = try item(id, query)
                let metadata = try await metadata(request)
                return try answer(
                    try change { tree, now throws(DriveRefusal) in
                        try tree.update(id, metadata, content: nil, now: now)
                    }, query)
            }
        }
        // Content managers may move to the trash; deleting for good takes a manager of the drive.
        api.delete("/files/:id") { [self] request, context in
            let id = try context.parameters.require("id")
            return try await call("files.delete", request, context, subject: id) { query in
                _ = try item(id, query)
                throw DriveRefusal.mayNotDelete
            }
        }
    }

    private static func newIDs(_ query: FormFields) throws(DriveRefusal) -> Response {
        guard let count = Int(query["count"] ?? "10"), (1...1000).contains(count) else {
            throw .badParameter("Invalid value for count", at: "count")
        }
        guard ["drive", nil].contains(query["space"]), ["files", nil].contains(query["type"]) else {
            throw .badParameter("Invalid value for space or type", at: "space")
        }
        return .json([
            "kind": "drive#generatedIds", "space": "drive",
            "ids": .array((0..<count).map { _ in .string(DriveTree.makeID()) }),
        ])
    }

    private static func media(of item: DriveItem) throws(DriveRefusal) -> Response {
        guard let content = item.content else {
            throw DriveRefusal(
                status: 403, reason: "fileNotDownloadable",
                message: "Only files with binary content can be downloaded.")
        }
        return Response(
            status: .ok, headers: [.contentType: item.mimeType],
            body: .init(byteBuffer: ByteBuffer(bytes: content.bytes)))
    }

    private func list(_ query: FormFields) throws(DriveRefusal) -> Response {
        let mask = try DriveFieldMask(query["fields"] ?? DriveFields.usualList, known: DriveFields.ofList)
        let search = try DriveQuery(query["q"])
        guard let size = Int(query["pageSize"] ?? "100"), (1...1000).contains(size) else {
            throw .badParameter(
                "Invalid value for pageSize. Values must be within the range: [1, 1000]", at: "pageSize")
        }
        let isOnDrive = query["corpora"] == "drive"
        if isOnDrive != (query["driveId"] != nil) {
            throw .badParameter("corpora=drive and driveId go together.", at: isOnDrive ? "driveId" : "corpora")
        }
        if let id = query["driveId"], id != DriveTree.driveID {
            throw DriveRefusal(
                status: 404, reason: "notFound", message: "Shared drive not found: \(id)", location: "driveId")
        }
        // Without both flags a shared drive is not refused but silently left out.
        let sees = query["includeItemsFromAllDrives"] == "true" && query["supportsAllDrives"] == "true"
        if isOnDrive, !sees {
            throw DriveRefusal(
                status: 403, reason: "teamDrivesNotSupported",
                message: "includeItemsFromAllDrives and supportsAllDrives must be set for corpora=drive.")
        }
        let (found, tree) = try read { tree throws(DriveRefusal) in (sees ? visible(search, in: tree) : [], tree) }
        let sorted = try Self.sorted(found, by: query["orderBy"])
        guard let passed = Int(query["pageToken"]?.replacingOccurrences(of: "~!!~", with: "") ?? "0"), passed >= 0
        else {
            throw .badParameter("Invalid Value", at: "pageToken")
        }
        let page = sorted.dropFirst(passed).prefix(size), reached = passed + page.count
        let files = page.map { DriveFields.render($0, in: tree, origin: frame.baseURL) }
        return .json(
            mask.applied(
                to: .compact([
                    "kind": "drive#fileList", "incompleteSearch": false, "files": .array(files),
                    "nextPageToken": reached < sorted.count ? .string("~!!~\(reached)") : nil,
                ])))
    }

    /// The search index learns of new items late when the lag is set.
    private func visible(_ query: DriveQuery, in tree: DriveTree) -> [DriveItem] {
        let horizon = nowMilliseconds - indexLagMilliseconds
        return tree.items.values.filter {
            $0.id != DriveTree.driveID && (indexLagMilliseconds == 0 || $0.created <= horizon)
                && query.matches($0, in: tree)
        }
    }

    private static func sorted(_ items: [DriveItem], by order: String?) throws(DriveRefusal) -> [DriveItem] {
        let words = (order ?? "createdTime").split(separator: " ")
        let isDown = words.count == 2 && words[1] == "desc"
        guard let key = words.first, words.count == 1 || isDown else {
            throw .badParameter("Invalid Value", at: "orderBy")
        }
        let up: [DriveItem]
        switch key {
        case "createdTime": up = items.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
        case "modifiedTime": up = items.sorted { ($0.modified, $0.id) < ($1.modified, $1.id) }
        case "name": up = items.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        default: throw .badParameter("Invalid Value", at: "orderBy")
        }
        return isDown ? up.reversed() : up
    }
}
