extension GoogleDriveClient {
    /// Ids to create files and folders with, 1 to 1,000. Store one before the first attempt: a repeat with the same id
    /// cannot make a second file.
    package func generateIDs(_ count: Int) async throws(VendorError) -> [String] {
        struct Answer: Decodable { let ids: [String] }
        let query = [("count", String(min(max(count, 1), 1000))), ("space", "drive"), ("type", "files")]
        let request = request("generate ids", .get, ["drive", "v3", "files", "generateIds"], query)
        return try await call(request, as: Answer.self, "ids").ids
    }

    /// Creates a folder under `parent`. An id that is in use already is `.rejected(409, "fileIdInUse")`: an earlier
    /// attempt got through; read the folder by its id.
    package func createFolder(
        id: String, name: String, parent: String, appProperties: [String: String] = [:]
    ) async throws(VendorError) -> DriveFile {
        let metadata = DriveMetadata(
            id: id, name: name, mimeType: DriveFile.folderMime, parents: [parent], appProperties: appProperties)
        var request = request("create folder", .post, ["drive", "v3", "files"], [("fields", DriveFile.fields)])
        request.headers["content-type"] = "application/json; charset=UTF-8"
        request.body = .bytes(try RequestJSON.bytes(metadata, request))
        return try await call(request, as: DriveFile.self, "id")
    }

    /// Folders of exactly this name in `parent`, oldest first. Search is an index: a folder made a moment ago may be
    /// missing, so an empty answer is no proof. `driveID` is the shared drive of `parent`.
    package func folders(
        named name: String, in parent: String, driveID: String?
    ) async throws(VendorError) -> [DriveFile] {
        let found = try await list(DriveQuery.folders(named: name, in: parent), driveID: driveID)
        return found.filter { $0.name == name && $0.isFolder && !$0.isTrashed }
    }

    /// Files and folders that carry this private property, oldest first.
    package func find(
        appProperty key: String, value: String, driveID: String? = nil
    ) async throws(VendorError) -> [DriveFile] {
        try await list(DriveQuery.appProperty(key, value), driveID: driveID).filter { !$0.isTrashed }
    }

    /// Nil when there is no such file, or it is not shared with this account: Drive does not tell which.
    package func file(_ id: String) async throws(VendorError) -> DriveFile? {
        let request = request("get file", .get, ["drive", "v3", "files", id], [("fields", DriveFile.fields)])
        do throws(VendorError) {
            return try await call(request, as: DriveFile.self, "id")
        } catch {
            if case .rejected(404, _) = error.kind { return nil }
            throw error
        }
    }

    private static let pagesMax = 50

    private func list(_ query: String, driveID: String?) async throws(VendorError) -> [DriveFile] {
        struct Answer: Decodable {
            let files: [DriveFile]
            let nextPageToken: String?
            let incompleteSearch: Bool?
        }
        var fields = [
            ("q", query), ("includeItemsFromAllDrives", "true"), ("pageSize", "100"), ("orderBy", "createdTime"),
            ("fields", "nextPageToken,incompleteSearch,files(\(DriveFile.fields))"),
        ]
        fields += driveID.map { [("corpora", "drive"), ("driveId", $0)] } ?? [("corpora", "allDrives")]
        var files: [DriveFile] = []
        var page: String?
        for _ in 0..<Self.pagesMax {
            let pageField = page.map { [("pageToken", $0)] } ?? []
            let request = request("list files", .get, ["drive", "v3", "files"], fields + pageField)
            let answer = try await call(request, as: Answer.self, "files")
            files += answer.files
            page = answer.nextPageToken.flatMap { $0.isEmpty ? nil : $0 }
            guard page == nil else { continue }
            // Nothing found in a search that was cut short is no answer at all: creating now could make a second tree.
            if files.isEmpty, answer.incompleteSearch == true {
                throw request.failure(.unreadable(field: "incompleteSearch"), "Drive did not search everywhere")
            }
            return files
        }
        throw request("list files", .get, []).failure(.unreadable(field: "nextPageToken"), "more pages than expected")
    }
}
