import Testing

@Suite("Migrations")
struct MigrationTests {
    /// Migration files by folder: `Migrations/0007_run_leases.sql`.
    static let folders = Dictionary(
        grouping: SourceTree.files.filter {
            $0.path.hasPrefix("Sources/") && $0.path.contains("/Migrations/") && $0.path.hasSuffix(".sql")
        },
        by: { $0.path.split(separator: "/").dropLast().joined(separator: "/") })

    @Test("Migrations are numbered from 0001 without a gap, and their names say what they do")
    func numbers() {
        for (folder, files) in Self.folders {
            for (index, file) in files.sorted(by: { $0.path < $1.path }).enumerated() {
                let digits = String(index + 1)
                let prefix = String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_"
                #expect(file.name.hasPrefix(prefix), "\(folder)/\(file.name) should begin with \(prefix)")
                let words = file.name.dropFirst(prefix.count).dropLast(".sql".count)
                let isPlain = words.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }
                #expect(!words.isEmpty && isPlain, "\(file.path)")
            }
        }
    }

    @Test("A migration's first line says why it exists")
    func reasons() {
        for file in Self.folders.values.joined() {
            let first = file.lines.first ?? ""
            #expect(first.hasPrefix("-- ") && first.count > 20, "\(file.path) starts with: \(first)")
        }
    }
}
