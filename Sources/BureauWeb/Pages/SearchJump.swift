import BureauDomain
import BureauEngine

/// Where a search leads when what was written stands for one thing: its address here, its id or its whole name. What
/// somebody may not see is not there.
struct SearchJump {
    let house: WebHouse
    let person: PersonRecord
    /// What whoever asks calls this server.
    let authority: String?
    static let writtenCharactersMax = 2_000

    /// Nil for what is no such thing, and for a task, of which there may be several runs.
    func address(_ written: String) async throws -> String? {
        let text = written[...].trimmed
        if let own = own(text) { return try await place(own) }
        if let thing = try await thing(Self.last(text)) { return thing }
        return try await named(text)
    }

    /// The id a task has, of a link to it too.
    static func task(_ written: String) -> String {
        let text = written[...].trimmed
        return TaskMention(text)?.id ?? last(text)
    }

    /// An address that was copied from somewhere ends with what it is about.
    private static func last(_ text: String) -> String {
        text.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").last.map(String.init) ?? text
    }

    /// As names are compared.
    static func plain(_ text: String) -> String { text.lowercased().filter { !$0.isWhitespace } }

    // MARK: Addresses of this server

    /// Pages that people copy the address of; what else the server answers is for programs.
    private static let rooms: Set<String> = [
        "today", "inbox", "approvals", "runs", "reports", "clients", "agents", "costs", "system", "intake", "users",
        "settings", "help",
    ]

    /// Path, query and place on the page; nil for what is no address of ours. It goes into a header as it is.
    private func own(_ text: String) -> String? {
        guard text.utf8.allSatisfy({ (33...126).contains($0) }) else { return nil }
        if text.hasPrefix("/") { return text }
        let bases = [house.site.publicURL, authority.map { "http://\($0)" }, authority.map { "https://\($0)" }]
        for base in bases.compactMap(\.self) where text.lowercased().hasPrefix(base.lowercased() + "/") {
            return String(text.dropFirst(base.count))
        }
        return nil
    }

    private func place(_ address: String) async throws -> String? {
        let path = address.prefix { $0 != "?" && $0 != "#" }, parts = path.split(separator: "/").map(String.init)
        guard let room = parts.first, Self.rooms.contains(room) else { return nil }
        if parts.count > 1 {
            guard try await isSeen(parts[1], room) else { return nil }
        }
        let isFolder = path.hasSuffix("/") || (parts.count <= 2 && !parts[parts.count - 1].contains("."))
        return "/\(parts.joined(separator: "/"))\(isFolder ? "/" : "")\(address[path.endIndex...])"
    }

    /// What has no id of ours in it says itself who may look.
    private func isSeen(_ name: String, _ room: String) async throws -> Bool {
        let isID = ULID.isValid(name.uppercased())
        return switch room {
        case "runs" where isID: try await run(name) != nil
        case "reports" where isID: try await report(name) != nil
        case "approvals" where isID: try await approval(name) != nil
        case "clients": try await client(name) != nil
        default: true
        }
    }

    // MARK: Ids and names

    /// By the whole id, or its first six characters.
    private func thing(_ id: String) async throws -> String? {
        if let found = try await run(id) { return "/runs/\(found)/" }
        if let found = try await approval(id) { return "/approvals/\(found)/" }
        if let found = try await report(id) { return "/reports/\(found)/" }
        guard let found = try await house.runs.find(session: id), person.maySee(client: found.clientSlug) else {
            return nil
        }
        return "/runs/\(found.id)/"
    }

    private func run(_ id: String) async throws -> String? {
        guard let run = try? await house.runs.find(id), person.maySee(client: run.clientSlug) else { return nil }
        return run.id
    }

    private func report(_ id: String) async throws -> String? {
        guard let report = try? await house.reports.find(id), person.maySee(client: report.clientSlug) else {
            return nil
        }
        return report.id
    }

    private func approval(_ id: String) async throws -> String? {
        let found = try await house.approvals.beginning(with: id)
        guard found.count == 1, let approval = found.first, try await run(approval.runID) != nil else { return nil }
        return approval.id
    }

    private func client(_ slug: String) async throws -> String? {
        guard let client = try await house.clients.find(slug.lowercased()), person.maySee(client: client.slug) else {
            return nil
        }
        return client.slug
    }

    private func named(_ text: String) async throws -> String? {
        let name = Self.plain(text)
        guard !name.isEmpty else { return nil }
        if let slug = try await client(name) { return "/clients/\(slug)/" }
        let called = try await house.clients.names().filter {
            person.maySee(client: $0.key) && Self.plain($0.value) == name
        }
        if called.count == 1, let slug = called.keys.first { return "/clients/\(slug)/" }
        let agent =
            house.catalog.agents.first { Self.plain($0.config.displayName) == name } ?? house.catalog.agent(name)
        return agent.map { "/agents/\($0.config.name)/" }
    }
}
