/// A task, reduced to what runs and deliveries read. Times are Unix milliseconds.
package struct ClickUpTask: Hashable, Sendable {
    package let id: String
    package let customID: String?
    package let name: String
    /// The description, without formatting.
    package let text: String
    /// As ClickUp writes it, usually lower case; compare trimmed and without regard to case.
    package let status: String
    /// Whether the status is one of finished work.
    package let isDone: Bool
    package let listID: String
    /// Every List it is in, its own first.
    package let lists: [ClickUpListName]
    package let tags: [String]
    package let url: String?
    package let assigneeIDs: [Int64]
    /// Who made it; below zero for ClickUp's own automations.
    package let creatorID: Int64?
    package let dateUpdated: Int64?
    package let startDate: Int64?
    package let dueDate: Int64?
    /// When it came to a status of finished work.
    package let dateDone: Int64?
    package let customFields: [ClickUpCustomField]
    package let attachments: [ClickUpAttachment]

    /// The field with this id, or else the first whose name is the same but for case and outer white space. Names are
    /// not unique: prefer ids.
    package func field(_ idOrName: String) -> ClickUpCustomField? {
        if let field = customFields.first(where: { $0.id == idOrName }) { return field }
        let wanted = ClickUpName.folded(idOrName)
        return customFields.first { ClickUpName.folded($0.name) == wanted }
    }
}

enum ClickUpName {
    static func folded(_ name: String) -> String {
        name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}

package struct ClickUpAttachment: Hashable, Sendable {
    package let id: String
    package let title: String
    package let sizeBytes: Int64?
    package let url: String?
    package let date: Int64?
}

package struct ClickUpUser: Hashable, Sendable, Decodable {
    package let id: Int64
    package let username: String?
    package let email: String?

    private enum CodingKeys: String, CodingKey { case id, username, email }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let id = fields.integer(.id) else {
            throw DecodingError.dataCorruptedError(forKey: .id, in: fields, debugDescription: "no user id")
        }
        self.id = id
        username = fields.text(.username)
        email = fields.text(.email)
    }
}

extension ClickUpTask: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, name, status, list, locations, tags, url, attachments, assignees, creator, description
        case textContent = "text_content"
        case customID = "custom_id"
        case dateUpdated = "date_updated"
        case startDate = "start_date"
        case dueDate = "due_date"
        case dateDone = "date_done"
        case dateClosed = "date_closed"
        case customFields = "custom_fields"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        customID = fields.text(.customID)
        name = fields.text(.name) ?? ""
        text = fields.text(.textContent) ?? fields.text(.description) ?? ""
        assigneeIDs = (fields.list(ClickUpUser.self, .assignees) ?? []).map(\.id)
        creatorID = fields.lenient(ClickUpUser.self, .creator)?.id
        let state = fields.lenient(Status.self, .status)
        status = state?.status ?? fields.text(.status) ?? ""
        isDone = ["done", "closed"].contains(state?.type ?? "")
        let home = fields.lenient(ClickUpListName.self, .list)
        listID = home?.id ?? ""
        let others = (fields.list(ClickUpListName.self, .locations) ?? []).filter { $0.id != home?.id }
        lists = [home].compactMap(\.self) + others
        tags = (fields.list(Tag.self, .tags) ?? []).map(\.name)
        startDate = fields.integer(.startDate)
        dueDate = fields.integer(.dueDate)
        dateDone = fields.integer(.dateDone) ?? fields.integer(.dateClosed)
        url = fields.text(.url)
        dateUpdated = fields.integer(.dateUpdated)
        customFields = fields.list(ClickUpCustomField.self, .customFields) ?? []
        attachments = fields.list(ClickUpAttachment.self, .attachments) ?? []
    }

    private struct Status: Decodable { let status: String, type: String? }
    private struct Tag: Decodable { let name: String }
}

/// A List as its tasks name it.
package struct ClickUpListName: Hashable, Sendable, Decodable {
    package let id: String
    package let name: String

    private enum CodingKeys: String, CodingKey { case id, name }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let id = fields.text(.id) else {
            throw DecodingError.dataCorruptedError(forKey: .id, in: fields, debugDescription: "no list id")
        }
        self.id = id
        name = fields.text(.name) ?? ""
    }
}

extension ClickUpAttachment: Decodable {
    private enum CodingKeys: String, CodingKey { case id, title, size, url, date }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = fields.text(.id) ?? ""
        title = fields.text(.title) ?? ""
        sizeBytes = fields.integer(.size)
        url = fields.text(.url)
        date = fields.integer(.date)
    }
}
