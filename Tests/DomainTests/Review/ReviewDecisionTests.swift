import Testing

@testable import BureauDomain

private func comment(
    _ id: String, _ kind: FeedbackClass, by author: String? = "ana", at time: Int64 = 100, sure: Bool = true
) -> ReviewDecision.Comment {
    ReviewDecision.Comment(
        id: id, authorID: author, writtenAt: time,
        verdict: FeedbackVerdict(kind, confidence: sure ? 90 : 40, reason: "test"))
}

@Suite("What comments lead to") struct ReviewDecisionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let comments: [ReviewDecision.Comment]
        var policy = ReviewPolicy(acceptors: ["ana", "ben"], roundsMax: 3)
        var past = ReviewDecision.Past()
        let action: ReviewDecision.Action
        let outcomes: [String: ReviewDecision.Outcome]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "an acceptance by one who may", comments: [comment("1", .acceptance)], action: .accept("1"),
            outcomes: ["1": .accepted]),
        Case(
            name: "an acceptance by one who may not", comments: [comment("1", .acceptance, by: "eve")], action: .none,
            outcomes: ["1": .notAllowed]),
        Case(
            name: "an acceptance by nobody known", comments: [comment("1", .acceptance, by: nil)], action: .none,
            outcomes: ["1": .notAllowed]),
        Case(
            name: "an acceptance from before the round", comments: [comment("1", .acceptance, at: 49)], action: .none,
            outcomes: ["1": .tooEarly]),
        Case(
            name: "a change", comments: [comment("1", .revisionRequest, by: "eve")], action: .revise(["1"]),
            outcomes: ["1": .revised]),
        Case(
            name: "a change from before the round is still wanted", comments: [comment("1", .revisionRequest, at: 10)],
            action: .revise(["1"]), outcomes: ["1": .revised]),
        Case(
            name: "two changes at once are one round",
            comments: [comment("1", .revisionRequest), comment("2", .noOp), comment("3", .revisionRequest, by: "ben")],
            action: .revise(["1", "3"]), outcomes: ["1": .revised, "2": .noted, "3": .revised]),
        Case(
            name: "a change by another wins over an acceptance, whoever wrote first",
            comments: [comment("1", .acceptance, at: 100), comment("2", .revisionRequest, by: "ben", at: 101)],
            action: .revise(["2"]), outcomes: ["1": .overruled, "2": .revised]),
        Case(
            name: "the same person accepts after asking",
            comments: [comment("1", .revisionRequest, at: 100), comment("2", .acceptance, at: 101)],
            action: .accept("2"), outcomes: ["1": .withdrawn, "2": .accepted]),
        Case(
            name: "the same person asks after accepting",
            comments: [comment("1", .acceptance, at: 100), comment("2", .revisionRequest, at: 101)],
            action: .revise(["2"]), outcomes: ["1": .overruled, "2": .revised]),
        Case(
            name: "an acceptance beside something that is not understood waits",
            comments: [comment("1", .acceptance), comment("2", .revisionRequest, by: "ben", sure: false)],
            action: .none, outcomes: ["1": .overruled, "2": .asked]),
        Case(
            name: "new work is asked about, not assumed", comments: [comment("1", .scopeChange)], action: .none,
            outcomes: ["1": .askedScope]),
        Case(
            name: "new work beside a change does not hold the change up",
            comments: [comment("1", .scopeChange), comment("2", .revisionRequest)],
            action: .revise(["2"]), outcomes: ["1": .askedScope, "2": .revised]),
        Case(
            name: "what is not understood is asked about", comments: [comment("1", .acceptance, sure: false)],
            action: .none, outcomes: ["1": .asked]),
        Case(
            name: "a question is noted", comments: [comment("1", .discussion)], action: .none, outcomes: ["1": .noted]),
        Case(
            name: "a question is answered where the agent may", comments: [comment("1", .discussion)],
            policy: ReviewPolicy(answersDiscussion: true), action: .answer(["1"]), outcomes: ["1": .answered]),
        Case(
            name: "a question beside a change goes to the agent with it",
            comments: [comment("1", .discussion), comment("2", .revisionRequest)],
            policy: ReviewPolicy(answersDiscussion: true), action: .revise(["2"]),
            outcomes: ["1": .answered, "2": .revised]),
        Case(
            name: "a question beside a change is left to people once the last answer was given",
            comments: [comment("1", .discussion), comment("2", .revisionRequest)],
            policy: ReviewPolicy(answersDiscussion: true), past: .init(answers: ReviewPolicy.answersLimit),
            action: .revise(["2"]), outcomes: ["1": .answersUsed, "2": .revised]),
        Case(
            name: "a question beside an acceptance is answered by nobody, and not told otherwise",
            comments: [comment("1", .discussion), comment("2", .acceptance)],
            policy: ReviewPolicy(answersDiscussion: true), action: .accept("2"),
            outcomes: ["1": .noted, "2": .accepted]),
        Case(
            name: "a question beside a change after the last round waits for the person who decides",
            comments: [comment("1", .discussion), comment("2", .revisionRequest)],
            policy: ReviewPolicy(roundsMax: 3, answersDiscussion: true), past: .init(rounds: 3), action: .none,
            outcomes: ["1": .noted, "2": .roundsUsed]),
        Case(
            name: "after the last round a person decides", comments: [comment("1", .revisionRequest)],
            past: .init(rounds: 3),
            action: .none, outcomes: ["1": .roundsUsed]),
        Case(
            name: "rounds that only answered leave those for changes as they were",
            comments: [comment("1", .revisionRequest)],
            past: .init(rounds: 2, answers: 9), action: .revise(["1"]), outcomes: ["1": .revised]),
        Case(
            name: "after the last answer people answer", comments: [comment("1", .discussion)],
            policy: ReviewPolicy(answersDiscussion: true), past: .init(answers: ReviewPolicy.answersLimit),
            action: .none,
            outcomes: ["1": .answersUsed]),
        Case(
            name: "an acceptance while new work waits for its yes or no is set aside",
            comments: [comment("1", .acceptance)],
            past: .init(questions: [.init(authorID: "ana", askedAt: 60, isScope: true)]), action: .none,
            outcomes: ["1": .overruled]),
        Case(
            name: "an acceptance while somebody else was asked what they meant is set aside",
            comments: [comment("1", .acceptance)],
            past: .init(questions: [.init(authorID: "ben", askedAt: 60, isScope: false)]), action: .none,
            outcomes: ["1": .overruled]),
        Case(
            name: "whoever was asked what they meant answers by accepting", comments: [comment("1", .acceptance)],
            past: .init(questions: [.init(authorID: "ana", askedAt: 60, isScope: false)]), action: .accept("1"),
            outcomes: ["1": .accepted]),
        Case(
            name: "who accepts again after being told accepts", comments: [comment("1", .acceptance)],
            past: .init(questions: [.init(authorID: "ben", askedAt: 60, isScope: true)], told: ["ana": 70]),
            action: .accept("1"), outcomes: ["1": .accepted]),
        Case(
            name: "having been told of an older question says nothing about a newer one",
            comments: [comment("1", .acceptance)],
            past: .init(questions: [.init(authorID: "ben", askedAt: 80, isScope: true)], told: ["ana": 70]),
            action: .none, outcomes: ["1": .overruled]),
        Case(
            name: "that one was told says nothing for another", comments: [comment("1", .acceptance, by: "ben")],
            past: .init(questions: [.init(authorID: "ana", askedAt: 60, isScope: true)], told: ["ana": 70]),
            action: .none, outcomes: ["1": .overruled]),
        Case(
            name: "anybody may accept where nobody is named", comments: [comment("1", .acceptance, by: nil)],
            policy: ReviewPolicy(), action: .accept("1"), outcomes: ["1": .accepted]),
    ]

    @Test("Comments lead to one decision, and each has an outcome", arguments: cases)
    func decide(one: Case) {
        let decision = ReviewDecision.decide(one.comments, policy: one.policy, past: one.past, openedAt: 50)
        #expect(decision.action == one.action)
        #expect(decision.outcomes == one.outcomes)
    }

    @Test(
        "Whatever people write: nothing is accepted beside an open change of another, and each comment has an outcome")
    func property() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let comments = (0..<Int.random(in: 0...6, using: &random)).map { index in
                comment(
                    "\(index)", FeedbackClass.allCases.randomElement(using: &random) ?? .noOp,
                    by: ["ana", "ben", "eve", nil].randomElement(using: &random) ?? nil, at: Int64(40 + index * 10),
                    sure: Int.random(in: 0..<4, using: &random) > 0)
            }
            let policy = ReviewPolicy(
                acceptors: ["ana", "ben"], roundsMax: 3, answersDiscussion: .random(using: &random))
            let decision = ReviewDecision.decide(comments, policy: policy, openedAt: 50)
            #expect(Set(decision.outcomes.keys) == Set(comments.map(\.id)))
            guard case .accept(let id) = decision.action, let accepted = comments.first(where: { $0.id == id }) else {
                continue
            }
            #expect(policy.mayAccept(accepted.authorID) && accepted.verdict.isSure && accepted.writtenAt >= 50)
            for other in comments where other.verdict.kind == .revisionRequest && other.verdict.isSure {
                #expect(other.authorID == accepted.authorID && other.writtenAt < accepted.writtenAt)
            }
        }
    }
}
