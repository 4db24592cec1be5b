import BureauDomain
import BureauStorage
import Foundation

/// What somebody who is known by a tool's id alone is called in what is kept: in the bytes that started the run, in what
/// they wrote about it, among the users. The tool itself is not asked.
struct RunAskerStore {
    let db: any Connection
    static let nameCharactersMax = 80

    /// Nil where nothing tells. `slackPeople` are Slack ids by the names of users, as the settings say.
    func name(_ asked: Requester, of run: RunRecord, slackPeople: [String: String]) throws -> String? {
        guard let id = asked.ids.last else { return nil }
        let found: String? =
            switch asked.kind {
            case .clickUp: try inClickUpSignal(run.id, id) ?? inFeedback(run.id, "clickup", id)
            case .asana: try inFeedback(run.id, "asana", id)
            case .slack: try amongUsers(id, slackPeople.first { $0.value == id }?.key) ?? inSlackSignal(run.id, id)
            case .bureau, .clock, .unknown: nil
            }
        let name = Outgoing.clean(String((found ?? "").prefix(Self.nameCharactersMax)))
        return name.allSatisfy(\.isWhitespace) ? nil : name
    }

    private func amongUsers(_ slackID: String, _ name: String?) throws -> String? {
        try db.first(
            "SELECT display_name FROM person WHERE slack_id = ? OR name = ? ORDER BY slack_id IS NULL LIMIT 1",
            [slackID, name])?.text("display_name")
    }

    private func inFeedback(_ run: String, _ tool: String, _ id: String) throws -> String? {
        try db.first(
            """
            SELECT author_name FROM feedback WHERE run_id = ? AND tool = ? AND author_id = ? AND author_name IS NOT NULL
            ORDER BY written_at DESC LIMIT 1
            """, [run, tool, id])?.textIfAny("author_name")
    }

    /// Each change of a webhook of ClickUp says who made it.
    private func inClickUpSignal(_ run: String, _ id: String) throws -> String? {
        guard let body = try signal(run, "clickup"), let event = try? JSONValue.parse(Array(body)) else { return nil }
        let people = (event["history_items"]?.array ?? []).compactMap { $0["user"] }
        return people.first { $0["id"]?.int.map { "\($0)" } == id }?["username"]?.string
    }

    /// A command's fields, as a form has them.
    private func inSlackSignal(_ run: String, _ id: String) throws -> String? {
        guard let body = try signal(run, "slack") else { return nil }
        let fields = String(decoding: body, as: UTF8.self).split(separator: "&")
        guard fields.contains("user_id=\(id)") else { return nil }
        let name = fields.first { $0.hasPrefix("user_name=") }?.dropFirst("user_name=".count)
        return name.flatMap { String($0).replacing("+", with: " ").removingPercentEncoding }
    }

    private func signal(_ run: String, _ source: String) throws -> Data? {
        try db.first(
            "SELECT body FROM signal WHERE run_id = ? AND source = ? AND verdict = 'run' ORDER BY id LIMIT 1",
            [run, source])?.bytes("body")
    }
}

extension RunDesk {
    /// What whoever asked for this run is called, where something that is kept has it.
    package func askerName(_ run: RunRecord, slackPeople: [String: String]) async throws -> String? {
        let asked = Requester(run.requestedBy)
        switch asked.kind {
        case .bureau, .clock, .unknown: return nil
        case .clickUp, .asana, .slack: break
        }
        return try await database.read {
            try RunAskerStore(db: $0).name(asked, of: run, slackPeople: slackPeople)
        }
    }
}
