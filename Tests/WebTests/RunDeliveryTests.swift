import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("What a run has delivered, on its page")
struct RunDeliveryTests {
    private static let run = "01KARVN0000000000000000001"
    private static let long = String(repeating: "x", count: 300)
    /// What is stored of a write, and the cell that tells it.
    private static let written: [(channel: String, receipt: String?, error: String?, cell: String)] = [
        ("slack", #"{"id":"C0ACME/1712345678.000100"}"#, nil, "<code>C0ACME/1712345678.000100</code>"),
        ("clickup", #"{"id":"90140012345"}"#, nil, "<code>90140012345</code>"),
        ("asana", #"{"id":"1207000000000042","link":"ftp://other.example"}"#, nil, "<code>1207000000000042</code>"),
        (
            "folder", #"{"id":"/srv/reports/Acme Plumbing/audit.md"}"#, nil,
            "<code>/srv/reports/Acme Plumbing/audit.md</code>"
        ),
        ("clickup", #"{"id":"seen by a person"}"#, nil, ">seen by a person<"),
        (
            "google_drive", #"{"id":"1AbC","link":"https://drive.example/1AbC"}"#, nil,
            "<a href=\"https://drive.example/1AbC\">Open in Google Drive</a>"
        ),
        ("slack", #"{"id":"\#(long)"}"#, nil, "<code>\(long.prefix(200))…</code>"),
        ("folder", #"{"id":"<b>x</b>"}"#, nil, "<code>&lt;b&gt;x&lt;/b&gt;</code>"),
        ("clickup", #"{"id":"sk-ant-canary7f3a91"}"#, nil, "<code>[removed]</code>"),
        ("asana", #"{"other":"not-told"}"#, nil, "data-label=\"Result\"></td>"),
        ("slack", nil, "Slack answered 500.", ">Slack answered 500.<"),
    ]

    @Test("What each place calls what was written there stands in the row, and nothing else of what it answered")
    func responses() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            try await server.database.write { db in
                for (index, row) in Self.written.enumerated() {
                    try db.execute(
                        """
                        INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, receipt,
                            error, created_at, due_at)
                        VALUES (?, ?, 'delivery', ?, 'post', ?, ?, ?, '{}', ?, ?, 1, 1)
                        """,
                        [
                            ULID.make(milliseconds: 1, randomness: (UInt64(index), 0)), Self.run, row.channel,
                            "part-\(index)", index, row.receipt == nil ? "failed" : "done", row.receipt, row.error,
                        ])
                }
            }
            let page = try await Browser.signedIn(server, "vera", .viewer).get("/runs/\(Self.run)/").text
            let rows = page.components(separatedBy: "<tr")
            for (index, row) in Self.written.enumerated() {
                let told = try #require(rows.first { $0.contains("(part-\(index))") }, "part \(index)")
                #expect(told.contains(row.cell), "\(told)")
            }
            for words in ["not-told", "ftp:", "<b>x", "canary"] { #expect(!page.contains(words), "\(words)") }
        }
    }
}
