import BureauDomain
import BureauEngine
import Foundation
import Subprocess
import Testing

@testable import BureauWeb

/// Houses in every state, looked at by `Tests/BrowserChecks` with a real browser.
@Suite("Pages in a real browser")
struct BrowserTests {
    /// Where the Tab key is followed from the first stop to the last.
    private static let walks = [
        "/inbox/", "/runs/", "/runs/new", "/runs/\(FullHouse.run("6"))/", "/reports/\(FullHouse.report("1"))/",
        "/clients/acme/context/",
    ]

    @Test(
        "Every page in every state is accessible, well-formed, small, still and whole; keys reach everything; strangers stay in their frame"
    )
    func pages() async throws {
        try await Self.open { places in
            let full = places.full, server = full.server
            let viewer = try await Browser.signedIn(server, "vera", .viewer)
            let quiet = try await Browser.signedIn(server, "quentin", .viewer)
            try await server.house.people.setShortcuts(quiet.person.id, false)
            try await server.database.write {
                _ = try $0.execute(
                    """
                    INSERT INTO saved_view (id, person_id, page, name, query, created_at)
                    VALUES (?, ?, 'runs', 'Failures of Acme', 'client=acme&status=failed', 1)
                    """, [FullHouse.view, full.person.id])
            }
            let base = "http://127.0.0.1:\(server.port)", files = "/reports/\(FullHouse.report("7"))/files"
            let looked = places.all + BrowserPlaces.viewer(viewer)
            let given: [String: Any] = [
                "places": looked.map(\.json), "walks": Self.walks, "main": ["base": base, "token": full.token],
                "canaries": FullHouse.canaries,
                "hostile": [
                    "base": base, "token": full.token, "markup": FullHouse.evil,
                    "addresses": [
                        "\(files)/evil.html/", "\(files)/evil.html/content", "\(files)/evil.svg/",
                        "\(files)/evil.svg/content",
                    ],
                ],
                "live": [
                    "base": base, "token": full.token, "page": "/runs/\(FullHouse.run("5"))/",
                    "log": server.house.settings.sessionLogFolder.appending(path: "sesn_\(FullHouse.run("5")).jsonl")
                        .path,
                ],
                "shortcuts": [
                    "base": base, "token": full.token, "quiet": quiet.token,
                    "live": "/runs/\(FullHouse.longRun)/", "bad": "/runs/\(FullHouse.run("3"))/",
                ],
                "lists": ["base": base, "token": full.token, "waiting": FullHouse.run("4")],
                "printed": [
                    ["page": "/costs/", "words": ["Costs in ", "Run by run", "By client", "generated"]],
                    [
                        "page": "/runs/\(FullHouse.run("3"))/",
                        "words": ["Timeline", "Cost", "generated", FullHouse.run("3")],
                    ],
                    ["page": "/reports/\(FullHouse.report("1"))/", "words": ["Provenance", "generated"]],
                ],
            ]
            let report = try await Self.check(try JSONSerialization.data(withJSONObject: given))
            #expect(report.problems.isEmpty, "\(report.problems.joined(separator: "\n"))")
            #expect(report.checked > looked.count * 8)
        }
    }

    /// Each of them as it is met: full, new, paused and half broken, and closed to whoever is not in the office.
    private static func open(_ body: (BrowserPlaces) async throws -> Void) async throws {
        let checkup = Checkup(doors: .system) { _ in
            [
                .init(.ok, "anthropic", "key accepted", fix: nil),
                .init(.fail, "slack", "not in a channel", fix: "invite it"),
                .init(.warn, "disk", "81 % used", fix: "free some"), .init(.skip, "asana", "not configured", fix: nil),
            ]
        }
        let range = try #require(AddressRange("203.0.113.0/24"))
        try await Served.run(hasAgents: true, checkup: checkup) { full in
            try await FullHouse.furnish(full)
            for subject in [Checkup.Subject.everything, .agent("sentinel"), .client("acme")] {
                _ = try await checkup.run(subject, by: "boss")
            }
            try await Served.run { empty in
                try await Served.run(isPaused: true) { broken in
                    try await Served.run(site: .init(offices: [range], version: "1.2.3")) { office in
                        let places = BrowserPlaces(
                            full: try await Browser.signedIn(full, "boss", .admin),
                            empty: try await Browser.signedIn(empty, "boss", .admin),
                            broken: try await Browser.signedIn(broken, "boss", .admin), office: office)
                        try await damage(broken)
                        try await body(places)
                    }
                }
            }
        }
    }

    /// A table that is gone, and somebody whose password was tried too often.
    private static func damage(_ server: Served) async throws {
        _ = try await server.database.write { try $0.execute("ALTER TABLE alert RENAME TO alert_gone", []) }
        _ = try await server.house.people.add("tried", displayName: nil, role: .viewer, by: Browser.tester)
        for _ in 0..<SignIn.triesPerAccount {
            _ = try await server.answer(.post, "/login", body: "name=tried&password=wrong")
        }
    }

    private static func check(_ given: Data) async throws -> (problems: [String], checked: Int) {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let own = root.appending(path: ".cache/python/bin/python3")
        guard FileManager.default.isExecutableFile(atPath: own.path) else {
            return (["\(own.path) is not there; scripts/setup makes it"], 0)
        }
        let script = root.appending(path: "Tests/BrowserChecks/check_pages.py")
        let result = try await Subprocess.run(
            .path(.init(own.path)), arguments: ["-B", script.path], input: .data(given),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        var lines = result.standardOutput.split(separator: "\n").map(String.init)
        let last = lines.popLast() ?? ""
        guard last.hasPrefix("checked "), let checked = Int(last.dropFirst("checked ".count)) else {
            return (["the check did not run; run scripts/setup: \(result.standardError.suffix(2_000))"], 0)
        }
        return (lines, checked)
    }
}
