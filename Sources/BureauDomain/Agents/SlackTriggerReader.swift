/// Reads `triggers.slack_command`. One that is off may leave out everything else; what it does say is checked all the
/// same.
struct SlackTriggerReader {
    private static let keys = ["enabled", "allowed_users", "verb"]

    func trigger(_ triggers: ConfigObject) -> AgentConfig.Triggers.SlackCommand? {
        guard let object = triggers.object("slack_command", keys: Self.keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let users = object.texts("allowed_users", .slackUser, required: false)
        let verb = object.text("verb", .slug, required: false)
        guard enabled else { return nil }
        return AgentConfig.Triggers.SlackCommand(allowedUsers: users ?? [], verb: verb ?? "audit")
    }
}
