import Testing

@testable import BureauDomain

@Suite("Two people: whoever asked does not decide")
struct RequesterTests {
    private static func policy(
        _ identities: [ApprovalPolicy.Identity] = [], isTwoPerson: Bool = true
    ) -> ApprovalPolicy {
        ApprovalPolicy(
            slackApprovers: ["U0ANA", "U0BEN"], people: ["ana", "ben"], channel: nil, expiresAfter: .seconds(60),
            isTwoPerson: isTwoPerson, identities: identities)
    }

    private static let ana: [ApprovalPolicy.Person] = [
        .bureau(name: "ana"), .staff(name: "ana", isTrusted: true), .slack(id: "U0ANA", name: "ana"),
    ]
    private static let everybody: [ApprovalPolicy.Identity] = [
        .init(name: "ana", slack: "U0ANA", clickUp: "123", asana: "1201"),
        .init(name: "ben", slack: "U0BEN", clickUp: "456", asana: "1202"),
    ]

    /// What every trigger stores, when Ana asked.
    private static let askedByAna = [
        "cli ana", "web ana", "api ana", "mcp ana", "cli ana, schedule monthly", "web ana, a test", "slack U0ANA",
        "clickup user 123", "asana user 1201",
    ]

    @Test("With everybody's names known, Ana's own runs are not hers to decide, on any surface", arguments: askedByAna)
    func own(requestedBy: String) {
        for person in Self.ana {
            #expect(Self.policy(Self.everybody).refusal(for: person, requestedBy: requestedBy) == .ownRequest)
        }
        for person: ApprovalPolicy.Person in [.bureau(name: "ben"), .slack(id: "U0BEN", name: "ben")] {
            #expect(Self.policy(Self.everybody).refusal(for: person, requestedBy: requestedBy) == nil)
        }
    }

    private static let unmapped:
        [(requester: String, inSlack: ApprovalPolicy.Refusal?, inBureau: ApprovalPolicy.Refusal?)] =
            [
                ("cli ana", .requesterUnknown("cli ana"), nil), ("mcp ana", .requesterUnknown("mcp ana"), nil),
                ("slack U0ANA", nil, .requesterUnknown("slack U0ANA")),
                ("clickup user 123", .requesterUnknown("clickup user 123"), .requesterUnknown("clickup user 123")),
                ("clickup", .requesterUnknown("clickup"), .requesterUnknown("clickup")),
                ("asana user 1201", .requesterUnknown("asana user 1201"), .requesterUnknown("asana user 1201")),
                ("asana", .requesterUnknown("asana"), .requesterUnknown("asana")),
                (
                    "the sweep of ClickUp", .requesterUnknown("the sweep of ClickUp"),
                    .requesterUnknown("the sweep of ClickUp")
                ),
                ("schedule monthly", nil, nil), ("", .requesterUnknown(""), .requesterUnknown("")),
                ("cli ", .requesterUnknown("cli "), .requesterUnknown("cli ")),
            ]

    @Test(
        "Where nothing tells who asked, nobody decides; what a schedule started nobody asked for", arguments: unmapped)
    func unknown(_ line: (requester: String, inSlack: ApprovalPolicy.Refusal?, inBureau: ApprovalPolicy.Refusal?)) {
        let policy = Self.policy()
        #expect(policy.refusal(for: .slack(id: "U0BEN", name: "ben"), requestedBy: line.requester) == line.inSlack)
        #expect(policy.refusal(for: .bureau(name: "ben"), requestedBy: line.requester) == line.inBureau)
        #expect(
            Self.policy(isTwoPerson: false).refusal(for: .bureau(name: "ana"), requestedBy: line.requester) == nil)
    }

    @Test("A name with a comma in it is still its owner's")
    func comma() {
        let policy = ApprovalPolicy(
            slackApprovers: [], people: [], channel: nil, expiresAfter: .seconds(60), isTwoPerson: true)
        #expect(policy.refusal(for: .bureau(name: "ana, b"), requestedBy: "cli ana, b") == .ownRequest)
    }
}
