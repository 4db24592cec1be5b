import BureauDomain
import Testing

@Suite("Which Asana tasks start an agent")
struct AsanaTriggerTests {
    private static let trigger = AsanaTrigger(
        projects: ["100", "200"], assigneeID: "10", sections: ["Intake", " ready "])
    private static let sights: [(AsanaTrigger.Sight, Bool)] = [
        (.init(isCompleted: false, assigneeIDs: ["10"], sections: ["100": "intake"]), true),
        (.init(isCompleted: false, assigneeIDs: ["10"], sections: ["200": "Ready"]), true),
        (.init(isCompleted: false, assigneeIDs: ["10"], sections: ["300": "x", "100": "Intake"]), true),
        (.init(isCompleted: true, assigneeIDs: ["10"], sections: ["100": "Intake"]), false),
        (.init(isCompleted: false, assigneeIDs: [], sections: ["100": "Intake"]), false),
        (.init(isCompleted: false, assigneeIDs: ["11"], sections: ["100": "Intake"]), false),
        (.init(isCompleted: false, assigneeIDs: ["10"], sections: ["300": "Intake"]), false),
        (.init(isCompleted: false, assigneeIDs: ["10"], sections: ["100": "Clarification"]), false),
        (.init(isCompleted: false, assigneeIDs: ["10"], sections: ["100": ""]), false),
    ]

    @Test("Assigned, open, in project and section", arguments: sights)
    func sight(sight: AsanaTrigger.Sight, isOurs: Bool) {
        #expect((Self.trigger.objection(sight, agentName: "Jessie") == nil) == isOurs)
    }

    @Test("Where the agent itself puts its tasks is not elsewhere")
    func waiting() {
        let sight = AsanaTrigger.Sight(isCompleted: false, assigneeIDs: ["10"], sections: ["100": "Clarification"])
        #expect(Self.trigger.objection(sight, agentName: "Jessie", waiting: ["clarification"]) == nil)
    }

    private static let skill = TaskSkill(
        field: "Skill", names: ["SEO report"], phrases: ["seo report", "rankings"])
    private static let askings: [(String?, String, TaskSkill.Asked)] = [
        ("seo REPORT", "anything", .this), ("Ads, SEO report", "", .this), ("Ads", "an SEO report", .other("Ads")),
        (nil, "Please: SEO-Report, October", .this), ("", "our Rankings?", .this), (nil, "seo reporting", .unsaid),
        (nil, "", .unsaid),
    ]

    @Test("The field is asked first, then the words, whole words only", arguments: askings)
    func asked(field: String?, text: String, expected: TaskSkill.Asked) {
        #expect(Self.skill.asked(field: field, text: text) == expected)
    }

    @Test("Clients see a task only when its field or tag says so")
    func visible() {
        let flag = BoardPolicy.ClientVisible(field: "Client visible", values: ["Yes"], tag: "client")
        #expect(flag.shows(field: "yes", tags: []) && flag.shows(field: nil, tags: ["Client"]))
        #expect(!flag.shows(field: "no", tags: ["clients"]) && !flag.shows(field: nil, tags: []))
        #expect(!BoardPolicy.ClientVisible(field: nil, values: ["Yes"], tag: nil).shows(field: "Yes", tags: ["Yes"]))
    }
}
