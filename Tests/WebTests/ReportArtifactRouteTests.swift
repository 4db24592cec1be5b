import BureauDomain
import BureauEngine
import BureauStorage
import BureauVendors
import Crypto
import Foundation
import Testing

@testable import BureauWeb

@Suite("The registry over HTTP")
struct ReportArtifactRouteTests {
    private static let token = ["X-Agency-OS-Internal-Token": Served.internalToken]
    private static let id = "01KAREPRT00000000000000001", run = "01KARUN0000000000000000001"

    /// Values that must never leave, in every place a session or a store could have put one.
    private static let canaries = [
        "sk-ant-canary7f3a91", "xoxb-canary-19aa3e", "canary-payload-5b20", "runs/canary-blob-key",
        "canary-bearer-77aa", "1/1208000000000010:canary0demo0token0asana", "canaryhooksecret0123456789abcdef",
    ]

    /// A run with a finished artifact, as it might be after a session that wrote down what it should not.
    private static func seed(_ served: Served, state: String = "accepted") async throws {
        let file = "# Report\n\n<script>alert(1)</script>\n"
        let key = "runs/canary-blob-key/report.html"
        try Data(file.utf8).write(to: try served.blobs.prepare(key))
        let capsule = #"""
            {"schema":"bureau-capsule/1","kind":"seo-audit","period":null,"sources":[],
             "key_figures":[{"name":"score","value":"71 of 100"}],"missing":[],
             "warnings":["the key is sk-ant-canary7f3a91","Asana takes 1/1208000000000010:canary0demo0token0asana",
              "X-Hook-Secret: canaryhooksecret0123456789abcdef"],"api_token":"xoxb-canary-19aa3e"}
            """#
        try await served.database.write { db in
            try db.execute(
                "INSERT INTO agent_config (sha256, agent, version, body, loaded_at) VALUES ('c1', 'sentinel', '1.0.0', '{}', 1)",
                [])
            try db.execute(
                """
                INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                    client_slug, client_name, payload, state, session_id, accepted_at, ended_at, due_at)
                VALUES (?, 'sentinel', '1.0.0', 'c1', 'cli', 'cli test', 'canary-dedupe', 'shamrock', 'Shamrock',
                    '{"note":"canary-payload-5b20"}', 'done', 'sesn_1', 1, 2, 1)
                """, [run])
            try db.execute(
                """
                INSERT INTO artifact (id, run_id, round, version, agent, client_slug, client_name, kind, title, state,
                    visibility, capsule, blocked, reviewed, stale_after_days, agent_version, config_sha256, session_id,
                    requested_by, created_at, moved_at, reason)
                VALUES (?, ?, 1, 1, 'sentinel', 'shamrock', 'Shamrock', 'seo-audit', 'Audit xoxb-canary-19aa3e', ?,
                    'staff', ?, NULL, 0, 36500, '1.0.0', 'c1', 'sesn_1', 'Authorization: Bearer canary-bearer-77aa', ?, 1,
                    'token=canary-bearer-77aa')
                """, [id, run, state, capsule, Int64(Date().timeIntervalSince1970 * 1_000)])
            try db.execute(
                """
                INSERT INTO artifact_file (artifact_id, position, role, name, mime_type, size_bytes, sha256, blob_key)
                VALUES (?, 0, 'report', 'report – 1.html', 'text/html', ?, ?, ?)
                """,
                [
                    id, Int64(file.utf8.count),
                    SHA256.hash(data: Data(file.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                        .joined(), key,
                ])
        }
    }

    private static let path = "/report-artifacts/\(id)"
    private static let refusals: [(VendorRequest.Method, String, [String: String], String, Int)] = [
        (.get, "/report-artifacts", [:], "", 401),
        (.get, "/report-artifacts", ["X-Agency-OS-Internal-Token": ""], "", 401),
        (.get, "/report-artifacts", ["X-Agency-OS-Internal-Token": "test-internal-tokem"], "", 401),
        (.get, "/report-artifacts", ["X-Agency-OS-Internal-Token": "test-internal-token2"], "", 401),
        (.get, "/report-artifacts", ["Authorization": "Bearer test-internal-token"], "", 401),
        (.get, path, [:], "", 401), (.get, path + "/capsule", [:], "", 401), (.get, path + "/files", [:], "", 401),
        (.get, path + "/files/report.html", [:], "", 401), (.post, path + "/accept", [:], "", 401),
        (.post, path + "/dismiss", [:], "", 401), (.get, "/report-artifacts/reusable?client=a", [:], "", 401),
        (.get, "/report-artifacts?colour=red", token, "", 400), (.get, "/report-artifacts?limit=0", token, "", 400),
        (.get, "/report-artifacts?limit=x", token, "", 400), (.get, "/report-artifacts?status=good", token, "", 400),
        (.get, "/report-artifacts?month=2026-13", token, "", 400), (.get, "/report-artifacts/reusable", token, "", 400),
        (.get, "/report-artifacts/reusable?client=a&period=soon", token, "", 400),
        (.get, "/report-artifacts/01NOSUCH00000000000000000", token, "", 404),
        (.get, path + "/files/..%2F..%2Fetc%2Fpasswd", token, "", 404),
        (.get, path + "/files/other.md", token, "", 404),
        (.post, path + "/dismiss", token, "{", 400), (.post, path + "/accept", token, "", 409),
    ]

    @Test("A no is a problem document that says what to do, and holds neither token nor secret", arguments: refusals)
    func refused(method: VendorRequest.Method, path: String, headers: [String: String], body: String, status: Int)
        async throws
    {
        try await Served.run { served in
            try await Self.seed(served)
            let answer = try await served.send(method, path, headers, body: body)
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.type == "application/problem+json")
            let problem = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
            let fix = problem?["fix"] as? String ?? ""
            #expect(problem?["status"] as? Int == status && !fix.isEmpty && !fix.contains("bureau "), "\(fix)")
            for secret in Self.canaries + [Served.internalToken] { #expect(!answer.text.contains(secret)) }
        }
    }

    @Test("Without a token in the settings nobody gets in, and is told which setting it is")
    func unset() async throws {
        try await Served.run(hasInternalToken: false) { served in
            let answer = try await served.send(.get, "/report-artifacts", Self.token)
            #expect(answer.status == 503 && answer.type == "application/problem+json")
            #expect(answer.text.contains("AGENCY_OS_INTERNAL_TOKEN"))
        }
    }

    @Test("Neither credential, payload nor store key is in any answer, whatever a session wrote down")
    func canaries() async throws {
        try await Served.run { served in
            try await Self.seed(served)
            let paths = [
                "/report-artifacts", "/report-artifacts?client=shamrock&kind=seo-audit&status=accepted&limit=10",
                Self.path,
                Self.path + "/capsule", Self.path + "/files", "/report-artifacts/reusable?client=shamrock",
            ]
            for path in paths {
                let answer = try await served.send(.get, path, Self.token)
                #expect(
                    answer.status == 200 && answer.text.contains("71 of 100") || !path.hasSuffix("capsule"),
                    "\(answer.text)")
                #expect(answer.status == 200, "\(path): \(answer.text)")
                for secret in Self.canaries + [Served.internalToken, "blob_key", "canary-dedupe"] {
                    #expect(!answer.text.contains(secret), "\(secret) is in \(path)")
                }
            }
            let headers = try await served.answer(.get, Self.path, Self.token).headers
            #expect(headers["cache-control"] == "private, no-store" && headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test("A value of this installation is in no answer either, though nothing in it looks like a credential")
    func ownValues() async throws {
        let value = "plain-demo-value-of-this-house-5521", coded = Data("demo:\(value)".utf8).base64EncodedString()
        _ = Secret(value).masked()
        try await Served.run { served in
            try await Self.seed(served)
            let capsule =
                #"{"schema":"bureau-capsule/1","warnings":["it is \#(value)","\#(coded)"],"missing":["\#(value)"]}"#
            _ = try await served.database.write { db in
                try db.execute(
                    "UPDATE artifact SET capsule = ?, title = ?, reason = ?", [capsule, "Audit \(value)", coded])
            }
            for path in [
                "/report-artifacts", Self.path, Self.path + "/capsule", "/report-artifacts/reusable?client=shamrock",
            ] {
                let answer = try await served.send(.get, path, Self.token)
                #expect(answer.status == 200 && answer.text.contains("[removed]"), "\(path): \(answer.text)")
                #expect(!answer.text.contains(value) && !answer.text.contains(coded.dropFirst(8).prefix(16)), "\(path)")
            }
        }
    }

    @Test("A file's bytes come as they are, as a download that no browser sniffs or runs")
    func bytes() async throws {
        try await Served.run { served in
            try await Self.seed(served)
            let answer = try await served.answer(.get, Self.path + "/files/report%20%E2%80%93%201.html", Self.token)
            #expect(answer.status == 200 && String(decoding: answer.body, as: UTF8.self).hasPrefix("# Report"))
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["content-security-policy"]?.hasPrefix("sandbox; default-src 'none'") == true)
            #expect(
                answer.headers["cache-control"] == "private, no-store" && answer.headers["content-type"] == "text/html")
            let disposition = try #require(answer.headers["content-disposition"])
            #expect(disposition.hasPrefix("attachment; filename=\"report _ 1.html\""))
            #expect(disposition.hasSuffix("filename*=UTF-8''report%20%E2%80%93%201.html"))
        }
    }

    @Test("Dismissed over HTTP, an artifact can be reused no more; dismissed again, it is a conflict")
    func dismissed() async throws {
        try await Served.run { served in
            try await Self.seed(served)
            let usable = try await served.send(.get, "/report-artifacts/reusable?client=shamrock", Self.token)
            #expect(usable.text.contains(#""reusable": true"#))
            let answer = try await served.send(
                .post, Self.path + "/dismiss", Self.token, body: #"{"reason": "Wrong location"}"#)
            let json = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
            #expect(answer.status == 200 && json?["status"] as? String == "dismissed", "\(answer.text)")
            #expect(json?["decided_by"] as? String == "agency-os" && json?["reason"] as? String == "Wrong location")
            let later = try await served.send(.get, "/report-artifacts/reusable?client=shamrock", Self.token)
            #expect(later.text.contains(#""code": "dismissed""#))
            #expect(try await served.send(.post, Self.path + "/dismiss", Self.token).status == 409)
        }
    }

    @Test("A draft of an ended run is accepted over HTTP")
    func accepted() async throws {
        try await Served.run { served in
            try await Self.seed(served, state: "draft")
            let answer = try await served.send(.post, Self.path + "/accept", Self.token)
            #expect(answer.status == 200 && answer.text.contains(#""status": "accepted""#), "\(answer.text)")
            let noted = try await served.house.audit.list(.init(subject: "report \(Self.id)", visible: nil))
            #expect(noted.map(\.action) == ["report accepted"] && noted.first?.client == "shamrock")
            #expect(noted.first?.actor.name == "agency-os" && noted.first?.actor.surface == "internal")
            #expect(noted.first?.before?.contains("draft") == true && noted.first?.after?.contains("accepted") == true)
        }
    }

    private static let senders: [(String, [String: String], Int)] = [
        ("this machine", [:], 200), ("the office", ["X-Forwarded-For": "203.0.113.9"], 200),
        ("elsewhere", ["X-Forwarded-For": "198.51.100.7"], 403),
    ]

    @Test("Staff's own tools run beside the server or in the office, where there is one", arguments: senders)
    func office(whence: String, headers: [String: String], status: Int) async throws {
        let range = try #require(AddressRange("203.0.113.0/24"))
        try await Served.run(site: .init(offices: [range], version: "1.2.3")) { served in
            let answer = try await served.answer(.get, "/report-artifacts", Self.token.merging(headers) { $1 })
            #expect(answer.status == status, "\(whence)")
        }
    }

    @Test("A list tells where it goes on, and ends")
    func cursor() async throws {
        try await Served.run { served in
            try await Self.seed(served)
            try await served.database.write { db in
                for number in 2...4 {
                    let id = "01KAREPRT0000000000000000\(number)"
                    try db.execute(
                        """
                        INSERT INTO artifact (id, run_id, round, version, agent, client_slug, client_name, kind, title,
                            channel, period_from, period_to, state, visibility, capsule, blocked, reviewed,
                            stale_after_days, agent_version, config_sha256, session_id, session_agent, model,
                            payload_sha256, requested_by, created_at, moved_at, decided_by, reason, superseded_by)
                        SELECT ?, run_id, ?, version, agent, client_slug, client_name, kind, title,
                            channel, period_from, period_to, state, visibility, capsule, blocked, reviewed,
                            stale_after_days, agent_version, config_sha256, session_id, session_agent, model,
                            payload_sha256, requested_by, created_at, moved_at, decided_by, reason, superseded_by
                        FROM artifact WHERE id = ?
                        """, [id, number, Self.id])
                }
            }
            var seen: [String] = [], path = "/report-artifacts?limit=3"
            for _ in 0..<3 {
                let answer = try await served.send(.get, path, Self.token)
                let json = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
                seen += (json?["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
                guard let next = json?["next"] as? String else { break }
                path = "/report-artifacts?limit=3&before=\(next)"
            }
            #expect(seen.count == 4 && seen == seen.sorted(by: >))
        }
    }
}
