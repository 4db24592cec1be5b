import Foundation

/// A person at the stand-in board, for the demo and for tests: uses the page's own form, over HTTP.
package struct BoardVisitor: Sendable {
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    /// The sandbox's address, such as "http://127.0.0.1:8700".
    let base: String
    static let timeoutSeconds: Int64 = 120

    package init(base: String) { self.base = base }

    /// Tells the stand-ins where the product listens.
    package func connect(product url: String) async throws {
        let body = JSON.object(["url": .string(url)]).text
        try await post("/_control/product", type: "application/json", body)
    }

    /// Moves a card by hand, which raises the same events as in the real tool.
    package func move(_ task: String, to status: String) async throws {
        let escaped = status.utf8.map { byte in
            (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        try await post("/board/\(task)/status", type: "application/x-www-form-urlencoded", "status=\(escaped)")
    }

    /// Writes a comment as this person (8001 and 8002 are people of the demo agency). Returns the comment's id.
    @discardableResult
    package func comment(_ task: String, _ text: String, by user: Int = 8001) async throws -> String {
        let body: JSON = ["task": .string(task), "text": .string(text), "user": .int(user)]
        let answer = try await post("/_control/clickup/comment", type: "application/json", body.text)
        return (try? JSON(parsing: Data(answer.utf8)))?["id"]?.string ?? ""
    }

    package func edit(_ task: String, comment: String, to text: String) async throws {
        let body: JSON = ["task": .string(task), "comment": .string(comment), "text": .string(text)]
        try await post("/_control/clickup/comment/edit", type: "application/json", body.text)
    }

    package func delete(_ task: String, comment: String) async throws {
        let body: JSON = ["task": .string(task), "comment": .string(comment)]
        try await post("/_control/clickup/comment/delete", type: "application/json", body.text)
    }

    package func fillIn(_ task: String, field: String, _ value: JSON) async throws {
        let body: JSON = ["task": .string(task), "field": .string(field), "value": value]
        try await post("/_control/clickup/field", type: "application/json", body.text)
    }

    /// `tags`, and `due` and `start` in Unix milliseconds or null; what is not named stays.
    package func plan(_ task: String, _ words: [String: JSON]) async throws {
        var body = words
        body["task"] = .string(task)
        try await post("/_control/clickup/plan", type: "application/json", JSON.object(body).text)
    }

    /// What a person does at the Asana board: "assign", "comment", "edit", "delete_comment", "move", "field", "complete",
    /// "create" and the like, as `user` (a gid) or as the person of the demo agency. Returns the gid of what was made.
    @discardableResult
    package func asana(_ act: String, _ task: String = "", _ fields: [String: String] = [:]) async throws -> String {
        var fields = fields
        fields["task"] = task
        let body = JSON.object(fields.mapValues { .string($0) })
        let answer = try await post("/_control/asana/\(act)", type: "application/json", body.text)
        return (try? JSON(parsing: Data(answer.utf8)))?["gid"]?.string ?? ""
    }

    @discardableResult
    func post(_ path: String, type: String, _ body: String) async throws -> String {
        let answer = await Outbound.post(base + path, [("content-type", type)], Array(body.utf8), Self.timeoutSeconds)
        guard let answer, (200...399).contains(answer.status) else {
            throw Refused(description: "the stand-in refused \(path): \(answer?.body.prefix(300) ?? "no answer")")
        }
        return answer.body
    }
}
