import BureauDomain
import BureauStorage

/// Which client a ClickUp task is for, as far as that is known before its run is assessed: as its own field says, else
/// as the agent's file says of the whole list. It only decides in whose line the run waits; the assessment looks again.
struct ClickUpClientChoice {
    struct Client: Hashable, Sendable {
        let slug: String
        let name: String?
    }

    let db: any Connection

    /// `task` is nil where only the list is known. A client of the list that nobody has made is no client: the
    /// assessment tells of it.
    func choose(_ trigger: AgentConfig.Triggers.ClickUp, _ task: WorkTask? = nil) throws -> Client? {
        if let said = task?.text(of: "client_id") {
            return Client(slug: said, name: try task?.text(of: "client_name") ?? name(of: said))
        }
        return try trigger.client.flatMap { slug in try name(of: slug).map { Client(slug: slug, name: $0) } }
    }

    private func name(of slug: String) throws -> String? {
        try db.first("SELECT name FROM client WHERE slug = ?", [slug])?.text("name")
    }
}
