import Foundation

extension AsanaClient {
    /// Bytes of one file that Asana takes.
    package static let attachmentBytesMax: Int64 = 100 << 20

    private static var attachmentQuery: [(String, String)] {
        [("opt_fields", "name,size,created_at,permanent_url")]
    }

    /// Uploads one file, streamed from disk. One that is too large is refused before anything is sent. The same upload
    /// twice makes two files: after a lost answer look for its name and size in `attachments`.
    package func attach(
        _ task: String, file path: String, name: String, mime: String
    ) async throws(VendorError) -> AsanaAttachment {
        var request = request("POST attachment", .post, ["attachments"], Self.attachmentQuery)
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
        guard let size else {
            throw request.failure(.rejected(status: 0, code: "local_file"), "it cannot be read")
        }
        guard size.int64Value <= Self.attachmentBytesMax else {
            throw request.failure(
                .rejected(status: 0, code: "local_file"),
                "it has \(size) bytes, and Asana takes \(Self.attachmentBytesMax)")
        }
        let parent = MultipartBody.Part(
            headers: [("Content-Disposition", "form-data; name=\"parent\"")], content: .bytes(Array(task.utf8)))
        let file = MultipartBody.Part(
            headers: [("Content-Disposition", Self.disposition(name)), ("Content-Type", mime)],
            content: .file(path: path))
        request.body = .multipart(MultipartBody(subtype: .formData, boundary: makeBoundary(), parts: [parent, file]))
        request.timeoutSeconds = 600
        return try await one(request, AsanaAttachment.self, "attachment")
    }

    /// The files on a task, 100 a page.
    package func attachments(
        task: String, offset: String? = nil
    ) async throws(VendorError) -> AsanaPage<AsanaAttachment> {
        try await page(
            "GET attachments", ["attachments"], Self.attachmentQuery + [("parent", task)], offset: offset,
            of: AsanaAttachment.self, "attachments")
    }

    /// Names outside ASCII are URL-encoded; the second form is the one of RFC 8187.
    private static func disposition(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
            return "form-data; name=\"file\"; filename=\"\(name)\""
        }
        let encoded = VendorURL.escaped(name)
        return "form-data; name=\"file\"; filename=\"\(encoded)\"; filename*=UTF-8''\(encoded)"
    }
}

package struct AsanaAttachment: Hashable, Sendable, Decodable {
    package let gid: String
    package let name: String
    package let sizeBytes: Int64?
    package let createdAt: Int64?
    /// Stays; download addresses live for two minutes only.
    package let url: String?

    private enum CodingKeys: String, CodingKey {
        case gid, name, size
        case createdAt = "created_at"
        case url = "permanent_url"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        name = fields.text(.name) ?? ""
        sizeBytes = fields.integer(.size)
        createdAt = AsanaTime.milliseconds(fields.text(.createdAt))
        url = fields.text(.url)
    }
}
