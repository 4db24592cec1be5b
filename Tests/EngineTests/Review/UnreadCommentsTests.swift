import BureauDomain
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("More comments than are read")
struct UnreadCommentsTests {
    /// A task whose stories never end, oldest first.
    private struct Endless: Transport {
        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
            throw VendorError(vendor: .asana, operation: request.operation, kind: .unreachable)
        }

        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
            let story =
                #"{"gid": "7", "type": "comment", "text": "Old.", "created_at": "2026-01-01T00:00:00.000Z"}"#
            let json = #"{"data": [\#(story)], "next_page": {"offset": "more"}}"#
            return VendorResponse(
                status: 200, headers: VendorHeaders([(name: String, value: String)]()), body: Array(json.utf8))
        }
    }

    @Test("Where the newest cannot be read people are told once, with what to do, until the run is decided")
    func told() async throws {
        let bench = try await Bench()
        let turn: [RunMachine.Event] = [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)]
        let run = try await bench.run(Bench.toRunning + turn, task: "500")
        let watch = try #require(try await bench.database.read { try TaskWatchStore(db: $0).find(run.id) })
        let tool = AsanaWorkTool(
            asana: AsanaClient(transport: Endless(), baseURL: "http://asana", token: Secret("test")))
        let parts = try bench.parts(Connections())
        for _ in 0..<2 { #expect(try await watch.comments(tool, parts).lacksNewest) }
        let alerts = try await bench.alerts()
        #expect(alerts.map(\.subject) == [TaskWatch.unreadSubject(run.id)])
        #expect(alerts.first?.sentence.contains("Decide run \(run.id) on") == true)
        let id = try #require(alerts.first?.id)
        _ = try await bench.database.write { try AlertStore(db: $0).resolve(id: id, by: "ana", now: 1) }
        _ = try await watch.comments(tool, parts)
        #expect(try await bench.alerts().isEmpty, "closed by a person, it stays closed")
    }

    @Test("The end of the run closes what was told of its task")
    func closed() async throws {
        let bench = try await Bench()
        let turn: [RunMachine.Event] = [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)]
        let run = try await bench.run(Bench.toRunning + turn, task: "500"), parts = try bench.parts(Connections())
        _ = try await SystemAlarm(parts: parts).raise("comments", subject: TaskWatch.unreadSubject(run.id), "x")
        try await bench.move(run.id, .dismissed(RunCause(.dismissed, "Not wanted.")))
        #expect(try await bench.alerts().isEmpty)
    }
}
