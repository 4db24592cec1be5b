/// A service this product talks to. The raw value is the one used in rows, logs and metrics.
package enum Vendor: String, Codable, CaseIterable, Sendable {
    case anthropic
    case clickUp = "clickup"
    case asana
    case slack
    case google

    /// The name people know the service by.
    package var displayName: String {
        switch self {
        case .anthropic: "Anthropic"
        case .clickUp: "ClickUp"
        case .asana: "Asana"
        case .slack: "Slack"
        case .google: "Google Drive"
        }
    }
}
