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

    private static let meant = ["content BRIEF", "Catalyst", "catalyst", "Ads, content brief", " Content  brief "]

    @Test("One that is named by skill, by name or by its file's name, and may have it, takes it", arguments: meant)
    func routed(said: String) {
        let route = TaskRoute.decide(
            said: said, field: "Skill", own: Self.jessie, others: [Self.far, Self.catalyst, Self.tired])
        #expect(route == .to(agent: "catalyst"))
    }

    private static let unclear: [(String?, [TaskRoute.Choice], String)] = [
        (nil, [catalyst], "does not say who is meant"), ("", [catalyst], "does not say who is meant"),
        ("Cooking", [catalyst], "says \"Cooking\", which no agent here does"),
        ("Ads report", [catalyst, far], "Scout does not work on tasks from here"),
        ("Content brief", [catalyst, twin], "means Catalyst and Muse"),
        ("Build", [catalyst, tired], "Builder cannot begin: The client is archived."),
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
