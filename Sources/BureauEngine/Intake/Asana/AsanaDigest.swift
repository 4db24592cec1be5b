import BureauVendors
import Foundation

/// What a body or a page of the event stream says, grouped by task: however many events, one entry a task.
struct AsanaDigest: Sendable {
    struct Entry: Sendable, Hashable {
        /// The task itself changed, not only what is written on it.
        var isChanged = false
        var hasComment = false
        /// Whether anybody but our own user did any of it.
        var isByOthers = false
        /// The newest assignment, reopening or coming into a project that agents work on.
        var arrival = AsanaBringing()
        /// The newest move into a section.
        var move = AsanaBringing()
        /// The newest of all; nothing is older than one whose time is not told.
        var newestAt: Int64 = 0
    }

    private(set) var entries: [String: Entry] = [:]
    private(set) var eventsCount = 0
    /// Types and actions of the first few, for people.
    private(set) var words: [String] = []
    /// Tasks of one body that are followed; Asana publishes no maximum of events.
    static let tasksMax = 5_000

    private let projects: Set<String>

    /// `projects` are those that agents work on.
    init(_ events: [AsanaEvent], ownUser: String?, projects: Set<String>) {
        self.projects = projects
        for event in events { add(event, ownUser) }
    }

    /// Nil when the body is no object of events. An event that cannot be read is passed over: its kind is not known here.
    init?(body: Data, ownUser: String?, projects: Set<String>) {
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: body) else { return nil }
        self.init((envelope.events ?? []).compactMap(\.event), ownUser: ownUser, projects: projects)
        eventsCount = envelope.events?.count ?? 0
    }

    private mutating func add(_ event: AsanaEvent, _ ownUser: String?) {
        eventsCount += 1
        let word = "\(event.resource.subtype ?? event.resource.type) \(event.action)"
        if words.count < 3, !words.contains(word) { words.append(word) }
        guard let task = event.taskID, Self.isGID(task), entries[task] != nil || entries.count < Self.tasksMax else {
            return
        }
        var entry = entries[task] ?? Entry()
        switch event.resource.type {
        case "task": entry.isChanged = true
        case "story": entry.hasComment = entry.hasComment || event.resource.subtype?.hasPrefix("comment") ?? true
        default: break
        }
        let isOthers = ownUser == nil || event.userID != ownUser
        entry.isByOthers = entry.isByOthers || isOthers
        entry.newestAt = max(entry.newestAt, event.createdAt ?? .max)
        let bringing = AsanaBringing(at: event.createdAt ?? 0, by: event.userID.flatMap { Self.isGID($0) ? $0 : nil })
        if isOthers, event.isArrival(projects) { entry.arrival = entry.arrival.newer(bringing) }
        if isOthers, event.isMove { entry.move = entry.move.newer(bringing) }
        entries[task] = entry
    }

    /// Ids go into paths and rows.
    static func isGID(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    }

    private struct Envelope: Decodable { let events: [Lenient]? }

    private struct Lenient: Decodable {
        let event: AsanaEvent?
        init(from decoder: any Decoder) throws { event = try? AsanaEvent(from: decoder) }
    }
}

extension AsanaEvent {
    /// What brings a task to an agent: it was assigned, opened again, or put into one of the agents' projects.
    fileprivate func isArrival(_ projects: Set<String>) -> Bool {
        guard resource.type == "task" else { return false }
        switch action {
        case "added": return parent?.type == "project" && projects.contains(parent?.gid ?? "")
        case "undeleted": return true
        case "changed": return ["assignee", "completed"].contains(changedField)
        default: return false
        }
    }

    /// Put somewhere within a project. It brings the task only where a section is what starts the agent.
    fileprivate var isMove: Bool { resource.type == "task" && action == "added" && parent?.type != "project" }
}
