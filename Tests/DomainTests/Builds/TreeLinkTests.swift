import Foundation
import Testing

@testable import BureauDomain

@Suite("Links in what a builder made")
struct TreeLinkTests {
    static let links: [(String, String, Bool)] = [
        ("a", "b", true), ("d/a", "../b", true), ("d/a", "./x/../../b", true), ("a", "../b", false),
        ("a", "/etc/passwd", false), ("d/a", "../../b", false), ("d/a", "x/../../../b", false), ("a", "", false),
        ("a", ".git/config", false), ("d/a", "../.GIT/hooks", false), ("a", "a", false),
    ]
    @Test("A link may not lead out of its tree", arguments: links)
    func alone(path: String, target: String, isFine: Bool) {
        #expect((TreeLinkRule.objection(.init(after: [path: target])) == nil) == isFine)
    }

    /// What was there, what is there now, and which path is named.
    static let pairs: [([String: String], [String: String], String?)] = [
        ([:], ["d/e/l": "../..", "d/e/m": "l/x"], nil),
        ([:], ["d/e/l": "../..", "d/e/m": "l/../x"], "d/e/m"),
        ([:], ["d/l": "..", "x": "d/l/../../etc/passwd"], "x"),
        // The one that was there is not touched: what it passes through is.
        (["m": "l/../x"], ["m": "l/../x", "l": "."], "m"),
        (["l": "a/b/c", "m": "l/../../x"], ["m": "l/../../x"], "m"),
        (["m": "l/../x"], ["m": "l/../x", "l": "a/b"], nil),
        // Whoever keeps the repository wants it so.
        (["out": "/srv/data"], ["out": "/srv/data", "new": "README.md"], nil),
        (["out": "/srv/data"], ["out": "/srv/data", "new": "out/x"], "new"),
        (["out": "/srv/data"], ["out": "/srv/other"], "out"),
    ]
    @Test("Nor may several together, one that is not touched included; what led out before stays", arguments: pairs)
    func together(before: [String: String], after: [String: String], named: String?) {
        let found = TreeLinkRule.objection(.init(before: before, after: after))
        #expect(found.map { $0.hasPrefix("\"\(named ?? "?")\" ") } == named.map { _ in true }, "\(found ?? "nothing")")
    }

    @Test("A repository within the repository is refused")
    func repositories() {
        #expect(TreeLinkRule.objection(.init(repositories: ["sub"]))?.contains("a repository of its own") == true)
    }

    @Test("Exactly those trees are taken whose links the kernel follows to places inside", arguments: 1...40)
    func asTheKernel(seed: UInt64) throws {
        let place = URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath()
            .appending(path: "links-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: place) }
        var random = Draw(seed: seed)
        for number in 0..<20 {
            // Deep enough that no target climbs out of the test's own folder.
            let root = place.appending(path: "\(number)/1/2/3/4/5/6/7/8/9/10/11/12/tree").path
            let links = Self.draw(&random)
            try Self.make(links, in: root)
            let inside = links.keys.allSatisfy { link in
                let end = Self.end(of: root + "/" + link)
                return end.map { $0 == root || $0.hasPrefix(root + "/") } ?? false
            }
            let objection = TreeLinkRule.objection(.init(after: links))
            #expect((objection == nil) == inside, "\(links): \(objection ?? "no objection")")
        }
    }

    private struct Draw {
        var seed: UInt64
        mutating func next(_ count: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % UInt64(count))
        }
    }

    private static let names = ["a", "b"]

    /// One to three links, none of them below another.
    private static func draw(_ random: inout Draw) -> [String: String] {
        var links: [String: String] = [:]
        for _ in 0...random.next(3) {
            let path = (0...random.next(3)).map { _ in names[random.next(2)] }.joined(separator: "/")
            let isApart = links.keys.allSatisfy {
                !(path + "/").hasPrefix($0 + "/") && !($0 + "/").hasPrefix(path + "/")
            }
            guard isApart else { continue }
            links[path] = (0...random.next(4)).map { _ in ["a", "b", "..", ".."][random.next(4)] }.joined(
                separator: "/")
        }
        return links
    }

    private static func make(_ links: [String: String], in root: String) throws {
        for (path, target) in links {
            let link = URL(filePath: root).appending(path: path)
            try FileManager.default.createDirectory(
                at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
        }
    }

    /// Where the kernel comes to. Where nothing is a folder is made: it might be one some day. Nil for a circle.
    private static func end(of path: String) -> String? {
        var reached = [CChar](repeating: 0, count: Int(PATH_MAX))
        for _ in 0..<100 {
            if realpath(path, &reached) != nil { return text(reached) }
            // realpath(3) leaves what it could not find.
            guard errno == ENOENT, mkdir(text(reached), 0o755) == 0 else { return nil }
        }
        return nil
    }

    private static func text(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
