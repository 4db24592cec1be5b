import BureauDomain
import BureauStorage

/// Whom a notice calls.
extension NoticeWorker {
    static let contactsMax = 5

    /// The agent's own people, those named with the notice and the client's contacts. Nobody for what people have
    /// decided themselves.
    func tags(
        _ notice: NoticeIntent, _ run: RunRecord?, _ agent: LoadedAgent?, _ directory: SlackDirectory,
        _ parts: EngineParts
    ) async -> [String] {
        let isDecided = RunCause.Code(rawValue: notice.cause)?.isDecision == true
        guard !isDecided, [.failed, .stopped, .gate, .reminder].contains(notice.kind) else { return [] }
        var tags: [String] = []
        for tag in (agent?.config.alerts.tags ?? []) + (notice.tags ?? []) {
            tags.append(await directory.mention(tag, people: parts.settings.slackPeople))
        }
        for contact in await contacts(of: run, directory, parts) where !tags.contains(contact) { tags.append(contact) }
        return tags
    }

    /// An id is one person in each Slack: the client's contacts are called in the client's own account and in no other.
    private func contacts(of run: RunRecord?, _ directory: SlackDirectory, _ parts: EngineParts) async -> [String] {
        guard let slug = run?.clientSlug else { return [] }
        // A record that cannot be read calls nobody; the notice goes out all the same.
        let client = try? await parts.database.read { try ClientStore(db: $0).find(slug) }
        let account = parts.settings.credentialSet
        guard let client, client.credentials == account else { return [] }
        // The names the settings know are people of the agency's own Slack.
        let people = account == nil ? parts.settings.slackPeople : [:]
        var mentions: [String] = []
        for tag in client.contacts.compactMap(\.slack) where mentions.count < Self.contactsMax {
            let mention = await directory.mention(tag, people: people)
            if !mentions.contains(mention) { mentions.append(mention) }
        }
        return mentions
    }
}
