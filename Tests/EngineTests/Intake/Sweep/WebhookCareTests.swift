import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("The care for ClickUp's webhooks")
struct WebhookCareTests {
    private static let workspace = "9018614428"

    @Test(
        "That one was suspended is on record before it is armed again, with the note that the whole list is looked at")
    func suspended() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let clickUp = try #require(standIns.connections.clickUp)
            let hook = try await clickUp.createWebhook(
                workspace: Self.workspace, endpoint: "http://127.0.0.1:9/webhook/sentinel", events: WebhookDesk.events,
                list: Agents.list)
            try standIns.fault("clickup", "webhook.deliver", .suspend)
            let board = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
            try await board.move("86demoshm1", to: "ready (automate)")
            func health() async throws -> String? {
                try await clickUp.webhooks(workspace: Self.workspace).first { $0.id == hook.id }?.health.word
            }
            try await eventually("it is suspended") { try await health() == "suspended" ? true : nil }

            try await bench.database.write { db in
                try SweepStore(db: db).finish(
                    agent: "sentinel", listID: Agents.list, updatedAfter: 1, answering: 0, now: 1)
            }
            let atArming = Noted()
            // What is written down when the request leaves is what a kill right after it would leave.
            let transport = Interposed(standIns.transport) { [database = bench.database] request in
                guard request.operation == "PUT webhook" else { return nil }
                let found = try? await database.read { db in
                    (
                        try AlertStore(db: db).open().map(\.cause),
                        try SweepStore(db: db).find(agent: "sentinel", listID: Agents.list)?.wholeAt
                    )
                }
                await atArming.note(found?.0 ?? [], asksWhole: found != nil && found?.1 == nil)
                return nil
            }
            var connections = standIns.connections
            connections.clickUp = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(standIns.port)/clickup/api/v2",
                token: Secret("pk_demo"))
            let parts = try bench.parts(connections) { $0.clickUpWorkspaceID = Self.workspace }
            try await WebhookCare(parts: parts, notice: {}).check()
            #expect(await atArming.alerts == ["webhook"])
            #expect(await atArming.asksWhole)
            #expect(try await health() == "active")
            #expect(try await bench.alerts().first?.sentence.contains("arms it again") == true)
        }
    }

    @Test("Events that a webhook lost are put back and told, once, and the whole list is looked at")
    func lostEvents() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let clickUp = try #require(standIns.connections.clickUp)
            let hook = try await clickUp.createWebhook(
                workspace: Self.workspace, endpoint: "http://127.0.0.1:9/webhook/sentinel",
                events: ["taskStatusUpdated", "taskMoved"], list: Agents.list)
            #expect(WebhookDesk.lacking(hook) == ["taskCreated", "taskUpdated", "taskCommentPosted"])
            try await bench.database.write { db in
                try SweepStore(db: db).finish(
                    agent: "sentinel", listID: Agents.list, updatedAfter: 1, answering: 0, now: 1)
            }
            let care = WebhookCare(
                parts: try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = Self.workspace }, notice: {})
            try await care.check()
            let found = try #require(
                try await clickUp.webhooks(workspace: Self.workspace).first { $0.id == hook.id })
            #expect(Set(found.events) == Set(WebhookDesk.events + ["taskMoved"]))
            #expect(try await bench.alerts().map(\.sentence).contains { $0.contains("did not tell of taskCreated") })
            let wholeAt = try await bench.database.read { db in
                try SweepStore(db: db).find(agent: "sentinel", listID: Agents.list)?.wholeAt
            }
            #expect(wholeAt == nil)
            try await care.check()
            #expect(try await bench.alerts().isEmpty, "it is as it should be")
        }
    }

    @Test(
        "Events that ClickUp does not let be put back are told as such, and the whole list is looked at once, not always"
    )
    func refusedEvents() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let clickUp = try #require(standIns.connections.clickUp)
            let hook = try await clickUp.createWebhook(
                workspace: Self.workspace, endpoint: "http://127.0.0.1:9/webhook/sentinel", events: ["taskMoved"],
                list: Agents.list)
            let transport = Interposed(standIns.transport) { request in
                request.operation == "PUT webhook" ? VendorResponse.refused : nil
            }
            var connections = standIns.connections
            connections.clickUp = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(standIns.port)/clickup/api/v2",
                token: Secret("pk_demo"))
            func care(_ connections: Connections) throws -> WebhookCare {
                WebhookCare(parts: try bench.parts(connections) { $0.clickUpWorkspaceID = Self.workspace }, notice: {})
            }
            func sweep() async throws {
                try await bench.database.write { db in
                    let store = SweepStore(db: db)
                    let known = try store.find(agent: "sentinel", listID: Agents.list)
                    try store.finish(
                        agent: "sentinel", listID: Agents.list, updatedAfter: 1, answering: known?.askings ?? 0, now: 1)
                }
            }
            func asksWhole() async throws -> Bool {
                try await bench.database.read { db in
                    try SweepStore(db: db).find(agent: "sentinel", listID: Agents.list)?.wholeAt == nil
                }
            }
            for asks in [true, false] {
                try await sweep()
                try await care(connections).check()
                #expect(try await asksWhole() == asks)
                let alert = try #require(try await bench.alerts().first { $0.subject.hasSuffix(hook.id) })
                #expect(alert.sentence.contains("could not be put back"), "\(alert.sentence)")
            }
            try await care(standIns.connections).check()
            #expect(try await asksWhole(), "from now on it tells")
            let alert = try #require(try await bench.alerts().first { $0.subject.hasSuffix(hook.id) })
            #expect(alert.sentence.contains("puts that back"), "\(alert.sentence)")
        }
    }

    @Test("Events that were put back by a process that was killed right then are followed by a look at the whole list")
    func killedAfterMending() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let clickUp = try #require(standIns.connections.clickUp)
            let hook = try await clickUp.createWebhook(
                workspace: Self.workspace, endpoint: "http://127.0.0.1:9/webhook/sentinel",
                events: WebhookDesk.events, list: Agents.list)
            // A try before that was refused, as it stands in the database; then ClickUp took it, and nobody noted so.
            let parts = try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = Self.workspace }
            try await SystemAlarm(parts: parts).raise(
                "webhook", subject: "events of webhook \(hook.id)", "They could not be put back.")
            try await bench.database.write { db in
                try SweepStore(db: db).finish(
                    agent: "sentinel", listID: Agents.list, updatedAfter: 1, answering: 0, now: 1)
            }
            try await WebhookCare(parts: parts, notice: {}).check()
            #expect(try await bench.alerts().isEmpty, "it is as it should be")
            let wholeAt = try await bench.database.read { db in
                try SweepStore(db: db).find(agent: "sentinel", listID: Agents.list)?.wholeAt
            }
            #expect(wholeAt == nil)
        }
    }

    @Test("A webhook that is registered with the events it lacked has the whole list looked at, asked for before that")
    func registered() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let clickUp = try #require(standIns.connections.clickUp)
            let endpoint = "http://127.0.0.1:9/webhook/sentinel"
            _ = try await clickUp.createWebhook(
                workspace: Self.workspace, endpoint: endpoint, events: ["taskMoved"], list: Agents.list)
            try await bench.database.write { db in
                try SweepStore(db: db).finish(
                    agent: "sentinel", listID: Agents.list, updatedAfter: 1, answering: 0, now: 1)
            }
            let atMending = Noted()
            let transport = Interposed(standIns.transport) { [database = bench.database] request in
                guard request.operation == "PUT webhook" else { return nil }
                let found = try? await database.read { db in
                    try SweepStore(db: db).find(agent: "sentinel", listID: Agents.list)
                }
                await atMending.note([], asksWhole: found != nil && found?.wholeAt == nil)
                return nil
            }
            let watched = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(standIns.port)/clickup/api/v2",
                token: Secret("pk_demo"))
            let desk = WebhookDesk(database: bench.database, doors: bench.clock.doors)
            let (how, _) = try await desk.register(
                try bench.agent, endpoint: endpoint, workspace: Self.workspace, clickUp: watched,
                keyFolder: bench.folder)
            #expect(how == .mended)
            #expect(await atMending.asksWhole)
        }
    }

    @Test("Of a webhook that is gone people hear once; one that takes its place closes that, and nobody hears again")
    func replaced() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), clickUp = try #require(standIns.connections.clickUp)
            func made(port: Int = 9) async throws -> ClickUpWebhook {
                try await clickUp.createWebhook(
                    workspace: Self.workspace, endpoint: "http://127.0.0.1:\(port)/webhook/sentinel",
                    events: WebhookDesk.events, list: Agents.list)
            }
            let care = WebhookCare(
                parts: try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = Self.workspace }, notice: {})
            _ = try await made()
            try await care.check()
            // The sandbox's own too.
            for hook in try await clickUp.webhooks(workspace: Self.workspace) {
                try await clickUp.deleteWebhook(hook.id)
            }
            try await care.check()
            let alerts = try await bench.alerts()
            #expect(!alerts.isEmpty && alerts.allSatisfy { $0.sentence.contains("is gone from ClickUp") })
            for alert in alerts {
                try await bench.database.write { [now = bench.clock.now] in
                    try AlertStore(db: $0).resolve(subject: alert.subject, now: now)
                }
            }
            try await care.check()
            #expect(try await bench.alerts().isEmpty, "who closed it may have removed the webhook on purpose")

            func rows() async throws -> [WebhookRecord] {
                try await bench.database.read { try WebhookStore(db: $0).all() }.filter { $0.endpoint.contains(":9/") }
            }
            _ = try await made(port: 8)
            try await care.check()
            #expect(try await rows().map(\.health) == ["missing"], "another server's is no replacement")
            let second = try await made()
            try await bench.database.write { db in
                try SweepStore(db: db).finish(
                    agent: "sentinel", listID: Agents.list, updatedAfter: 1, answering: 0, now: 1)
            }
            for _ in 0..<2 { try await care.check() }
            #expect(try await bench.alerts().isEmpty)
            #expect(try await rows().map(\.id) == [second.id])
            let sweep = try await bench.database.read {
                try SweepStore(db: $0).find(agent: "sentinel", listID: Agents.list)
            }
            #expect(sweep?.wholeAt == nil, "what nobody told of meanwhile is looked for")
        }
    }

    private actor Noted {
        var alerts: [String] = [], asksWhole = false
        func note(_ alerts: [String], asksWhole: Bool) { (self.alerts, self.asksWhole) = (alerts, asksWhole) }
    }
}

extension VendorResponse {
    fileprivate static var refused: VendorResponse {
        VendorResponse(
            status: 403, headers: VendorHeaders([(name: String, value: String)]()),
            body: Array(#"{"err":"Not allowed","ECODE":"OAUTH_023"}"#.utf8))
    }
}
