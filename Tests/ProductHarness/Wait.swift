import Foundation

/// Something that was waited for and did not come.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
    package init(_ what: String) { description = "never happened: \(what)" }
}

/// Looks again until `look` finds something. Waiting is for a condition; the deadline only ends a test that failed, and a
/// busy machine takes many times as long as a quiet one.
@discardableResult
package func eventually<Value: Sendable>(
    _ what: String, within deadline: Duration = .seconds(300), look: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + deadline
    while true {
        if let value = try await look() { return value }
        guard ContinuousClock.now < end else { throw NeverHappened("\(what), within \(deadline)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
