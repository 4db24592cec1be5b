import Foundation
import Testing

@testable import BureauEngine

@Suite("PDFs of stored pages")
struct PDFPressTests {
    private static let pages: [(String, String)] = [
        ("<p>plain</p>", "<p>plain</p>"), ("\u{FEFF}<p>marked</p>", "<p>marked</p>"),
        ("<meta http-equiv=refresh>", "<meta http&#45;equiv=refresh>"),
        ("<META HTTP-Equiv=refresh>", "<META HTTP&#45;Equiv=refresh>"),
        ("http-equivhttp-equiv http-equi", "http&#45;equivhttp&#45;equiv http-equi"), ("", ""),
    ]

    @Test(
        "What a page could order is spelt so that it orders nothing, after a policy that forbids the rest",
        arguments: pages)
    func source(page: String, end: String) {
        let made = String(decoding: PDFSource.guarded(Data(page.utf8)), as: UTF8.self)
        #expect(made.hasPrefix("<!doctype html>") && made.hasSuffix("\n" + end), "\(made)")
        #expect(made.contains("default-src 'none'"))
    }

    /// A program in Chromium's place, and a press that uses it.
    private static func at(
        _ body: String, doors: Doors = .system, _ check: (PDFPress, URL) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("press-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appendingPathComponent("chromium")
        let script = """
            #!/bin/sh
            for word in "$@"; do case "$word" in --print-to-pdf=*) out="${word#--print-to-pdf=}";; esac; done
            cd "\(folder.path)"
            echo made >> made
            \(body)
            """
        try Data(script.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        var settings = PDFSettings(folder: folder.appendingPathComponent("kept"))
        (settings.program, settings.searchPath) = ("chromium", "/nowhere:\(folder.path)")
        try await check(PDFPress(settings: settings, doors: doors), folder)
    }

    @Test("A page is made once and kept; the program is told nothing of our environment")
    func kept() async throws {
        try await Self.at(#"env > env.txt; printf '%%PDF-1.4 made' > "$out""#) { press, folder in
            for _ in 0..<2 {
                let sheet = try await press.pdf(of: Data("<p>one</p>".utf8))
                #expect(try sheet.handle.readToEnd() == Data("%PDF-1.4 made".utf8) && sheet.sizeBytes == 13)
            }
            func text(_ name: String) throws -> String {
                try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            }
            #expect(try text("made") == "made\n")
            let names = try Set(text("env.txt").split(separator: "\n").compactMap { $0.split(separator: "=").first })
            #expect(
                names.isSubset(of: ["PATH", "HOME", "TMPDIR", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_"]), "\(names)")
            _ = try await press.pdf(of: Data("<p>two</p>".utf8))
            #expect(try text("made") == "made\nmade\n")
        }
    }

    private static let failures: [(String, String)] = [
        ("echo 'No usable sandbox!' >&2; exit 1", "No usable sandbox!"), ("exit 0", "it said nothing"),
    ]

    @Test("Where the program fails, its last words are told", arguments: failures)
    func failed(body: String, words: String) async throws {
        try await Self.at(body) { press, _ in
            let refused = await #expect(throws: PDFPress.Refused.self) {
                _ = try await press.pdf(of: Data("<p>one</p>".utf8))
            }
            #expect(
                refused?.kind == .failed && refused?.description.contains(words) == true,
                "\(String(describing: refused))")
        }
    }

    @Test("One is made at a time: others wait, and not for ever; too large a page is not begun")
    func limits() async throws {
        let doors = Doors(
            now: Doors.system.now, randomness: Doors.system.randomness, jitter: Doors.system.jitter, sleep: { _ in })
        try await Self.at("exit 1", doors: doors) { press, folder in
            try await press.enter()
            let busy = await #expect(throws: PDFPress.Refused.self) {
                _ = try await press.pdf(of: Data("<p>one</p>".utf8))
            }
            #expect(busy?.kind == .busy)
            await press.leave()
            try await press.enter()
            let large = await #expect(throws: PDFPress.Refused.self) {
                _ = try await press.pdf(of: Data(count: PDFPress.sourceBytesMax + 1))
            }
            #expect(large?.kind == .tooLarge)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("made").path))
        }
    }
}
