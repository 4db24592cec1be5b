/// The things a ClickUp workspace holds, as the stand-in remembers them. Times are Unix milliseconds.
struct ClickUpUser: Sendable {
    let id: Int, username: String, email: String, color: String, initials: String

    /// The person who owns the token: what the product writes, it writes as this user.
    static let tokenOwner = ClickUpUser(
        id: 8000, username: "Bureau (demo bot)", email: "bureau@agency.example", color: "#536cfe", initials: "BU")
    /// The person who moves cards on the /board page.
    static let boardUser = ClickUpUser(
        id: 8001, username: "Jake (demo)", email: "jake@agency.example", color: "#7b68ee", initials: "JD")
    /// Another person of the agency, who reviews.
    static let reviewer = ClickUpUser(
        id: 8002, username: "Ana (demo)", email: "ana@agency.example", color: "#ff7fab", initials: "AR")
    static let all = [tokenOwner, boardUser, reviewer]
}

struct ClickUpStatus: Sendable {
    /// One of open, custom, done, closed.
    let name: String, type: String, color: String, orderindex: Int
}

struct ClickUpOption: Sendable {
    let id: String, name: String, color: String, orderindex: Int
}

struct ClickUpField: Sendable {
    let id: String, name: String, type: String
    var options: [ClickUpOption] = []
}

struct ClickUpList: Sendable {
    let id: String, name: String
    let folderID: String, spaceID: String
    let statuses: [ClickUpStatus], fields: [ClickUpField]

    /// Status names are the same word in any case and with any white space around them.
    func status(named name: String) -> ClickUpStatus? {
        let wanted = ClickUpList.folded(name)
        return statuses.first { ClickUpList.folded($0.name) == wanted }
    }

    static func folded(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

struct ClickUpComment: Sendable {
    let id: String, historyID: String
    var parts: [JSON], text: String
    let user: ClickUpUser, date: Int
}

struct ClickUpAttachment: Sendable {
    let id: String, title: String, fileExtension: String?, mimeType: String
    let bytes: [UInt8], date: Int
}

struct ClickUpTask: Sendable {
    let id: String, listID: String
    var customID: String?
    /// The task it is a part of.
    var parentID: String?
    var name: String, text = ""
    var status: ClickUpStatus
    let created: Int
    var updated: Int
    var closed: Int?
    var creator = ClickUpUser.boardUser
    var assignees: [ClickUpUser] = []
    var tags: [String] = []
    /// Instants, though people mean days.
    var due: Int?, start: Int?
    /// Values by field id, as the API reads them back; a field that is not set is absent.
    var values: [String: JSON] = [:]
    var comments: [ClickUpComment] = []
    var attachments: [ClickUpAttachment] = []
}

struct ClickUpWebhook: Sendable {
    enum Status: String, Sendable { case active, failing, suspended, inactive }
    enum Place: Hashable, Sendable { case workspace, space(String), folder(String), list(String), task(String) }

    let id: String, secret: String
    /// A bare path ("/webhook/sentinel") stands for that path of wherever the product listens at the time.
    var endpoint: String
    /// Event names; "*" asks for all of them.
    var events: [String]
    let place: Place
    var status = Status.active
    var failCount = 0

    func wants(_ event: String, of task: ClickUpTask, in list: ClickUpList) -> Bool {
        guard status == .active || status == .failing, events.contains("*") || events.contains(event) else {
            return false
        }
        switch place {
        case .workspace: return true
        case .space(let id): return list.spaceID == id
        case .folder(let id): return list.folderID == id
        case .list(let id): return list.id == id
        case .task(let id): return task.id == id
        }
    }
}

/// One event on its way to one webhook.
struct ClickUpDelivery: Sendable {
    let webhookID: String, event: String, taskID: String
    let body: [UInt8]
}

/// A refusal in ClickUp's own words: an HTTP status, an English sentence and an error code.
struct ClickUpRefusal: Error, Hashable, Sendable {
    let status: Int, message: String, code: String

    static let noToken = ClickUpRefusal(status: 400, message: "Authorization header required", code: "OAUTH_017")
    static let badToken = ClickUpRefusal(status: 401, message: "Token invalid", code: "OAUTH_025")
    static let foreign = ClickUpRefusal(status: 401, message: "Team not authorized", code: "OAUTH_027")
    static let noTask = ClickUpRefusal(status: 404, message: "Task not found, deleted or not visible", code: "ITEM_013")
    static let noStatus = ClickUpRefusal(status: 400, message: "Status does not exist", code: "ITEM_114")
    static let noWebhook = ClickUpRefusal(status: 404, message: "Webhook not found", code: "WEBHOOK_404")
    static let hookExists = ClickUpRefusal(
        status: 400, message: "Webhook configuration already exists", code: "OAUTH_171")
    static let rateLimit = ClickUpRefusal(status: 429, message: "Rate limit reached", code: "APP_002")

    static func invalid(_ message: String) -> ClickUpRefusal {
        ClickUpRefusal(status: 400, message: message, code: "INPUT_005")
    }
}
