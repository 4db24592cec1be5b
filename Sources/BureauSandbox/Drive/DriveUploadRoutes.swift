import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension DriveStandIn {
    func addUploadRoutes(to api: RouterGroup<SandboxContext>) {
        api.post("/files") { [self] request, context in try await start(request, context, fileID: nil) }
        api.patch("/files/:id") { [self] request, context in
            try await start(request, context, fileID: try context.parameters.require("id"))
        }
        api.put("/files") { [self] request, context in
            try await call("upload.put", request, context, needsToken: false) { try await put(request, $0) }
        }
        api.delete("/files") { [self] request, context in
            try await call("upload.cancel", request, context, needsToken: false) { query in
                guard let id = query["upload_id"], uploads.session(id) != nil else { return Self.gone }
                uploads.close(id)
                return Response(status: .init(code: 499, reasonPhrase: "Client Closed Request"))
            }
        }
    }

    private static let gone = Response.bytes("Not Found", status: .notFound, type: "text/plain")

    private func start(_ request: Request, _ context: SandboxContext, fileID: String?) async throws -> Response {
        let type = FormFields(request.uri.query ?? "")["uploadType"]
        return try await call(type == "resumable" ? "upload.session" : "upload.create", request, context) { query in
            if let fileID { _ = try item(fileID, query) }
            switch type {
            case "multipart": return try await multipart(request, query, fileID)
            case "media": return try await media(request, query, fileID)
            case "resumable": return try await session(request, query, fileID)
            default: throw DriveRefusal.badParameter("Invalid upload type", at: "uploadType")
            }
        }
    }

    /// Metadata and bytes in one body of two related parts.
    private func multipart(_ request: Request, _ query: FormFields, _ fileID: String?) async throws -> Response {
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/related") else {
            throw DriveRefusal(status: 400, reason: "badContent", message: "Media type must be multipart/related.")
        }
        let buffer = try await request.body.collect(upTo: Self.fileBytesMax)
        guard let form = Multipart(contentType: type, body: Array(buffer.readableBytesView)), form.parts.count == 2,
            form.parts[0].headers["content-type"]?.lowercased().hasPrefix("application/json") == true
        else {
            throw DriveRefusal(
                status: 400, reason: "badRequest", message: "Malformed multipart body.")
        }
        guard form.parts[1].body.count <= Self.multipartBytesMax else {
            throw DriveRefusal(status: 413, reason: "uploadTooLarge", message: "Use a resumable upload above 5 MB.")
        }
        guard let json = try? JSON(parsing: Data(form.parts[0].body)) else {
            throw DriveRefusal(status: 400, reason: "parseError", message: "Parse Error")
        }
        var metadata = try DriveFields.metadata(json)
        if fileID == nil { metadata.mimeType = metadata.mimeType ?? form.parts[1].headers["content-type"] }
        return try store(metadata, form.parts[1].body, query, fileID)
    }

    /// The bytes alone: a file without a name, in nobody's drive, unless it is a new version of one.
    private func media(_ request: Request, _ query: FormFields, _ fileID: String?) async throws -> Response {
        let buffer = try await request.body.collect(upTo: Self.multipartBytesMax)
        return try store(DriveMetadata(), Array(buffer.readableBytesView), query, fileID)
    }

    private func session(_ request: Request, _ query: FormFields, _ fileID: String?) async throws -> Response {
        var metadata = try await metadata(request)
        if fileID == nil {
            metadata.mimeType = metadata.mimeType ?? Self.header("X-Upload-Content-Type", request)
            try check(metadata, query)
        }
        let announced = Self.header("X-Upload-Content-Length", request).map { Int($0) ?? -1 }
        if let announced, announced < 0 { throw DriveRefusal.invalid("Invalid X-Upload-Content-Length.") }
        if let announced, announced > Self.fileBytesMax {
            throw DriveRefusal(
                status: 403, reason: "storageQuotaExceeded", message: "The stand-in keeps at most 64 MB a file.")
        }
        let id = uploads.open(
            DriveUploads.Session(metadata: metadata, fileID: fileID, query: query, announced: announced))
        let address = "\(frame.baseURL)/google/upload/drive/v3/files?uploadType=resumable&upload_id=\(id)"
        return Response(status: .ok, headers: [.location: address, .contentLength: "0"])
    }

    /// Bytes for a session, all or a part, or the question how many have come.
    private func put(_ request: Request, _ query: FormFields) async throws -> Response {
        guard let id = query["upload_id"], let session = uploads.session(id) else { return Self.gone }
        let body = Array(try await request.body.collect(upTo: Self.fileBytesMax).readableBytesView)
        if let made = session.made { return try answer(made, session.query) }
        var range: UploadRange?
        if let header = request.headers[.contentRange] {
            guard let read = UploadRange(header) else { throw DriveRefusal.invalid("Invalid Content-Range.") }
            range = read
        }
        let known = [session.announced, range?.total].compactMap { $0 }
        guard Set(known).count <= 1 else { throw DriveRefusal.invalid("The total does not match what was announced.") }
        if range != nil, range?.bounds == nil {
            guard body.isEmpty else { throw DriveRefusal.invalid("A status request has no body.") }
            return try progress(id, total: known.first)
        }
        let offset = range?.bounds?.lowerBound ?? 0
        let end = range?.bounds.map { $0.upperBound + 1 } ?? (session.announced ?? body.count)
        guard body.count == end - offset else { throw DriveRefusal.invalid("The body is not as long as it says.") }
        let total = known.first ?? (range == nil ? body.count : nil)
        guard end == total || body.count % DriveUploads.chunkBytes == 0 else {
            throw DriveRefusal.invalid("Every chunk but the last must be a multiple of 262144 bytes.")
        }
        // Bytes that do not follow on what is there change nothing: the answer says where to go on.
        _ = uploads.append(body, at: offset, to: id)
        return try progress(id, total: total)
    }

    /// 308 with what has come, or the finished file.
    private func progress(_ id: String, total: Int?) throws(DriveRefusal) -> Response {
        guard let session = uploads.session(id) else { return Self.gone }
        if session.bytes.count == total {
            let item = try make(session.metadata, session.bytes, session.fileID)
            uploads.finish(id, with: item)
            return try answer(item, session.query)
        }
        var response = Response(
            status: .init(code: 308, reasonPhrase: "Resume Incomplete"), headers: [.contentLength: "0"])
        if !session.bytes.isEmpty { response.headers[.range] = "bytes=0-\(session.bytes.count - 1)" }
        return response
    }

    private func store(
        _ metadata: DriveMetadata, _ bytes: [UInt8], _ query: FormFields, _ fileID: String?
    ) throws(DriveRefusal) -> Response {
        if fileID == nil { try check(metadata, query) }
        return try answer(try make(metadata, bytes, fileID), query)
    }

    private func make(_ metadata: DriveMetadata, _ bytes: [UInt8], _ fileID: String?) throws(DriveRefusal) -> DriveItem
    {
        let content = DriveContent(bytes)
        return try change { tree, now throws(DriveRefusal) in
            if let fileID { return try tree.update(fileID, metadata, content: content, now: now) }
            return try tree.add(metadata, content: content, now: now)
        }
    }

    private static func header(_ name: String, _ request: Request) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }
}
