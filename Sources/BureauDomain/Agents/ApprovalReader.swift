import Foundation

/// Reads the `approvals` section, which may be absent.
struct ApprovalReader {
    private static let keys = ["slack", "people", "channel", "expire_minutes", "two_person", "identities", "tools"]

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
            isTwoPerson: isTwoPerson ?? false, identities: identities, tools: tools(object))
    }

    static let toolsMax = 50

    /// What is said of each tool's calls, by the tool's name.
    private func tools(_ approvals: ConfigObject) -> [String: ToolWords] {
        guard let json = approvals.members["tools"]?.value else { return [:] }
        guard case .object(let members) = json.kind, members.count <= Self.toolsMax else {
            approvals.problem("tools", "expected an object in braces with at most \(Self.toolsMax) tools")
            return [:]
        }
        var tools: [String: ToolWords] = [:]
        for member in members {
            let place = "\(approvals.place("tools")).\(member.key.prefix(60))"
            guard TextRule.toolName.allows(member.key) else {
                approvals.problems.add(place, member.keyPosition, "expected \(TextRule.toolName.expectation)")
                continue
            }
            guard
                let tool = ConfigObject(
                    member.value, path: place, keys: ["effect", "undo"], problems: approvals.problems)
            else { continue }
            tools[member.key] = words(tool)
        }
        return tools
    }

    private func words(_ tool: ConfigObject) -> ToolWords {
        let undo = tool.text("undo", .line(CallTemplate.charactersMax), required: false)
        guard let entry = tool.entry("effect", .line(CallTemplate.charactersMax), required: false) else {
            if tool.members.isEmpty { tool.problems.add(tool.path, tool.position, "say its effect, or undo, or both") }
            return ToolWords(undo: undo)
        }
        do throws(CallTemplate.Wrong) {
            return ToolWords(effect: try CallTemplate(entry.text), undo: undo)
        } catch {
            tool.problems.add(entry.path, entry.position, error.message)
            return ToolWords(undo: undo)
        }
    }
}

extension TextRule {
    static let toolName = TextRule(
        expectation: "a tool's name of letters, digits and _ . : / -", lengthMax: 128
    ) { text in
        let others = Array("_.:/-".utf8)
        guard !text.isEmpty else { return false }
        return text.utf8.allSatisfy { byte in
            byte.isDigit || byte.isLower || byte.isUpper || others.contains(byte)
        }
    }

    static let slackUser = TextRule(expectation: "a Slack user id such as \"U0123ABCD\"", lengthMax: 21) { text in
        guard let first = text.first, first == "U" || first == "W", text.utf8.count >= 3 else { return false }
        return text.utf8.allSatisfy { $0.isDigit || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
    }
}
