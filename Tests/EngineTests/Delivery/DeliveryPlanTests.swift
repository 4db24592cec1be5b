import BureauDomain
import Testing

@testable import BureauEngine

@Suite("The plan of a delivery")
struct DeliveryPlanTests {
    private func plan(_ names: [String], task: String? = "86a", client: String = "Shamrock & Sons") async throws
        -> [StepPlan]
    {
        let bench = try await Bench()
        let run = try await bench.run(Bench.toRunning, task: task)
        let now = bench.clock.now
        let files = try await bench.database.write { db in
            let store = FileStore(db: db)
            for (position, name) in names.enumerated() {
                let isLost = name.hasPrefix("lost")
                try store.put(
                    NewFile(
                        vendorID: "file_\(position)", position: position, name: name, safeName: name,
                        mimeType: "text/plain", sizeBytes: 3, sha256: isLost ? nil : "hash",
                        blobKey: isLost ? nil : "runs/x/\(name)", error: isLost ? "gone" : nil), run: run.id, now: now)
            }
            return try store.list(run.id)
        }
        let values = ["client_id": "shamrock", "client_name": client]
        return try DeliveryPlan(config: bench.agent.config, run: run, files: files, values: values).steps()
    }

    private func lines(_ plans: [StepPlan]) -> [String] {
        plans.map { "\($0.channel.rawValue) \($0.kind) \($0.subject) \($0.position)" }
    }

    @Test("Two files and a task make these steps, in this order")
    func golden() async throws {
        #expect(
            lines(try await plan(["audit.json", "audit.md"])) == [
                "google_drive folder Clients/Shamrock & Sons/Audits 0", "google_drive upload audit.json 1",
                "google_drive upload audit.md 2", "clickup attach audit.json 1", "clickup attach audit.md 2",
                "clickup comment ready 5000", "clickup status Review 5001", "slack post ready 0",
                "folder copy audit.json 1", "folder copy audit.md 2",
            ])
    }

    @Test(
        "Without a task nothing goes to ClickUp; without a file nothing is uploaded, and people are told all the same")
    func less() async throws {
        #expect(lines(try await plan(["a.md"], task: nil)).allSatisfy { !$0.hasPrefix("clickup") })
        #expect(
            lines(try await plan(["lost.md"])) == [
                "clickup comment ready 5000", "clickup status Review 5001", "slack post ready 0",
            ])
    }

    @Test("Files of one template and one extension keep apart")
    func collisions() async throws {
        let titles = try await plan(["a.md", "b.md", "c.json"]).filter {
            $0.channel == .googleDrive && $0.kind == "upload"
        }
        .map { try JSONText.decode(FileIntent.self, $0.intent).title }
        #expect(titles[0] == "audit-shamrock.md")
        #expect(Set(titles).count == 3)
        #expect(titles[2] == "audit-shamrock.json")
    }

    @Test(
        "A client's name never adds a folder or climbs out of one",
        arguments: ["../../etc", "a/b", "..", "{client_id}", "", "x\u{0}y"])
    func hostile(client: String) async throws {
        let folder = try #require(try await plan(["a.md"], client: client).first)
        let segments = try JSONText.decode(FolderIntent.self, folder.intent).segments
        #expect(segments.count <= 3)
        #expect(segments.allSatisfy { $0 != ".." && $0 != "." && !$0.contains("/") && !$0.contains("\u{0}") })
        #expect(!segments.contains("shamrock"), "a placeholder inside a value is text")
    }
}
