import Foundation
import Testing

@testable import BureauWeb

@Suite("What changed between two texts")
struct LineDiffTests {
    /// Every text of up to four lines over two letters.
    private static let texts: [[String]] = (0...4).flatMap { count in
        (0..<(1 << count)).map { bits in (0..<count).map { bits >> $0 & 1 == 0 ? "a" : "b" } }
    }

    @Test("Without what was added the lines are the old text, without what was removed the new one")
    func whole() {
        for old in Self.texts {
            for new in Self.texts {
                let diff = LineDiff.of(old.joined(separator: "\n"), new.joined(separator: "\n"))
                guard old != new else {
                    #expect(diff.lines.isEmpty && diff.added + diff.removed == 0)
                    continue
                }
                // Texts this short have no line far enough from a change to be left out.
                #expect(diff.lines.filter { !$0.sign.hasPrefix("+") }.map(\.text) == old, "\(old) to \(new)")
                #expect(diff.lines.filter { !$0.sign.hasPrefix("−") }.map(\.text) == new, "\(old) to \(new)")
                #expect(diff.added - diff.removed == new.count - old.count)
            }
        }
    }

    @Test("Far from a change a number of lines stands for what stayed the same")
    func folded() {
        let lines = (1...100).map { "line \($0)" }
        var changed = lines
        changed[49] = "line fifty"
        let diff = LineDiff.of(lines.joined(separator: "\n"), changed.joined(separator: "\n"))
        #expect(diff.lines.count == 2 + 2 * LineDiff.contextLines + 2)
        #expect(diff.lines.first?.text == "46 lines the same" && diff.lines.last?.text == "47 lines the same")
    }

    @Test("Two long texts that share nothing are compared as far as that ends soon, and it says so")
    func long() {
        let old = (0..<5_000).map { "old \($0)" }.joined(separator: "\n")
        let new = (0..<5_000).map { "new \($0)" }.joined(separator: "\n")
        let diff = LineDiff.of(old, new)
        #expect(diff.isCut && diff.removed == LineDiff.linesMax && diff.added == LineDiff.linesMax)
        let same = LineDiff.of(old, old + "\none more")
        #expect(!same.isCut && same.added == 1 && same.removed == 0)
    }

    @Test("A call is compared whole, also where one of its members is long, and what is not compared is told")
    func calls() throws {
        let long = String(repeating: "x", count: 9_000)
        let diff = try #require(
            ApprovalView.diff(#"{"text": "\#(long)\nold"}"#, #"{"text": "\#(long)\nnew"}"#, caption: "It"))
        #expect(diff.lines.map(\.text).contains("new") && diff.lines.map(\.text).contains("old"))
        func many(_ word: String) -> String {
            let lines = (0..<1_300).map { "\(word) \($0)" }.joined(separator: "\\n")
            return #"{"text": "\#(lines)"}"#
        }
        let cut = try #require(ApprovalView.diff(many("old"), many("new"), caption: "It"))
        #expect(
            cut.lines.last?.tone == "gap"
                && cut.lines.last?.text.hasPrefix("Only the first \(LineDiff.linesMax) ") == true)
        #expect(diff.lines.last?.text == "new")
    }
}
