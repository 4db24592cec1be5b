/// The tools people keep their tasks in. Adding one is a case, a conformance to `WorkTool`, a stand-in and a test row.
package enum WorkToolKind: String, Hashable, Sendable, Codable, CaseIterable {
    case clickUp = "clickup"
    case asana

    /// As people write it.
    package var label: String {
        switch self {
        case .clickUp: "ClickUp"
        case .asana: "Asana"
        }
    }
}
