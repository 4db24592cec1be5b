import Testing

@Suite("Import walls")
struct ImportWallTests {
    static let lines: [(String, String?)] = [
        ("import Foundation", "Foundation"),
        ("package import Logging", "Logging"),
        ("@testable import BureauDomain", "BureauDomain"),
        ("@preconcurrency public import struct NIOCore.ByteBuffer", "NIOCore"),
        ("    import Glibc", "Glibc"),
        ("let imported = import", nil),
        ("the import of x", nil),
    ]
    @Test("The module of an import line is found", arguments: lines)
    func module(line: String, expected: String?) {
        #expect(ImportWall.module(importedBy: line) == expected)
    }

    static let walls: [(String, String, Bool)] = [
        ("BureauDomain", "Foundation", true),
        ("BureauDomain", "Logging", false),
        ("BureauDomain", "BureauStorage", false),
        ("BureauStorage", "GRDB", true),
        ("BureauStorage", "BureauDomain", false),
        ("BureauStorage", "BureauVendors", false),
        ("BureauEngine", "BureauVendors", true),
        ("BureauEngine", "GRDB", false),
        ("BureauEngine", "BureauWeb", false),
        ("BureauEngine", "AsyncHTTPClient", false),
        ("BureauWeb", "AsyncHTTPClient", false),
        ("BureauSandbox", "AsyncHTTPClient", true),
        ("BureauWeb", "BureauVendors", false),
        ("BureauWeb", "Hummingbird", true),
        ("BureauSandbox", "BureauVendors", false),
        ("BureauSandbox", "BureauDomain", false),
        ("BureauSandbox", "Hummingbird", true),
        ("bureau", "BureauSandbox", true),
        ("bureau", "ArgumentParser", true),
        ("BureauVendors", "FoundationNetworking", false),
        ("BureauNovelty", "Foundation", false),
    ]
    @Test("A ring looks only at what it may look at", arguments: walls)
    func wall(ring: String, module: String, allowed: Bool) {
        #expect((ImportWall.objection(to: module, in: ring) == nil) == allowed)
    }

    @Test("No source file looks through a wall", arguments: SourceTree.sources)
    func sources(file: SourceTree.File) throws {
        let ring = try #require(file.ring)
        for (number, line) in SwiftLine.lines(of: file.text).enumerated() {
            guard let module = ImportWall.module(importedBy: line.code) else { continue }
            let objection = ImportWall.objection(to: module, in: ring)
            #expect(objection == nil, "\(file.path):\(number + 1) imports \(module): \(objection ?? "")")
        }
    }
}
