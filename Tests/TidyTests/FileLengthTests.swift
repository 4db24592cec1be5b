import Testing

@Suite("File lengths")
struct FileLengthTests {
    static let linesMax = 400, medianLinesBelow = 120

    @Test("No source file is longer than 400 lines: past that it is usually two rooms")
    func longest() {
        for file in SourceTree.sources {
            let count = file.lines.count
            #expect(count <= Self.linesMax, "\(file.path) has \(count) lines; split it by subject")
        }
    }

    @Test("Half of the source files are shorter than 120 lines")
    func median() throws {
        let lengths = SourceTree.sources.map(\.lines.count).sorted()
        try #require(!lengths.isEmpty)
        #expect(lengths[lengths.count / 2] < Self.medianLinesBelow)
    }
}
