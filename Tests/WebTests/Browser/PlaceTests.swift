import Foundation
import Testing

@testable import BureauWeb

@Suite("The pages a real browser is shown")
struct PlaceTests {
    /// For people: no stream, no file, no data.
    private static func isPage(_ route: Route) -> Bool {
        let last = route.path.split(separator: "/").last.map(String.init) ?? ""
        return route.method == .get && route.surface == .page && !last.contains(".")
            && !["stream", "content", "download", "pdf"].contains(last)
    }

    private static func parts(_ path: String) -> [Substring] {
        path.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
    }

    /// How many parts are the same word; nil where the address is not one of this route.
    private static func words(_ route: Route, _ path: String) -> Int? {
        let (wanted, given) = (parts(route.path), parts(path))
        guard wanted.count == given.count else { return nil }
        var same = 0
        for (want, give) in zip(wanted, given) where !want.hasPrefix(":") {
            guard want == give else { return nil }
            same += 1
        }
        return same
    }

    @Test("Every page there is is among them")
    func whole() async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let places = BrowserPlaces(full: boss, empty: boss, broken: boss, office: server).all
            let routes = RouteTable(house: server.house).routes.filter(Self.isPage)
            #expect(routes.count > 40)
            var missing = Set(routes.map(\.path))
            for place in places where place.form == nil {
                // An address belongs to the route that names most of it.
                let found = routes.compactMap { route in Self.words(route, place.path).map { ($0, route.path) } }
                if let best = found.max(by: { $0.0 < $1.0 }) { missing.remove(best.1) }
            }
            #expect(missing.isEmpty, "BrowserPlaces lacks \(missing.sorted().joined(separator: ", "))")
        }
    }

    @Test("Every page that asks before it does something has its picture", arguments: BrowserPlaces.confirmations)
    func pictured(path: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = try String(contentsOf: root.appending(path: "scripts/screenshots.py"), encoding: .utf8)
        let name = try #require(Self.picture(path))
        #expect(script.contains("\"\(name)\":"), "scripts/screenshots.py takes no picture of \(name)")
    }

    /// What the picture of a page that asks is called: what it is about, and what it asks.
    private static func picture(_ path: String) -> String? {
        let parts = parts(path)
        guard let first = parts.first, let asked = parts.last else { return nil }
        let about =
            switch first {
            case "runs": asked == "together" ? "runs" : ""
            case "approvals": asked == "together" ? "" : "approval"
            case "system":
                ["endpoints": "endpoint", "webhooks": "delivery", "queue": "queue"][String(parts[1])] ?? ""
            case "intake": "intake"
            default: String(first.dropLast())
            }
        return about.isEmpty ? String(asked) : "\(about)-\(asked)"
    }
}
