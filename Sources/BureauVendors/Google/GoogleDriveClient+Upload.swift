extension GoogleDriveClient {
    /// Up to this size one request carries metadata and contents.
    package static let multipartBytesMax: Int64 = 5 << 20

    /// Uploads a file from disk under an id from `generateIDs`. Large files go up in pieces that survive broken
    /// connections. Compare `sha256` and `sizeBytes` of the result before calling it delivered. An id in use is
    /// `.rejected(409, "fileIdInUse")`: an earlier attempt got through; read the file by its id and compare.
    package func upload(
        id: String, name: String, parent: String, mime: String, path: String, appProperties: [String: String] = [:]
    ) async throws(VendorError) -> DriveFile {
        let metadata = DriveMetadata(
            id: id, name: name, mimeType: mime, parents: [parent], appProperties: appProperties)
        let bytes: Int64
        do {
            bytes = try BodySegments.fileBytes(path)
        } catch {
            throw TransportFailure.error(from: error, request: request("upload file", .post, []))
        }
        guard bytes > Self.multipartBytesMax else { return try await uploadWhole(metadata, mime: mime, path: path) }
        return try await DriveUpload(client: self, metadata: metadata, mime: mime, path: path, bytes: bytes).run()
    }

    private func uploadWhole(_ metadata: DriveMetadata, mime: String, path: String) async throws(VendorError)
        -> DriveFile
    {
        let query = [("uploadType", "multipart"), ("fields", DriveFile.fields)]
        var request = request("upload file", .post, ["upload", "drive", "v3", "files"], query)
        let description = MultipartBody.Part(
            headers: [("Content-Type", "application/json; charset=UTF-8")],
            content: .bytes(try RequestJSON.bytes(metadata, request)))
        let contents = MultipartBody.Part(headers: [("Content-Type", mime)], content: .file(path: path))
        request.body = .multipart(
            MultipartBody(subtype: .related, boundary: makeBoundary(), parts: [description, contents]))
        request.timeoutSeconds = 300
        return try await call(request, as: DriveFile.self, "id")
    }
}
