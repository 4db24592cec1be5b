extension AnthropicClient {
    /// One page of the files of a session, newest first. Files appear seconds after the session became idle: poll.
    package func files(of session: String, cursor: FileCursor? = nil) async throws(VendorError) -> FilePage {
        var query = [("scope_id", session), ("limit", "100")]
        switch cursor {
        case nil: break
        case .page(let page)?: query.append(("page", page))
        case .after(let id)?: query.append(("after_id", id))
        }
        let answer = try await call(request("GET files", .get, ["v1", "files"], query), as: FilesAnswer.self, "files")
        return FilePage(files: answer.data, next: answer.next)
    }

    /// Streams a file to `path` while hashing it: first under a temporary name beside it, then flushed to disk, then
    /// renamed, so `path` holds the whole file or none. Checks the length against `Content-Length`. Nothing is left
    /// behind by a failure. A disk that refuses is `.rejected(status: 0, code: "local_file")`.
    package func download(
        _ fileID: String, to path: String, bytesMax: Int64, timeoutSeconds: Double = 1800
    ) async throws(VendorError) -> Downloaded {
        var request = request("GET file content", .get, ["v1", "files", fileID, "content"])
        request.headers["accept"] = "*/*"
        request.headers["accept-encoding"] = "identity"
        let stream = try await transport.open(request)
        guard stream.isSuccess else {
            throw AnthropicFailure.error(await stream.collected(bytesMax: 64 << 10), request, now: now())
        }
        return try await FileDownload(
            stream: stream, request: request, bytesMax: bytesMax, timeoutSeconds: timeoutSeconds
        )
        .save(to: path)
    }
}

package struct SessionFile: Hashable, Sendable {
    package let id: String
    /// The agent's own words: may hold slashes, dots, any Unicode. Never use it as a path.
    package let filename: String
    package let mimeType: String?
    package let sizeBytes: Int64?
    package let createdAt: String?
    /// Mounted inputs are not downloadable.
    package let isDownloadable: Bool
    package let scopeID: String?
}

/// Where the next page begins; the service has two list shapes.
package enum FileCursor: Hashable, Sendable {
    case page(String)
    case after(String)
}

package struct FilePage: Hashable, Sendable {
    package let files: [SessionFile]
    package let next: FileCursor?
}

extension SessionFile: Decodable {
    private struct Scope: Decodable { let id: String? }

    private enum CodingKeys: String, CodingKey {
        case id, filename, downloadable, scope
        case mimeType = "mime_type"
        case sizeBytes = "size_bytes"
        case createdAt = "created_at"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        filename = fields.text(.filename) ?? ""
        mimeType = fields.text(.mimeType)
        sizeBytes = fields.integer(.sizeBytes)
        createdAt = fields.text(.createdAt)
        isDownloadable = fields.flag(.downloadable) ?? false
        scopeID = fields.lenient(Scope.self, .scope)?.id
    }
}

private struct FilesAnswer: Decodable {
    let data: [SessionFile]
    let nextPage: String?
    let hasMore: Bool?
    let lastID: String?

    enum CodingKeys: String, CodingKey {
        case data
        case nextPage = "next_page"
        case hasMore = "has_more"
        case lastID = "last_id"
    }

    var next: FileCursor? {
        if let nextPage, !nextPage.isEmpty { return .page(nextPage) }
        guard hasMore == true, let last = lastID ?? data.last?.id else { return nil }
        return .after(last)
    }
}
