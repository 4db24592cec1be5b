import BureauDomain
import BureauStorage

/// The SQL of `run_credential`: what a run began with stays its own, whatever its client's record says later.
struct RunCredentialStore {
    let db: any Connection

    func find(_ runID: String) throws -> RunCredentials? {
        try db.first("SELECT name, tasks FROM run_credential WHERE run_id = ?", [runID]).map {
            RunCredentials(name: try $0.textIfAny("name"), tasks: try $0.textIfAny("tasks"))
        }
    }

    /// As pinned when the run began, before that as its client and agent say now.
    func credentials(of run: RunRecord, _ agent: AgentConfig?) throws -> RunCredentials {
        try find(run.id)
            ?? .choose(
                client: try run.clientSlug.flatMap { try ClientStore(db: db).find($0)?.credentials },
                agent: agent?.credentials, isFromAgentsList: run.isFromAgentsList)
    }

    /// Only the first time counts.
    func pin(_ runID: String, _ credentials: RunCredentials) throws {
        try db.execute(
            "INSERT INTO run_credential (run_id, name, tasks) VALUES (?, ?, ?) ON CONFLICT (run_id) DO NOTHING",
            [runID, credentials.name, credentials.tasks])
    }
}
