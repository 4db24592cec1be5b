import BureauSandbox
import Foundation
import Testing

/// Output files: when they appear, how they are listed, what is in them.
@Suite struct AnthropicFileTests {
    @Test("Files appear some time after the turn has ended, newest first, and can be downloaded")
    func appearing() async throws {
        try await withAnthropic { host in
            let id = try await host.start("sentinel", with: ["files_delay_ms": 60])
            _ = try await host.settled(id)
            let files = try await files(host, id, count: 2)
            #expect(
                files.map { $0["filename"]?.string } == [
                    "sentinel-audit-shamrock-detailing.md", "sentinel-audit-shamrock-detailing.json",
                ])
            for file in files {
                #expect(file["downloadable"] == true)
                #expect(file["scope"]?["id"]?.string == id)
                let content = try await host.get("/files/\(file["id"]?.string ?? "")/content")
                #expect(content.bytes.count == file["size_bytes"]?.int)
                #expect(content.headers["content-length"] == String(content.bytes.count))
                #expect(content.headers["content-type"] == file["mime_type"]?.string)
            }
            #expect(try await host.get("/files/file_none/content").status == 404)
        }
    }

    @Test("The audit is built from the client in the kickoff and has the size and parts of a real one")
    func audit() async throws {
        try await withAnthropic { host in
            let id = try await host.start("sentinel", with: ["files_delay_ms": 0])
            _ = try await host.settled(id)
            let files = try await files(host, id, count: 2)
            let json = try await host.get("/files/\(files[1]["id"]?.string ?? "")/content")
            #expect((30_000...80_000).contains(json.bytes.count), "\(json.bytes.count)")
            let audit = json.json
            #expect(audit["overall_score"] == 71)
            #expect(audit["client"]?["client_name"] == "Shamrock Detailing (demo)")
            #expect(audit["client"]?["service_area_cities"] == ["Dublin", "Hilliard", "Powell"])
            let modules = try #require(audit["modules"]?.array)
            #expect(modules.count == 5)
            #expect(modules.compactMap { $0["score"]?.int }.reduce(0, +) / 5 == 71)
            for module in modules { #expect(module["findings"]?[0]?["evidence"]?[0]?["source"]?.string != nil) }
            #expect(audit["priorities"]?[0]?["priority"] == "P1")
            for part in ["nap", "competitors", "local_rank", "pages", "sources", "warnings"] {
                #expect(audit[part]?.array?.isEmpty == false, "\(part)")
            }
            let markdown = String(
                decoding: try await host.get("/files/\(files[0]["id"]?.string ?? "")/content").bytes, as: UTF8.self)
            #expect(markdown.contains("Overall Score: 71/100"))
            #expect(markdown.contains("## Top priorities\n\n- **P1** Add 8 missing services to the business profile\n"))
        }
    }

    @Test("The list has two shapes, and a scope needs the sessions' beta")
    func shapes() async throws {
        try await withAnthropic { host in
            let id = try await host.start("many_files", with: ["files_delay_ms": 0])
            _ = try await host.settled(id)
            let path = "/anthropic/v1/files?scope_id=\(id)"
            var headers = AnthropicHost.headers
            headers["anthropic-beta"] = "files-api-2025-04-14"
            #expect(try await host.send("GET", path, headers: headers).status == 400)
            headers["anthropic-beta"] = "managed-agents-2026-04-01,files-api-2025-04-14"
            let old = try await host.send("GET", path, headers: headers).json
            #expect(old["next_page"] == nil)
            #expect(old["has_more"] == true)
            let last = try #require(old["last_id"]?.string)
            let further = try await host.send("GET", path + "&limit=100&after_id=\(last)", headers: headers).json
            #expect(further["data"]?.array?.count == 25)
            #expect(further["has_more"] == false)
            let new = try await host.get("/files?scope_id=\(id)").json
            #expect(new["data"]?.array?.count == 20)
            let cursor = try #require(new["next_page"]?.string)
            #expect(
                try await host.get("/files?scope_id=\(id)&limit=1000&page=\(cursor)").json["data"]?.array?.count == 25)
            headers["anthropic-beta"] = nil
            let general = try await host.send("GET", "/anthropic/v1/files", headers: headers).json
            #expect(general["has_more"] == nil)
            #expect(general["next_page"]?.string != nil)
        }
    }

    @Test("Names are given back exactly as the agent chose them")
    func names() async throws {
        try await withAnthropic { host in
            let id = try await host.start("hostile_names", with: ["files_delay_ms": 0])
            _ = try await host.settled(id)
            let names = try await files(host, id, count: 16).compactMap { $0["filename"]?.string }
            #expect(names.contains("../../etc/passwd"))
            #expect(names.contains("<script>alert(1)</script>.html"))
            #expect(names.count { $0 == "report.md" } == 2)
            let transcript = try await host.send("GET", "/sessions/\(id)", headers: [:])
            let html = String(decoding: transcript.bytes, as: UTF8.self)
            #expect(html.contains("Stand-in: nothing here is real"))
            #expect(html.contains("&lt;script&gt;alert(1)"))
            #expect(!html.contains("<script>"))
        }
    }

    /// The listing once it has this many files.
    private func files(_ host: AnthropicHost, _ id: String, count: Int) async throws -> [JSON] {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let files = try await host.get("/files?scope_id=\(id)").json["data"]?.array ?? []
            if files.count == count { return files }
            await Task.yield()
        }
        throw AnthropicHost.TimedOut(last: ["fewer than \(count) files"])
    }
}
