import Testing

@testable import BureauDomain

@Suite("A call's input, changed")
struct ChangedInputTests {
    private static let asked = #"{"to": "ana@example.com", "count": 5.00, "tags": ["a", "b"]}"#

    private static let refusals: [(String, String)] = [
        (#"{"tags": ["a", "b"], "count": 5, "to": "ana@example.com"}"#, "approve it as it is"),
        ("[]", "this is a list"), ("null", "this is null"), (#""text""#, "this is a text"),
        (#"{"to": "\#(String(repeating: "x", count: ChangedInput.bytesMax))"}"#, "16000 at most"),
    ]

    @Test(
        "What is no change, no object or too long for the agent's message is refused with the reason",
        arguments: refusals)
    func refused(input: String, words: String) throws {
        let value = try JSONValue.parse(Array(input.utf8))
        let problem = #expect(throws: ChangedInput.Problem.self) { _ = try ChangedInput(value, of: Self.asked) }
        #expect(problem?.description.contains(words) == true, "\(String(describing: problem))")
    }

    @Test("A change is told on one line, members as they were written, and compared without their order")
    func taken() throws {
        let value = try JSONValue.parse(Array(#"{"to": "ben@example.com", "count": 5.00}"#.utf8))
        let change = try ChangedInput(value, of: Self.asked)
        #expect(change.json == #"{"to":"ben@example.com","count":5.00}"#)
        #expect(change.canonical == #"{"count":5,"to":"ben@example.com"}"#)
        #expect(ChangedInput.canonical(#"{ "count": 5, "to": "ben@example.com" }"#) == change.canonical)
        #expect(ChangedInput.canonical("no JSON") == nil)
    }

    private static let compared: [(String, String, [String])] = [
        (#"{"a": 1, "b": 2}"#, #"{"b": 2.0, "a": 1}"#, []), (#"{"a": 1}"#, #"{"a": "1"}"#, ["a"]),
        (#"{"a": 1, "b": 2}"#, #"{"c": 3, "b": 4}"#, ["c", "b", "a"]),
        (#"{"a": {"x": 1, "y": 2}}"#, #"{"a": {"y": 2, "x": 1}}"#, []), (#"{"a": [1, 2]}"#, #"{"a": [2, 1]}"#, ["a"]),
        ("[1]", "[1.0]", []), ("[1]", "[2]", ["input"]), ("no JSON", "no JSON", []), ("{}", "no JSON", ["input"]),
    ]

    @Test("What differs is named member by member", arguments: compared)
    func differences(old: String, new: String, names: [String]) {
        #expect(InputDifference.between(old, new).map(\.name) == names, "\(old) \(new)")
    }
}
