import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Two histories of a run, page by page")
struct TimelinePageTests {
    /// The same numbers for the same seed.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        }
    }

    /// Events of the run and lines of its session's log, some of which no view shows.
    private struct History {
        var own: [RunEvent] = []
        var log: [String] = []
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("timeline-\(UUID().uuidString)")
        var reader: SessionLogReader { SessionLogReader(folder: folder, session: "sesn_1") }

        /// With `isOrderly` no clock is ever set back and every line says when it was.
        init(seed: UInt64, isOrderly: Bool) throws {
            var dice = Dice(state: seed), at: Int64 = 1_700_000_000_000
            let ownShare = Int.random(in: 1...90, using: &dice)
            for _ in 0..<Int.random(in: 1...1_400, using: &dice) {
                at += Int64.random(in: 0...3_000, using: &dice)
                let said = isOrderly || Int.random(in: 0..<10, using: &dice) > 0 ? at : at - 60_000
                if Int.random(in: 0..<100, using: &dice) < ownShare {
                    own.append(RunEvent(seq: Int64(own.count + 1), at: said, kind: "note", detail: "own"))
                } else {
                    log.append(Self.line(log.count, at: said, isOrderly, &dice))
                }
            }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(log.map { $0 + "\n" }.joined().utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        }

        private static func line(_ number: Int, at: Int64, _ isOrderly: Bool, _ dice: inout Dice) -> String {
            let hasTime = isOrderly || Int.random(in: 0..<8, using: &dice) > 0
            let date = Date(timeIntervalSince1970: Double(at) / 1_000)
                .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            let time = hasTime ? #","processed_at":"\#(date)""# : ""
            guard Int.random(in: 0..<3, using: &dice) > 0 else {
                return #"{"id":"s\#(number)","type":"session.status_running"\#(time)}"#
            }
            // Now and then so long that a piece of the log holds few.
            let length = Int.random(in: 0..<60, using: &dice) == 0 ? 200_000 : 20
            let text = "line \(number) " + String(repeating: "a", count: length)
            return #"{"id":"m\#(number)","type":"agent.message"\#(time),"content":[{"type":"text","text":"\#(text)"}]}"#
        }

        func page(before place: TimelinePlace?, _ show: TimelineShow, isSearch: Bool) -> TimelinePage {
            let mine = own.filter { $0.seq < place?.seq ?? .max }.suffix(TimelinePage.itemsMax)
            return TimelinePage(own: Array(mine), log: reader, before: place, isSearch: isSearch) { item in
                item.line.map(show.shows) ?? (!isSearch || (item.event?.seq ?? 0) % 7 == 0)
            }
        }
    }

    @Test("All pages together hold everything once and in order", arguments: 1...24)
    func pages(seed: UInt64) throws {
        let isOrderly = seed % 2 == 0, isSearch = seed % 3 == 0
        let show: TimelineShow = seed % 5 == 0 ? .everything : .key
        let history = try History(seed: seed, isOrderly: isOrderly)
        defer { try? FileManager.default.removeItem(at: history.folder) }
        var (found, place, pages) = ([TimelineItem](), TimelinePlace?.none, 0)
        repeat {
            let page = history.page(before: place, show, isSearch: isSearch)
            #expect(page.items.count <= TimelinePage.itemsMax)
            found = page.items + found
            (place, pages) = (page.earlier, pages + 1)
        } while place != nil && pages < 500
        #expect(place == nil, "it comes to an end, seed \(seed)")
        let own = history.own.map(\.seq).filter { !isSearch || $0 % 7 == 0 }
        #expect(found.compactMap { $0.event?.seq } == own, "seed \(seed)")
        let lines = found.compactMap(\.line)
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.end <= $1.start }, "seed \(seed)")
        let wanted = show == .key ? history.log.count { $0.contains("agent.message") } : history.log.count
        #expect(lines.count == wanted, "seed \(seed)")
        guard isOrderly else { return }
        let times = found.compactMap(\.at)
        #expect(times == times.sorted(), "seed \(seed)")
    }

    private static let merges: [(String, own: [Int64?], session: [Int64?], most: Int, String)] = [
        ("by time", [1, 5], [2, 6], 9, "osos"), ("at the same moment the run's own first", [3], [3], 9, "os"),
        ("the newest where there is room for few", [1, 5], [2, 6], 2, "os"),
        ("one that says no time is as late as what follows", [2], [1, nil, 3], 9, "soss"),
        ("at the end it is the newest", [5], [1, nil], 9, "sos"), ("nothing", [], [], 9, ""),
        ("a clock that was set back moves nothing", [5, 1], [3], 9, "oos"),
    ]

    @Test("They are put together", arguments: merges)
    func merge(how: String, own: [Int64?], session: [Int64?], most: Int, expected: String) {
        let sides = TimelineMerge(own: .init(times: own), session: .init(times: session)).newest(atMost: most)
        #expect(sides.map { $0 == .own ? "o" : "s" }.joined() == expected, "\(how)")
    }

    @Test("What nobody has looked at yet may have come before: it is left to the next page")
    func floor() {
        let sides = TimelineMerge(
            own: .init(times: [1, 9]), session: .init(times: [7, 8], reached: 6)
        ).newest(atMost: 9)
        #expect(sides == [.session, .session, .own])
    }

    private static let groups: [(String, [Int])] = [
        ("a r a r a r", [6]), ("a a a r r r", [6]), ("a r a r", [1, 1, 1, 1]), ("a b a b a b", [1, 1, 1, 1, 1, 1]),
        ("b a a a", [1, 3]), ("a a a b b b", [3, 3]), ("a a o a", [1, 1, 1, 1]), ("r a a a r", [1, 4]), ("", []),
    ]

    @Test("Three and more calls of one tool in a row, with what they brought, are one", arguments: groups)
    func group(calls: String, sizes: [Int]) throws {
        #expect(TimelineItem.groups(try TimelineCalls.items(calls)).map(\.count) == sizes)
    }
}
