extension AsanaClient {
    private static var storyQuery: [(String, String)] {
        [("opt_fields", "created_at,created_by.name,text,resource_subtype,type,is_edited")]
    }

    /// Posts a comment. There is no idempotency key: after a lost answer look for a marker of yours in `stories`.
    package func comment(_ task: String, _ text: AsanaRichText) async throws(VendorError) -> AsanaStory {
        let path = ["tasks", task, "stories"]
        let request = try request("POST story", .post, path, Self.storyQuery, data: ["html_text": text.html])
        return try await one(request, AsanaStory.self, "story")
    }

    /// Comments and what Asana itself noted on a task, oldest first, 100 a page.
    package func stories(_ task: String, offset: String? = nil) async throws(VendorError) -> AsanaPage<AsanaStory> {
        try await page(
            "GET stories", ["tasks", task, "stories"], Self.storyQuery, offset: offset, of: AsanaStory.self, "stories")
    }

    package func story(_ gid: String) async throws(VendorError) -> AsanaStory {
        try await one(request("GET story", .get, ["stories", gid], Self.storyQuery), AsanaStory.self, "story")
    }
}

package struct AsanaStory: Hashable, Sendable, Decodable {
    package let gid: String
    /// Unix milliseconds.
    package let createdAt: Int64?
    package let author: AsanaNamed?
    /// Without markup. The texts of what Asana noted itself change: use the subtype.
    package let text: String
    package let subtype: String
    /// Whether somebody wrote it, rather than Asana.
    package let isComment: Bool
    package let isEdited: Bool

    private enum CodingKeys: String, CodingKey {
        case gid, text, type
        case createdAt = "created_at"
        case author = "created_by"
        case subtype = "resource_subtype"
        case isEdited = "is_edited"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        createdAt = AsanaTime.milliseconds(fields.text(.createdAt))
        author = fields.lenient(AsanaNamed.self, .author)
        text = fields.text(.text) ?? ""
        subtype = fields.text(.subtype) ?? ""
        isComment = fields.text(.type) == "comment" || subtype == "comment_added"
        isEdited = fields.flag(.isEdited) ?? false
    }
}
