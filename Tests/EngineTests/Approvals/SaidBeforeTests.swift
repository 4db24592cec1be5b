import Testing

@testable import BureauEngine

@Suite("What was said before a call")
struct SaidBeforeTests {
    private static func at(_ second: Int) -> String { "2026-11-20T09:00:0\(second)Z" }

    private static func said(_ messages: [(text: String, thread: String, second: Int?)]) -> SaidBefore {
        var said = SaidBefore()
        for message in messages { said.add(message.text, on: message.thread, at: message.second.map(at)) }
        return said
    }

    @Test("The last before the call is found, in whatever order the log has them")
    func order() {
        let said = Self.said([
            ("second", "", 2), ("after the call", "", 5), ("first", "", 1), ("blank is none", "", 3), (" \n", "", 4),
        ])
        #expect(said.last(before: Self.at(4), where: { $0.isEmpty }) == "blank is none")
        #expect(said.last(before: Self.at(2), where: { $0.isEmpty }) == "second")
        #expect(said.last(before: Self.at(0), where: { $0.isEmpty }) == nil)
        #expect(said.newest(where: { $0.isEmpty }) == "blank is none")
    }

    @Test("Each thread has its own words, however much another one says")
    func threads() {
        var said = Self.said([("mine", "", 1), ("theirs", "sthr_1", 2)])
        for _ in 0...SaidBefore.keptMax { said.add("more of theirs", on: "sthr_2", at: Self.at(3)) }
        #expect(said.last(before: Self.at(4), where: { $0 == "sthr_1" }) == "theirs")
        #expect(said.last(before: Self.at(4), where: { $0.isEmpty }) == "mine")
        #expect(said.last(before: Self.at(4), where: { $0 == "sthr_3" }) == nil)
    }
}
