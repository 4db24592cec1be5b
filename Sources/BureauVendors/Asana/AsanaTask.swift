/// A task, reduced to what runs and deliveries read. Times are Unix milliseconds, days are "2026-05-22".
package struct AsanaTask: Hashable, Sendable, Decodable {
    package let gid: String
    package let name: String
    package let notes: String
    package let assignee: AsanaNamed?
    /// The gid of whoever made it.
    package let creatorID: String?
    package let createdAt: Int64?
    package let isCompleted: Bool
    package let completedAt: Int64?
    package let startOn: String?
    package let dueOn: String?
    package let modifiedAt: Int64?
    package let url: String?
    package let parentID: String?
    /// One for each project the task is in.
    package let memberships: [AsanaMembership]
    package let tags: [AsanaNamed]
    package let customFields: [AsanaCustomField]

    private enum CodingKeys: String, CodingKey {
        case gid, name, notes, assignee, completed, parent, memberships, tags
        case creator = "created_by"
        case createdAt = "created_at"
        case completedAt = "completed_at"
        case startOn = "start_on"
        case dueOn = "due_on"
        case modifiedAt = "modified_at"
        case url = "permalink_url"
        case customFields = "custom_fields"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        name = fields.text(.name) ?? ""
        notes = fields.text(.notes) ?? ""
        assignee = fields.lenient(AsanaNamed.self, .assignee)
        creatorID = fields.lenient(AsanaNamed.self, .creator)?.gid
        createdAt = AsanaTime.milliseconds(fields.text(.createdAt))
        isCompleted = fields.flag(.completed) ?? false
        completedAt = AsanaTime.milliseconds(fields.text(.completedAt))
        startOn = fields.text(.startOn)
        dueOn = fields.text(.dueOn)
        modifiedAt = AsanaTime.milliseconds(fields.text(.modifiedAt))
        url = fields.text(.url)
        parentID = fields.lenient(AsanaNamed.self, .parent)?.gid
        memberships = fields.list(AsanaMembership.self, .memberships) ?? []
        tags = fields.list(AsanaNamed.self, .tags) ?? []
        customFields = fields.list(AsanaCustomField.self, .customFields) ?? []
    }

    /// The field with this gid, or else the first whose name is the same but for case and white space.
    package func field(_ gidOrName: String) -> AsanaCustomField? {
        if let field = customFields.first(where: { $0.gid == gidOrName }) { return field }
        let wanted = AsanaName.folded(gidOrName)
        return customFields.first { AsanaName.folded($0.name) == wanted }
    }
}

/// Anything of which only the gid and the name matter.
package struct AsanaNamed: Hashable, Sendable, Decodable {
    package let gid: String
    package let name: String

    private enum CodingKeys: String, CodingKey { case gid, name }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        name = fields.text(.name) ?? ""
    }
}

/// A task's place in one project.
package struct AsanaMembership: Hashable, Sendable, Decodable {
    package let project: AsanaNamed
    package let section: AsanaNamed?
}

package struct AsanaUser: Hashable, Sendable, Decodable {
    package let gid: String
    package let name: String?
    package let email: String?
}

package enum AsanaName {
    /// Names are the same in any letter case and with any white space around them.
    package static func folded(_ name: String) -> String {
        name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}
