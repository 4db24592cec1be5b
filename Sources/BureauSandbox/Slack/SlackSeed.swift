/// The workspace every sandbox starts with. The people are invented and say so.
enum SlackSeed {
    static func workspace() -> SlackWorkspace {
        SlackWorkspace(
            users: [
                SlackUser(
                    id: SlackWorkspace.botUserID, name: "bureau", realName: "Bureau (demo bot)",
                    email: "bureau@agency.example", isBot: true),
                SlackUser(id: "U0TRUNG", name: "trung", realName: "Trung (demo)", email: "trung@agency.example"),
                SlackUser(id: "U0JAKE", name: "jake", realName: "Jake (demo)", email: "jake@agency.example"),
                SlackUser(id: "U0ANA", name: "ana", realName: "Ana (demo)", email: "ana@agency.example"),
            ],
            channels: [
                SlackChannel(id: "C0RESULTS", name: "seo-automation", topic: "Finished work"),
                SlackChannel(id: "C0ALERTS", name: "seo-automation-alerts", topic: "What needs a look"),
                SlackChannel(id: "C0APPROVE", name: "approvals", topic: "Decisions"),
                // Channels where a delivery is refused: the bot is not in it, it is closed, it cannot be seen.
                SlackChannel(id: "C0GENERAL", name: "general", topic: "Everybody", isMember: false),
                SlackChannel(id: "C0OLD", name: "seo-2024", topic: "Closed", isArchived: true),
                SlackChannel(id: "C0PRIVATE", name: "owners", topic: "Private", isMember: false, isPrivate: true),
            ])
    }
}
