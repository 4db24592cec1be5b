import Testing

@testable import BureauDomain

@Suite("Whether work begins") struct AssessmentTests {
    static let cases: [(String, TaskFacts, Assessment)] = [
        ("all is there", TaskFacts(isStartedByTask: true, place: "Ready ", wantedPlace: "ready"), .ready),
        (
            "the task has moved on", TaskFacts(isStartedByTask: true, place: "done", wantedPlace: "ready"),
            .ignored("The task has moved on: its status is \"done\" now, not \"ready\".")
        ),
        (
            "a person who named the task has decided",
            TaskFacts(isStartedByTask: false, place: "done", wantedPlace: "ready"), .ready
        ),
        (
            "it waited for an answer where such tasks wait",
            TaskFacts(isStartedByTask: true, place: "blocked", wantedPlace: "ready", waitingPlace: "Blocked"), .ready
        ),
        (
            "it is in another list", TaskFacts(isStartedByTask: true, container: "2", wantedContainer: "1"),
            .ignored("The task is in another list than this agent works on.")
        ),
        (
            "it is assigned to somebody else", TaskFacts(isStartedByTask: true, isAssigned: false),
            .ignored("The task is not assigned to Jessie.")
        ),
        (
            "its results wait for judgement", TaskFacts(isStartedByTask: true, runInReview: "R1"),
            .reviewReady(run: "R1")
        ),
        ("a field is empty", TaskFacts(isStartedByTask: true, missingFields: ["url"]), .needsClarification(["url"])),
        (
            "what the people of the task cannot mend comes first",
            TaskFacts(isStartedByTask: true, missingFields: ["url"], missingSetup: ["No key."]), .blocked(["No key."])
        ),
    ]

    @Test("A task is judged by what is known of it", arguments: cases)
    func judge(name: String, facts: TaskFacts, expected: Assessment) {
        let verdict = Assessment.judge(facts, agentName: "Jessie")
        #expect(verdict == expected, "\(name)")
        #expect((verdict.sentence(agentName: "Jessie") == nil) == (verdict == .ready))
    }

    static let answers: [(String, [String], [String: String])] = [
        (
            "website_url: https://shamrock.example", ["website_url", "seed_keywords"],
            ["website_url": "https://shamrock.example"]
        ),
        (
            "Website URL: https://shamrock.example\nSeed keywords = detailing, car wash",
            ["website_url", "seed_keywords"],
            ["website_url": "https://shamrock.example", "seed_keywords": "detailing, car wash"]
        ),
        ("The website url is https://shamrock.example", ["website_url"], ["website_url": "https://shamrock.example"]),
        ("https://shamrock.example", ["website_url"], ["website_url": "https://shamrock.example"]),
        ("https://shamrock.example", ["website_url", "seed_keywords"], [:]),
        ("Thanks, will fill it in tomorrow", ["website_url"], [:]),
        ("Which URL do you mean?", ["website_url"], [:]),
        ("> website_url: quoted", ["website_url"], [:]),
        ("website_url:", ["website_url", "x"], [:]),
        ("phone: 555-0142", ["website_url"], [:]),
        ("ok", ["website_url"], [:]),
        ("shamrock.example", ["website_url"], ["website_url": "https://shamrock.example"]),
        ("website_url: not there yet", ["website_url", "x"], [:]),
        ("The website url is down", ["website_url"], [:]),
        ("Talk to Ana", ["website_url"], [:]),
        ("Sounds good, talk soon", ["business_name"], [:]),
        ("Ana has the address", ["business_address"], [:]),
        ("Working on that with the client", ["business_address"], [:]),
        ("Client sends the list tomorrow", ["seed_keywords"], [:]),
        ("The business address is wrong", ["business_address"], [:]),
        ("competitors: TBD", ["competitors", "x"], [:]),
        (
            "12 North Main Street, Suite 4, Springfield, IL 62701", ["business_address"],
            ["business_address": "12 North Main Street, Suite 4, Springfield, IL 62701"]
        ),
        (
            "car detailing, ceramic coating, paint correction", ["seed_keywords"],
            ["seed_keywords": "car detailing, ceramic coating, paint correction"]
        ),
        ("+1 (614) 555-0142 ext 3", ["business_phone"], ["business_phone": "+1 (614) 555-0142 ext 3"]),
        ("Call the office", ["business_phone"], [:]),
        ("phone: see website", ["phone", "x"], [:]),
        ("office@shamrock.example", ["contact_email"], ["contact_email": "office@shamrock.example"]),
        ("Ana from the front desk", ["contact_email"], [:]),
        ("America/New_York", ["time_zone"], ["time_zone": "America/New_York"]),
        ("notes: We have moved, it is all new now.", ["notes"], ["notes": "We have moved, it is all new now."]),
        ("", ["website_url"], [:]),
    ]

    @Test("Answers on the task are read, and nothing is taken for one that is none", arguments: answers)
    func read(text: String, missing: [String], expected: [String: String]) {
        #expect(TaskAnswer.read(text, missing: missing) == expected)
    }

    @Test("Where nothing was asked for only what is named is taken")
    func unasked() {
        #expect(TaskAnswer.read("https://shamrock.example", missing: ["website_url"], takesAlone: false) == [:])
        #expect(
            TaskAnswer.read("website_url: https://shamrock.example", missing: ["website_url"], takesAlone: false)
                == ["website_url": "https://shamrock.example"])
    }
}
