import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Requests nobody should send, over real HTTP to the real binary.
@Suite("A webhook that is not what it should be")
struct BadWebhookTests {
    struct Row: Sendable, CustomStringConvertible {
        let description: String
        let status: Int, verdict: String
        /// Words the stored reason has to hold.
        var reason = ""
        let make: @Sendable () -> ClickUpPost
    }

    private static let good = ClickUpPost.statusChange()

    static let rows: [Row] = [
        Row(description: "no signature", status: 403, verdict: "refused", reason: "signature") {
            var post = ClickUpPost(good)
            post.signature = nil
            return post
        },
        Row(description: "a signature by another secret", status: 403, verdict: "refused", reason: "signature") {
            var post = ClickUpPost(good)
            post.signature = ClickUpPost.sign(post.body, secret: "another")
            return post
        },
        Row(description: "one byte changed after signing", status: 403, verdict: "refused", reason: "signature") {
            var post = ClickUpPost(good)
            post.body[post.body.count / 2] ^= 1
            return post
        },
        Row(description: "an empty signature", status: 403, verdict: "refused", reason: "signature") {
            var post = ClickUpPost(good)
            post.signature = ""
            return post
        },
        Row(description: "a signature of letters that are no hex", status: 403, verdict: "refused") {
            var post = ClickUpPost(good)
            post.signature = String(repeating: "z", count: 64)
            return post
        },
        Row(description: "a signature of 64 KB", status: 403, verdict: "refused") {
            var post = ClickUpPost(good)
            post.signature = String(repeating: "a", count: 60_000)
            return post
        },
        Row(description: "no body at all", status: 400, verdict: "refused") { ClickUpPost(bytes: Data()) },
        Row(description: "half a document", status: 400, verdict: "refused", reason: "JSON") {
            ClickUpPost(bytes: ClickUpPost.statusChange().bytes.prefix(60))
        },
        Row(description: "a list in place of an object", status: 400, verdict: "refused") { ClickUpPost([1, 2]) },
        Row(description: "plain text", status: 400, verdict: "refused") { ClickUpPost(bytes: Data("hello".utf8)) },
        Row(description: "bytes that are no UTF-8", status: 400, verdict: "refused") {
            ClickUpPost(bytes: Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]))
        },
        Row(description: "deep nesting", status: 400, verdict: "refused") {
            ClickUpPost(bytes: Data((String(repeating: "[", count: 100_000)).utf8))
        },
        Row(description: "history items of a wrong type", status: 400, verdict: "refused") {
            ClickUpPost(["event": "taskStatusUpdated", "task_id": "86demoshm1", "history_items": "none"])
        },
        Row(description: "no task", status: 200, verdict: "ignored", reason: "names no task") {
            ClickUpPost(["event": "taskStatusUpdated", "history_items": []])
        },
        Row(description: "a task id that climbs", status: 200, verdict: "ignored", reason: "names no task") {
            ClickUpPost(ClickUpPost.statusChange(task: "../../user"))
        },
        Row(description: "another status", status: 200, verdict: "ignored", reason: "not the trigger status") {
            ClickUpPost(ClickUpPost.statusChange(to: "in progress"))
        },
        Row(description: "another list", status: 200, verdict: "ignored", reason: "list") {
            ClickUpPost(ClickUpPost.statusChange(list: "42"))
        },
        Row(description: "an event of no interest", status: 200, verdict: "ignored", reason: "changes no status") {
            ClickUpPost(["event": "taskCommentPosted", "task_id": "86demoshm1", "history_items": []])
        },
        Row(description: "an agent nobody has", status: 200, verdict: "ignored", reason: "no agent named") {
            var post = ClickUpPost(good)
            post.agent = "nobody"
            return post
        },
    ]

    @Test("is refused or ignored with its reason on record, and starts nothing")
    func rows() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            for row in Self.rows {
                let before = try await installation.records().signals.count
                let answer = try await row.make().send(to: server)
                #expect(answer.status == row.status, "\(row): \(answer.text)")
                #expect(answer.json["signal"]?.string?.isEmpty == false, "\(row): \(answer.text)")
                let signals = try await installation.records().signals
                #expect(signals.count == before + 1, "\(row) left \(signals.count - before) records")
                #expect(signals.last?.verdict == row.verdict, "\(row): \(String(describing: signals.last))")
                let isTold = row.reason.isEmpty || signals.last?.reason.contains(row.reason) == true
                #expect(isTold, "\(row): \(String(describing: signals.last))")
            }
            #expect(try await installation.records().runs.isEmpty)
            #expect(server.process.isRunning)
        }
    }

    @Test("A body over 1 MiB is refused, whether it says so or not")
    func oversized() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            var post = ClickUpPost(bytes: Data(repeating: 0x20, count: (1 << 20) + 1))
            #expect(try await post.send(to: server).status == 413)
            post = ClickUpPost(bytes: Data(repeating: 0x20, count: 1 << 20))
            #expect(try await post.send(to: server).status == 400)
            let chunk = "100000\r\n" + String(repeating: " ", count: 1 << 20) + "\r\n"
            let head = "POST /webhook/sentinel HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
            let answer = await RawConnection.exchange(
                port: server.port, Data((head + chunk + chunk + "0\r\n\r\n").utf8), waitSeconds: 120)
            #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer.prefix(80))")
            let verdicts = try await installation.records().signals.map(\.verdict)
            #expect(verdicts == ["refused", "refused", "refused"])
        }
    }

    @Test("A sender that never finishes is cut off with 408; one that speaks no HTTP is turned away; others are served")
    func slow() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let head = "POST /webhook/sentinel HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{\"event\":"
            async let slow = RawConnection.exchange(port: server.port, Data(head.utf8), waitSeconds: 120)
            let noise = await RawConnection.exchange(
                port: server.port, Data("\u{16}\u{3}\u{1}hello\r\n\r\n".utf8), waitSeconds: 120)
            #expect(noise.hasPrefix("HTTP/1.1 400") && noise.contains("well-formed"), "\(noise.prefix(200))")
            #expect(try await ClickUpPost(Self.good).send(to: server).status == 200)
            let answer = await slow
            #expect(answer.hasPrefix("HTTP/1.1 408") && answer.contains("did not arrive"), "\(answer.prefix(200))")
            let refused = try await installation.records().signals.filter { $0.verdict == "refused" }.map(\.reason)
            #expect(refused.count == 2, "\(refused)")
            for why in ["well-formed", "did not arrive"] {
                #expect(refused.contains { $0.contains(why) }, "\(refused)")
            }
        }
    }
}
