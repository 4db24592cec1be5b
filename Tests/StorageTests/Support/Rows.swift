import BureauStorage

/// Rows of the real schema, complete, with single columns changed by a test.
enum Rows {
    static let configHash = String(repeating: "c", count: 64)

    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "01" + String(repeating: "0", count: 24 - digits.count) + digits
    }

    static let config = """
        INSERT INTO agent_config (sha256, agent, version, body, loaded_at)
        VALUES ('\(configHash)', 'sentinel', '1.0.0', '{}', 1)
        """

    static func run(_ number: Int, _ changes: [String: String] = [:]) -> String {
        insert(
            "run",
            [
                "id": "'\(id(number))'", "agent": "'sentinel'", "agent_version": "'1.0.0'",
                "config_sha256": "'\(configHash)'", "trigger_source": "'cli'", "requested_by": "'cli root'",
                "dedupe_key": "'key-\(number)'", "state": "'queued'", "accepted_at": "\(number)", "due_at": "1",
            ], changes)
    }

    static func step(_ number: Int, _ changes: [String: String] = [:]) -> String {
        insert(
            "step",
            [
                "id": "'\(id(number))'", "run_id": "'\(id(1))'", "purpose": "'delivery'", "channel": "'slack'",
                "kind": "'post'", "subject": "'s\(number)'", "position": "0", "state": "'pending'", "intent": "'{}'",
                "created_at": "1", "due_at": "1",
            ], changes)
    }

    static func signal(_ changes: [String: String] = [:]) -> String {
        insert(
            "signal",
            [
                "id": "'\(id(7))'", "received_at": "1", "source": "'clickup'", "agent": "'sentinel'",
                "remote_address": "'127.0.0.1'", "body": "x'7b7d'", "body_bytes": "2", "body_sha256": "'h'",
                "verdict": "'ignored'", "reason": "'no'",
            ], changes)
    }

    static func file(_ changes: [String: String] = [:]) -> String {
        insert(
            "file",
            [
                "run_id": "'\(id(1))'", "vendor_id": "'file_1'", "position": "0", "name": "'a.md'",
                "safe_name": "'a.md'", "mime_type": "'text/markdown'", "size_bytes": "1", "sha256": "'h'",
                "blob_key": "'runs/x/a.md'",
            ], changes)
    }

    private static func insert(_ table: String, _ usual: [String: String], _ changes: [String: String]) -> String {
        let row = usual.merging(changes) { $1 }.sorted { $0.key < $1.key }
        let names = row.map(\.key).joined(separator: ", "), values = row.map(\.value).joined(separator: ", ")
        return "INSERT INTO \(table) (\(names)) VALUES (\(values))"
    }
}

extension SQLiteDatabase {
    /// Runs statements in one transaction.
    func run(_ statements: String...) async throws {
        try await write { db in for statement in statements { try db.execute(statement, []) } }
    }

    /// One small row under a name.
    func put(_ name: String, _ value: String = "x") async throws {
        _ = try await write { db in try db.execute("INSERT INTO setting VALUES (?, ?, 1)", [name, value]) }
    }

    /// A writer that stands still inside its transaction until the gate opens.
    func hold(_ gate: Gate) async throws { try await write { _ in gate.waitBlocking() } }

    func count(_ table: String) async throws -> Int64 {
        try await query("SELECT count(*) AS n FROM \(table)").first?.integer("n") ?? -1
    }
}
