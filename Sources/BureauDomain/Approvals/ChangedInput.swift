/// A call's input as a person changed it before letting it happen. The agent is told it word for word, so it has to fit
/// into one message.
package struct ChangedInput: Hashable, Sendable {
    package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        case notAnObject(String)
        case unchanged
        case tooLarge(bytes: Int)

        package var description: String {
            switch self {
            case .notAnObject(let kind): "the input of a call is an object, and this is \(kind)"
            case .unchanged: "it is what the agent asks for already: approve it as it is"
            case .tooLarge(let bytes):
                "the changed input has \(bytes) bytes, and the agent can be told \(ChangedInput.bytesMax) at most: "
                    + "deny it and say what should be different"
            }
        }
    }

    /// Of the input alone, on one line: what the message says around it comes on top.
    package static let bytesMax = 16_000

    package let value: JSONValue
    /// On one line, members in their order: what the agent is told.
    package let json: String
    /// The one spelling that two inputs are compared by.
    package var canonical: String { value.canonical }

    /// `original` is the input as the agent wrote it.
    package init(_ value: JSONValue, of original: String) throws(Problem) {
        guard value.object != nil else { throw .notAnObject(value.kindName) }
        guard value.canonical != Self.canonical(original) else { throw .unchanged }
        let json = value.compact
        guard json.utf8.count <= Self.bytesMax else { throw .tooLarge(bytes: json.utf8.count) }
        (self.value, self.json) = (value, json)
    }

    /// Nil for what is no JSON, which nothing is equal to.
    package static func canonical(_ input: String) -> String? {
        (try? JSONValue.parse(Array(input.utf8)))?.canonical
    }
}
