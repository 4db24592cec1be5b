import Foundation

/// Reads the `approvals` section, which may be absent.
struct ApprovalReader {
    private static let keys = ["slack", "people", "channel", "expire_minutes", "two_person", "identities"]

    func approvals(_ root: ConfigObject) -> ApprovalPolicy? {
        let byDefault = ApprovalPolicy.byDefault
        guard root.has("approvals") else { return byDefault }
        guard let object = root.object("approvals", keys: Self.keys) else { return nil }
        let slack = object.texts("slack", .slackUser, required: false)
        let people = object.texts("people", .slug, required: false)
        let channel = object.text("channel", .slackChannel, required: false)
        let minutes = object.number("expire_minutes", .above(0, upTo: 43_200), required: false)
        let isTwoPerson = object.flag("two_person")
        let identities =
            (object.objects("identities", keys: ["name", "slack", "clickup", "asana"], countMax: 200) ?? [])
            .compactMap { entry -> ApprovalPolicy.Identity? in
                let slack = entry.text("slack", .slackUser, required: false)
                let clickUp = entry.text("clickup", .gid, required: false)
                let asana = entry.text("asana", .gid, required: false)
                return entry.text("name", .slug).map {
                    ApprovalPolicy.Identity(name: $0, slack: slack, clickUp: clickUp, asana: asana)
                }
            }
        return ApprovalPolicy(
            slackApprovers: slack ?? [], people: people ?? [], channel: channel,
            expiresAfter: minutes.map { .milliseconds(Int64(NSDecimalNumber(decimal: $0 * 60_000).int64Value)) }
                ?? byDefault.expiresAfter,
            isTwoPerson: isTwoPerson ?? false, identities: identities)
    }
}

extension TextRule {
    static let slackUser = TextRule(expectation: "a Slack user id such as \"U0123ABCD\"", lengthMax: 21) { text in
        guard let first = text.first, first == "U" || first == "W", text.utf8.count >= 3 else { return false }
        return text.utf8.allSatisfy { $0.isDigit || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
    }
}
