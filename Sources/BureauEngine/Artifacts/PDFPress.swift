import BureauDomain
import BureauStorage
package import Foundation

/// Makes PDFs of stored pages with headless Chromium, one at a time, and keeps those it made.
package actor PDFPress {
    /// Why there is no PDF, and what to do about it.
    package struct Refused: Error, Sendable, Hashable, CustomStringConvertible {
        package enum Kind: Sendable { case notInstalled, busy, tooLarge, failed }
        package let kind: Kind
        package let description: String
        package let fix: String
    }

    /// An open file: it can be read to its end whatever happens to its name.
    package struct Sheet: Sendable {
        package let handle: FileHandle
        package let sizeBytes: Int64
    }

    package static let sourceBytesMax = 8 << 20
    static let pdfBytesMax: Int64 = 64 << 20
    static let secondsMax = 60
    static let waitingMax = 8
    static let waitMilliseconds: Int64 = 30_000, lookMilliseconds: Int64 = 50

    package static let notInstalled = Refused(
        kind: .notInstalled, description: "PDF not available: install chromium",
        fix: "apt-get install chromium, or name the program with CHROMIUM")
    private static let busy = Refused(
        kind: .busy, description: "as many PDFs as the server makes are waited for already",
        fix: "ask again in a minute")

    private let settings: PDFSettings
    private let kept: PDFShelf
    private let doors: Doors
    private var isBusy = false
    private var waiting = 0

    package init(settings: PDFSettings, doors: Doors) {
        (self.settings, self.doors) = (settings, doors)
        kept = PDFShelf(folder: settings.folder)
    }

    package nonisolated var isAvailable: Bool { settings.found != nil }

    /// The PDF of an HTML page; one that was made before is given again.
    package func pdf(of page: Data) async throws -> Sheet {
        guard let program = settings.found else { throw Self.notInstalled }
        guard page.count <= Self.sourceBytesMax else { throw Self.tooLarge("the page", Int64(page.count)) }
        let source = PDFSource.guarded(page)
        let name = Hex.sha256(source)
        if let sheet = try kept.find(name) { return sheet }
        try await enter()
        defer { leave() }
        // Whoever was before us may have asked for the same.
        if let sheet = try kept.find(name) { return sheet }
        return try await make(source, name, with: program)
    }

    /// Waits for its turn, but not for ever.
    func enter() async throws {
        guard waiting < Self.waitingMax else { throw Self.busy }
        waiting += 1
        defer { waiting -= 1 }
        for _ in 0..<(Self.waitMilliseconds / Self.lookMilliseconds) {
            if !isBusy {
                isBusy = true
                return
            }
            try await doors.sleep(.milliseconds(Self.lookMilliseconds))
        }
        throw Self.busy
    }

    func leave() { isBusy = false }

    private func make(_ source: Data, _ name: String, with program: String) async throws -> Sheet {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-pdf-\(doors.makeID())")
        defer { try? FileManager.default.removeItem(at: place) }
        try Durable.makeFolder(place)
        let page = place.appendingPathComponent("page.html"), made = place.appendingPathComponent("page.pdf")
        try source.write(to: page)
        let chromium = Chromium(program: program, home: place)
        do {
            try await Self.within(seconds: Self.secondsMax) { try await chromium.print(page, to: made) }
        } catch let failure as Chromium.Failure {
            throw Refused(
                kind: .failed, description: "Chromium made no PDF: \(Outgoing.clean(failure.description))",
                fix: "download the file instead, and tell whoever runs the server")
        }
        let facts = try FileManager.default.attributesOfItem(atPath: made.path)
        let size = (facts[.size] as? NSNumber)?.int64Value ?? 0
        guard size <= Self.pdfBytesMax else { throw Self.tooLarge("the PDF", size) }
        return try kept.put(made, name)
    }

    private static func tooLarge(_ what: String, _ bytes: Int64) -> Refused {
        let most = what == "the PDF" ? pdfBytesMax : Int64(sourceBytesMax)
        return Refused(
            kind: .tooLarge, description: "\(what) is \(Words.bytes(bytes)), and at most \(Words.bytes(most)) are made",
            fix: "download the file instead")
    }

    private static func within(seconds: Int, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return false
            }
            defer { group.cancelAll() }
            guard try await group.next() ?? false else {
                throw Chromium.Failure(description: "it took longer than \(seconds) s")
            }
        }
    }
}
