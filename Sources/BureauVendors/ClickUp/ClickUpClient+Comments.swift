extension ClickUpClient {
    /// Characters of one comment that are safe to send; ClickUp publishes no limit. Longer ones are cut.
    package static let commentCharactersMax = 10_000

    /// Posts a comment. There is no idempotency key: after a lost answer look for a marker of yours in `comments`.
    package func comment(_ task: String, parts: [ClickUpCommentPart], notifyAll: Bool = false) async throws(VendorError)
        -> ClickUpComment
    {
        struct Body: Encodable {
            let comment: [ClickUpCommentPart]
            let notifyAll: Bool
            enum CodingKeys: String, CodingKey {
                case comment
                case notifyAll = "notify_all"
            }
        }
        let body = Body(comment: ClickUpCommentPart.fitted(parts), notifyAll: notifyAll)
        let request = try request("POST comment", .post, ["task", task, "comment"], json: body)
        return try await call(request, as: ClickUpComment.self, "comment")
    }

    /// Comments of a task, newest first, 25 a page. The next page takes **both** the date and the id of the last one.
    package func comments(
        _ task: String, start: Int64? = nil, startID: String? = nil
    ) async throws(VendorError) -> [ClickUpComment] {
        struct Answer: Decodable { let comments: [ClickUpComment] }
        var query: [(String, String)] = []
        if let start, let startID { query = [("start", String(start)), ("start_id", startID)] }
        let request = request("GET comments", .get, ["task", task, "comment"], query)
        return try await call(request, as: Answer.self, "comments").comments
    }

    /// Uploads one file, at most 1 GB, streamed from disk, and returns the attachment's id. The same upload twice makes
    /// two files: after a lost answer look for its title and size in `task`.
    package func attach(
        _ task: String, file path: String, name: String, mime: String
    ) async throws(VendorError) -> String {
        struct Answer: Decodable { let id: String }
        let fileName = MultipartName.quoted(name)
        let part = MultipartBody.Part(
            headers: [
                ("Content-Disposition", "form-data; name=\"attachment\"; filename=\"\(fileName)\""),
                ("Content-Type", mime),
            ], content: .file(path: path))
        var request = request("POST attachment", .post, ["task", task, "attachment"])
        request.body = .multipart(MultipartBody(subtype: .formData, boundary: makeBoundary(), parts: [part]))
        request.timeoutSeconds = 600
        return try await call(request, as: Answer.self, "id").id
    }
}

/// A comment as posted (id, history id, date) or as listed (id, date, text, author).
package struct ClickUpComment: Hashable, Sendable, Decodable {
    package let id: String
    /// The history id of the event this comment raises: how its own webhook delivery is recognised.
    package let historyID: String?
    /// Unix milliseconds.
    package let date: Int64?
    package let text: String
    package let userID: Int64?
    package let userName: String?

    private enum CodingKeys: String, CodingKey {
        case id, date, user
        case historyID = "hist_id"
        case text = "comment_text"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let id = fields.text(.id) else {
            throw DecodingError.dataCorruptedError(forKey: .id, in: fields, debugDescription: "no comment id")
        }
        self.id = id
        historyID = fields.text(.historyID)
        date = fields.integer(.date)
        text = fields.text(.text) ?? ""
        let user = fields.lenient(ClickUpUser.self, .user)
        (userID, userName) = (user?.id, user?.username)
    }
}

enum MultipartName {
    /// A file name for the quotes of a part header: WHATWG's escapes, no line breaks.
    static func quoted(_ name: String) -> String {
        var quoted = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": quoted += "%22"
            case "\r": quoted += "%0D"
            case "\n": quoted += "%0A"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted
    }
}
