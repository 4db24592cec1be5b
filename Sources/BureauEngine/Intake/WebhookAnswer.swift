/// What a webhook is told. ClickUp suspends a webhook at once on 401 and 410, so neither is ever used.
package struct WebhookAnswer: Sendable, Hashable {
    package let status: Int
    package let fields: [(String, String)]
    package let alreadyProcessed: Bool

    init(_ status: Int, alreadyProcessed: Bool = false, _ fields: [(String, String)]) {
        self.status = status
        self.fields = fields
        self.alreadyProcessed = alreadyProcessed
    }

    package static func == (one: WebhookAnswer, other: WebhookAnswer) -> Bool {
        one.json == other.json && one.status == other.status
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(json) }

    /// A flat JSON object. Values are ours or were checked; quotes and controls are escaped all the same.
    package var json: String {
        let flag = alreadyProcessed ? "\"already_processed\":true," : ""
        return "{\(flag)" + fields.map { "\"\($0.0)\":\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    private func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 32 || $0 == 34 || $0 == 92 }) else { return text }
        return text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case let control where control.value < 32: " "
            default: String(scalar)
            }
        }.joined()
    }
}
