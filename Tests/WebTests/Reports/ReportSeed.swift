import BureauDomain
import BureauEngine
import BureauStorage
import Crypto
import Foundation

@testable import BureauWeb

/// Reports as runs leave them, put straight into the rows.
struct ReportSeed: Sendable {
    var id = "01KAREP0000000000000000001", run = "01KARVN0000000000000000001"
    var client: String? = "acme"
    var state = "review_ready", runState = "in_review", round = 1
    var title = "Local SEO audit"
    /// Name, what the session called its kind, content.
    var files: [(String, String, String)] = [("report.md", "text/markdown", "# Audit\n\nAll is well.\n")]

    /// Runs that are done, oldest first, as many as fill more than one page of a list. Returns their ids.
    static func sixtyDone(on server: Served) async throws -> [String] {
        let numbers = 10..<70
        for number in numbers {
            try await ReportSeed(
                id: "01KAREP00000000000000000\(number)", run: "01KARVN00000000000000000\(number)", runState: "done",
                files: []
            ).put(into: server)
        }
        return numbers.map { "01KARVN00000000000000000\($0)" }
    }

    /// So many that wait for people, each of a run of its own.
    static func inReview(_ count: Int, of client: String, on server: Served) async throws {
        for number in 1...count {
            let tail = String(format: "%04d", number)
            try await ReportSeed(
                id: "01KAREP000000000000000\(tail)", run: "01KARVN000000000000000\(tail)", client: client
            ).put(into: server)
        }
    }

    func put(into server: Served) async throws {
        var stored: [(name: String, mime: String, size: Int64, hash: String, key: String)] = []
        for (index, (name, mime, content)) in files.enumerated() {
            let (bytes, key) = (Data(content.utf8), "runs/\(run)/\(id)-\(index)")
            try bytes.write(to: try server.blobs.prepare(key))
            let hash = SHA256.hash(data: bytes).reduce("") { $0 + ($1 < 16 ? "0" : "") + String($1, radix: 16) }
            stored.append((name, mime, Int64(bytes.count), hash, key))
        }
        let (now, files) = (server.house.doors.now(), stored)
        let isFinal = RunState(rawValue: runState)?.isFinal ?? false
        let hash = server.house.catalog.agent("sentinel")?.hash ?? "seed"
        let causes = [
            "failed": ("session_terminated", "The session ended with an error."),
            "needs_info": ("missing_fields", "Competitors are missing."),
            "ignored": ("not_eligible", "It is no task for this agent."),
        ]
        let cause = causes[runState]
        try await server.database.write { db in
            try db.execute(
                """
                INSERT INTO agent_config (sha256, agent, version, body, loaded_at)
                VALUES ('seed', 'sentinel', '1.0.0', ?, ?) ON CONFLICT DO NOTHING
                """, [AgentBody.sentinel, now])
            try db.execute(
                """
                INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                    client_slug, client_name, state, cause, cause_sentence, session_id, accepted_at, started_at,
                    ended_at, due_at)
                VALUES (?, 'sentinel', '1.0.0', ?, 'cli', 'cli test', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """,
                [
                    run, hash, "seed/\(run)", client, client.map { "\($0.capitalized) <b>Inc</b>" }, runState,
                    cause?.0, cause?.1, "sesn_\(run)", now - 60_000,
                    now - 50_000, isFinal ? now : nil, now + 86_400_000,
                ])
            try db.execute(
                """
                INSERT INTO artifact (id, run_id, round, version, agent, client_slug, client_name, kind, title,
                    period_from, period_to, state, visibility, capsule, reviewed, stale_after_days, agent_version,
                    config_sha256, session_id, requested_by, created_at, moved_at)
                VALUES (?, ?, ?, ?, 'sentinel', ?, ?, 'seo-audit', ?, '2026-11-01', '2026-11-30', ?, 'staff', ?, 1, 92,
                    '1.0.0', ?, ?, 'cli test', ?, ?)
                """,
                [
                    id, run, round, round, client, client.map { "\($0.capitalized) <b>Inc</b>" }, title, state,
                    #"{"schema":"bureau-capsule/1","kind":"seo-audit","period":null,"sources":[{"name":"Profile"}],"#
                        + #""key_figures":[{"name":"score","value":"71 of 100"}],"warnings":[],"missing":["Ads"]}"#,
                    hash, "sesn_\(run)", now - 30_000, now - 30_000,
                ])
            for (index, file) in files.enumerated() {
                try db.execute(
                    """
                    INSERT INTO artifact_file (artifact_id, position, role, name, mime_type, size_bytes, sha256, blob_key)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        id, index, index == 0 ? "report" : "data", file.name, file.mime, file.size, file.hash, file.key,
                    ])
            }
        }
    }
}

extension Served {
    func openClient(_ slug: String, _ fields: [String: JSONValue] = [:]) async throws {
        let made = try await house.clients.create(slug, name: slug.capitalized, by: Browser.tester)
        _ = try await house.clients.change(
            made.slug, fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, from: nil, by: Browser.tester)
    }
}
