import Testing

@testable import BureauWeb

@Suite("Addresses of one event")
struct TimelineAnchorTests {
    @Test(
        "What no event can have is no place, however large",
        arguments: ["s0", "s-1", "s\(Int64.max)", "s99999999999999999999", "e0", "e-5", "x12", "", "s", "12"])
    func none(text: String) { #expect(TimelineAnchor(text) == nil) }

    @Test("A place is read as it is written", arguments: ["s1", "s\(Int64.max - 1)", "e1", "e34567"])
    func some(text: String) { #expect(TimelineAnchor(text)?.description == text) }
}
