package import BureauDomain

/// A task as the engine sees it, whichever tool keeps it. Times are Unix milliseconds.
package struct WorkTask: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var id: String
        package var name: String
        /// The value in words; nil when it is empty.
        package var text: String?

        package init(id: String, name: String, text: String?) {
            (self.id, self.name, self.text) = (id, name, text)
        }
    }

    package struct Membership: Hashable, Sendable {
        package var containerID: String
        package var containerName: String?
        package var place: String
        package init(containerID: String, containerName: String? = nil, place: String) {
            (self.containerID, self.containerName, self.place) = (containerID, containerName, place)
        }
    }

    package struct Attachment: Hashable, Sendable {
        package var id: String
        package var title: String
        package var sizeBytes: Int64?
        package var url: String?
        package var createdAt: Int64?

        package init(id: String, title: String, sizeBytes: Int64?, url: String?, createdAt: Int64?) {
            (self.id, self.title, self.sizeBytes, self.url) = (id, title, sizeBytes, url)
            self.createdAt = createdAt
        }
    }

    package var kind: WorkToolKind
    package var id: String
    package var title: String
    package var notes: String
    package var url: String?
    /// Where it stands: the status in ClickUp, the section of `container` in Asana. Compared by `isAt`.
    package var place: String
    /// The list or project it is worked in.
    package var containerID: String
    /// Every list or project it is in, with where it stands there.
    package var memberships: [Membership]
    package var assigneeIDs: [String]
    package var isCompleted: Bool
    package var completedAt: Int64?
    /// The day it is planned for, "2026-05-22": when it is due, or else when it begins.
    package var plannedOn: String?
    package var tags: [String]
    package var fields: [Field]
    package var attachments: [Attachment]
    package var updatedAt: Int64?

    package init(
        kind: WorkToolKind, id: String, title: String, notes: String = "", url: String? = nil, place: String,
        containerID: String, memberships: [Membership]? = nil, assigneeIDs: [String] = [], isCompleted: Bool = false,
        completedAt: Int64? = nil, plannedOn: String? = nil, tags: [String] = [], fields: [Field] = [],
        attachments: [Attachment] = [], updatedAt: Int64? = nil
    ) {
        self.kind = kind
        self.id = id
        self.title = title
        self.notes = notes
        self.url = url
        self.place = place
        self.containerID = containerID
        self.memberships = memberships ?? [Membership(containerID: containerID, place: place)]
        self.assigneeIDs = assigneeIDs
        self.isCompleted = isCompleted
        self.completedAt = completedAt
        self.plannedOn = plannedOn
        self.tags = tags
        self.fields = fields
        self.attachments = attachments
        self.updatedAt = updatedAt
    }

    /// The field with this id, or else the first of this name; nil when the task has none or it is empty.
    package func text(of field: String) -> String? {
        if let found = fields.first(where: { $0.id == field }) { return found.text }
        let wanted = Self.folded(field)
        return fields.first { Self.folded($0.name) == wanted }?.text
    }

    package func isAt(_ place: String) -> Bool { Self.folded(self.place) == Self.folded(place) }

    package static func folded(_ name: String) -> String { Words.folded(name) }
}

/// A comment people can read on a task. What the tool itself says there ("moved to …") is none.
package struct WorkComment: Hashable, Sendable {
    package var id: String
    package var authorID: String?
    package var authorName: String?
    package var text: String
    /// Unix milliseconds.
    package var createdAt: Int64
    /// When the tool says so. One that does not say is known to be edited by its text.
    package var editedAt: Int64?

    package init(
        id: String, authorID: String?, authorName: String?, text: String, createdAt: Int64, editedAt: Int64? = nil
    ) {
        self.id = id
        self.authorID = authorID
        self.authorName = authorName
        self.text = text
        self.createdAt = createdAt
        self.editedAt = editedAt
    }

    /// Whether it ends with a mark of ours: only what Bureau wrote does. People quote, so the place matters.
    package var carriesMark: Bool {
        let words = text.split(whereSeparator: \.isWhitespace).suffix(2).map(String.init)
        guard words.count == 2, words[0] == "ref", words[1].count == 26 else { return false }
        return words[1].allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    }
}

/// Comments of one task, oldest first.
package struct WorkComments: Hashable, Sendable {
    package var comments: [WorkComment]
    /// Whether these are all since the time that was asked for. Otherwise nothing may be concluded from an absence.
    package var isWhole: Bool
    /// The tool lists from the oldest on, and there are more than are read.
    package var lacksNewest: Bool

    package init(comments: [WorkComment], isWhole: Bool, lacksNewest: Bool = false) {
        self.comments = comments
        self.isWhole = isWhole
        self.lacksNewest = lacksNewest
    }
}
