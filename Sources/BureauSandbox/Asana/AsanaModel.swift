/// The things an Asana workspace holds, as the stand-in remembers them. Times are Unix milliseconds, days are
/// "2026-05-22", gids are digits in a string.
struct AsanaPerson: Hashable, Sendable {
    let gid: String, name: String, email: String
}

struct AsanaTag: Hashable, Sendable {
    let gid: String, name: String
}

struct AsanaOption: Hashable, Sendable {
    let gid: String, name: String
    var color = "none", isEnabled = true
}

struct AsanaField: Hashable, Sendable {
    let gid: String, name: String
    /// One of text, number, enum, multi_enum, date, people.
    let type: String
    var options: [AsanaOption] = []
}

struct AsanaSection: Hashable, Sendable {
    let gid: String, name: String
}

struct AsanaProject: Sendable {
    let gid: String, name: String
    var sections: [AsanaSection]
    let fields: [AsanaField]
}

/// Where a task lies in one project; of two in a section, the one with the higher rank is on top.
struct AsanaPlace: Hashable, Sendable {
    let projectID: String
    var sectionID: String, rank: Int
}

struct AsanaStory: Sendable {
    let gid: String, created: Int, subtype: String
    var text: String
    /// As it was written, when it was written as rich text.
    var html: String?
    /// Nil when Asana itself did it.
    let authorID: String?
    var isEdited = false

    var isComment: Bool { subtype == "comment_added" }
}

struct AsanaFile: Sendable {
    let gid: String, name: String, mimeType: String
    let bytes: [UInt8], created: Int
    /// Where a file that Asana only links to lies.
    var externalURL: String?
}

struct AsanaTask: Sendable {
    let gid: String
    var name: String, notes = ""
    var subtype = "default_task", approval: String?
    var assigneeID: String?
    var completed: Int?
    var dueOn: String?, startOn: String?
    let created: Int, creatorID: String
    var modified: Int
    var parentID: String?
    var places: [AsanaPlace] = []
    var followerIDs: [String] = [], tagIDs: [String] = []
    /// By field gid, in the shape they are written in; a field that is empty is absent.
    var values: [String: JSON] = [:]
    var stories: [AsanaStory] = []
    var files: [AsanaFile] = []

    var ref: AsanaRef { AsanaRef(gid: gid, type: "task", subtype: subtype) }
}

/// What an event is about, or what it happened in.
struct AsanaRef: Hashable, Sendable {
    let gid: String, type: String
    var subtype: String?

    var json: JSON {
        .compact(["gid": .string(gid), "resource_type": .string(type), "resource_subtype": subtype.map { .string($0) }])
    }
}

/// A refusal in Asana's shape: an HTTP status and an English sentence; its errors have no codes.
struct AsanaRefusal: Error, Hashable, Sendable {
    let status: Int, message: String
    static let help =
        "For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors"

    static let noToken = AsanaRefusal(status: 401, message: "Not Authorized")
    static let paid = AsanaRefusal(status: 402, message: "Search is only available to premium users.")
    static func forbidden(_ message: String) -> AsanaRefusal { AsanaRefusal(status: 403, message: message) }
    static func invalid(_ message: String) -> AsanaRefusal { AsanaRefusal(status: 400, message: message) }
    /// One that never was, one that was deleted and one that may not be seen are answered alike.
    static func unknown(_ what: String, _ gid: String) -> AsanaRefusal {
        AsanaRefusal(status: 404, message: "\(what): Unknown object: \(gid.prefix(40))")
    }

    var json: JSON {
        var error: JSON = ["message": .string(message), "help": .string(Self.help)]
        if status == 500 { error["phrase"] = "6 sad squid snuggle softly" }
        return ["errors": [error]]
    }
}
