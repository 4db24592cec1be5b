/// The workspace every sandbox starts with: the agent's own user, two people, a board of requests and one of builds. All
/// of it is invented, and marked as demo by name.
enum AsanaSeed {
    /// The user that owns the token: what the product writes, it writes as this user.
    static let jessie = AsanaPerson(gid: "1208000000000010", name: "Jessie", email: "jessie@agency.example")
    static let jake = AsanaPerson(gid: "1208000000000011", name: "Jake (demo)", email: "jake@agency.example")
    static let ana = AsanaPerson(gid: "1208000000000012", name: "Ana (demo)", email: "ana@agency.example")

    static func workspace(now: Int) -> AsanaWorkspace {
        AsanaWorkspace(
            people: [jessie, jake, ana],
            tags: [
                AsanaTag(gid: "1208000000000400", name: "client-visible"),
                AsanaTag(gid: "1208000000000401", name: "urgent"),
            ], projects: [intake, builds], tasks: tasks(created: now - 86_400_000))
    }

    static let intake = AsanaProject(
        gid: "1208000000000100", name: "Jessie Intake",
        sections: sections(
            1_208_000_000_000_101,
            ["Intake", "Needs clarification", "Ready", "In progress", "Review", "Blocked", "Done", "Errors"]),
        fields: [
            AsanaField(
                gid: "1208000000000300", name: "Skill", type: "enum",
                options: options(1_208_000_000_000_301, ["SEO report", "Content brief", "Ads report"])),
            AsanaField(gid: "1208000000000310", name: "Client", type: "text"),
            AsanaField(
                gid: "1208000000000320", name: "Client visible", type: "enum",
                options: options(1_208_000_000_000_321, ["Yes", "No"])),
            AsanaField(gid: "1208000000000330", name: "Planned", type: "date"),
        ])

    static let builds = AsanaProject(
        gid: "1208000000000200", name: "Platform Build",
        sections: sections(
            1_208_000_000_000_201,
            ["Intake", "Clarification", "Ready", "In progress", "Review", "Blocked", "Error", "Merged"]),
        fields: [
            AsanaField(
                gid: "1208000000000340", name: "Area", type: "enum",
                options: options(1_208_000_000_000_341, ["Web", "Data"])),
            AsanaField(gid: "1208000000000350", name: "Estimate", type: "number"),
        ])

    private static func sections(_ first: Int, _ names: [String]) -> [AsanaSection] {
        names.enumerated().map { AsanaSection(gid: String(first + $0.offset), name: $0.element) }
    }

    private static func options(_ first: Int, _ names: [String]) -> [AsanaOption] {
        names.enumerated().map { AsanaOption(gid: String(first + $0.offset), name: $0.element) }
    }

    private static func tasks(created: Int) -> [AsanaTask] {
        let skill = intake.fields[0], client = intake.fields[1].gid
        func wants(_ option: Int) -> JSON { .string(skill.options[option].gid) }
        return [
            task(
                500, "SEO report for Shamrock Detailing, October (demo)", intake, created,
                "Rankings, visits and what to do next.",
                [skill.gid: wants(0), client: "shamrock-detailing-columbus"]),
            task(
                501, "Report for Bluebird Dental (demo, skill missing)", intake, created + 60_000,
                "The usual one, please.", [client: "bluebird-dental"]),
            task(
                502, "Content brief: ceramic coating for Shamrock Detailing (demo)", intake, created + 120_000,
                "One page for the new service.", [skill.gid: wants(1), client: "shamrock-detailing-columbus"]),
            task(
                510, "Add a status page (demo)", builds, created + 180_000,
                "Visitors should see on one page whether everything works.", [:]),
        ]
    }

    private static func task(
        _ number: Int, _ name: String, _ project: AsanaProject, _ created: Int, _ notes: String,
        _ values: [String: JSON]
    ) -> AsanaTask {
        var task = AsanaTask(
            gid: "1208000000000\(number)", name: name, created: created, creatorID: jake.gid, modified: created)
        task.notes = notes
        task.values = values
        task.followerIDs = [jake.gid]
        task.places = [
            AsanaPlace(projectID: project.gid, sectionID: project.sections[0].gid, rank: 0)
        ]
        return task
    }
}
