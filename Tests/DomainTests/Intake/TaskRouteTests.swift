import Testing

@testable import BureauDomain

@Suite("Who takes a task that asks for another agent")
struct TaskRouteTests {
    private static let jessie = TaskRoute.Choice(agent: "jessie", displayName: "Jessie", skills: ["SEO report"])
    private static let catalyst = TaskRoute.Choice(
        agent: "catalyst", displayName: "Catalyst", skills: ["Content brief"])
    private static let far = TaskRoute.Choice(
        agent: "scout", displayName: "Scout", skills: ["Ads report"], isAllowed: false)
    private static let tired = TaskRoute.Choice(
        agent: "builder", displayName: "Builder", skills: ["Build"], troubles: ["The client is archived."])
    private static let twin = TaskRoute.Choice(agent: "muse", displayName: "Muse", skills: ["Content brief"])

    /// The same, by words of the task.
    private static func phrased(_ choice: TaskRoute.Choice, _ phrase: String) -> TaskRoute.Choice {
        TaskRoute.Choice(
            agent: choice.agent, displayName: choice.displayName, skills: choice.skills, isAllowed: choice.isAllowed,
            troubles: choice.troubles, phrase: phrase)
    }

    private static let meant = ["content BRIEF", "Catalyst", "catalyst", "Ads, content brief", " Content  brief "]

    @Test("One that is named by skill, by name or by its file's name, and may have it, takes it", arguments: meant)
    func routed(said: String) {
        let route = TaskRoute.decide(
            said: said, field: "Skill", own: Self.jessie, others: [Self.far, Self.catalyst, Self.tired])
        #expect(route == .to(agent: "catalyst"))
    }

    private static let wordings: [(String?, [TaskRoute.Choice])] = [
        (nil, [phrased(catalyst, "content brief"), twin]), ("", [phrased(catalyst, "content brief")]),
        (nil, [phrased(far, "ads report"), phrased(catalyst, "content brief"), tired]),
        ("Content brief", [catalyst, phrased(tired, "build")]),
    ]

    @Test("Where the field is empty, the one whose phrase stands in the task takes it", arguments: wordings.indices)
    func worded(row: Int) {
        let (said, others) = Self.wordings[row]
        let route = TaskRoute.decide(said: said, field: "Skill", own: Self.jessie, others: others)
        #expect(route == .to(agent: "catalyst"))
    }

    private static let unclear: [(String?, [TaskRoute.Choice], String)] = [
        (nil, [catalyst], "does not say who is meant"), ("", [catalyst], "does not say who is meant"),
        ("Cooking", [catalyst], "says \"Cooking\", which no agent here does"),
        ("Ads report", [catalyst, far], "Scout does not work on tasks from here"),
        ("Content brief", [catalyst, twin], "means Catalyst and Muse"),
        ("Build", [catalyst, tired], "Builder cannot begin: The client is archived."),
        (
            nil, [phrased(catalyst, "content brief"), phrased(twin, "brief")],
            "is empty and the task says \"brief\" and \"content brief\", which means Catalyst and Muse"
        ),
        (nil, [catalyst, phrased(far, "ads")], "says \"ads\", and Scout does not work on tasks from here"),
        (nil, [catalyst, phrased(tired, "build")], "says \"build\", and Builder cannot begin"),
    ]

    @Test("Anything else is asked, with the choices that are open", arguments: unclear.indices)
    func asked(row: Int) {
        let (said, others, words) = Self.unclear[row]
        let route = TaskRoute.decide(said: said, field: "Skill", own: Self.jessie, others: others)
        guard case .ask(let question) = route else {
            Issue.record("\(route)")
            return
        }
        #expect(question.contains(words), "\(question)")
        #expect(question.contains("SEO report (Jessie)") && question.contains("Content brief (Catalyst)"))
        #expect(!question.contains("Ads report (Scout)") && !question.contains("Build (Builder)"))
    }
}
