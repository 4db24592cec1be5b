/// The state of the stand-in workspace and the rules Asana keeps over it. A value: every change records the events it
/// raised and sends nothing itself. `now` is Unix milliseconds everywhere.
struct AsanaWorkspace: Sendable {
    static let gid = "1208000000000001", name = "Agency (demo)"
    static let parentsMax = 16

    var people: [AsanaPerson], tags: [AsanaTag]
    var projects: [AsanaProject]
    var tasks: [String: AsanaTask]
    /// Gids in order of creation.
    var taskOrder: [String]
    var webhooks: [AsanaWebhook] = []
    var log = AsanaEventLog()
    /// Raised by the change that is going on, not yet handed to the courier.
    private var raised: [AsanaEvent] = []
    private var lastGid = 0, lastRank = 0

    init(people: [AsanaPerson], tags: [AsanaTag], projects: [AsanaProject], tasks: [AsanaTask]) {
        (self.people, self.tags, self.projects) = (people, tags, projects)
        self.tasks = Dictionary(uniqueKeysWithValues: tasks.map { ($0.gid, $0) })
        taskOrder = tasks.map(\.gid)
    }

    /// A gid that no earlier life of the workspace has given out.
    mutating func makeGid(_ now: Int) -> String {
        lastGid = max(lastGid + 1, now * 1_000)
        return String(lastGid)
    }

    mutating func makeRank() -> Int {
        lastRank += 1
        return lastRank
    }

    mutating func takeRaised() -> [AsanaEvent] {
        defer { raised = [] }
        return raised
    }

    // MARK: Finding

    func task(_ gid: String) throws(AsanaRefusal) -> AsanaTask {
        guard let task = tasks[gid] else { throw .unknown("task", gid) }
        return task
    }

    func project(_ gid: String) throws(AsanaRefusal) -> AsanaProject {
        guard let project = projects.first(where: { $0.gid == gid }) else { throw .unknown("project", gid) }
        return project
    }

    func section(_ gid: String) throws(AsanaRefusal) -> (section: AsanaSection, project: AsanaProject) {
        for project in projects {
            if let section = project.sections.first(where: { $0.gid == gid }) { return (section, project) }
        }
        throw .unknown("section", gid)
    }

    func person(_ gid: String) throws(AsanaRefusal) -> AsanaPerson {
        guard let person = people.first(where: { $0.gid == gid }) else { throw .unknown("user", gid) }
        return person
    }

    /// By gid, by address, or "me".
    func person(named name: String) throws(AsanaRefusal) -> AsanaPerson {
        if name == "me" { return AsanaSeed.jessie }
        guard let person = people.first(where: { $0.gid == name || $0.email == name }) else {
            throw .unknown("user", name)
        }
        return person
    }

    func name(_ personID: String?) -> String { people.first { $0.gid == personID }?.name ?? "Asana" }

    func story(_ gid: String) throws(AsanaRefusal) -> (story: AsanaStory, task: AsanaTask) {
        for task in tasks.values {
            if let story = task.stories.first(where: { $0.gid == gid }) { return (story, task) }
        }
        throw .unknown("story", gid)
    }

    func file(_ gid: String) throws(AsanaRefusal) -> (file: AsanaFile, task: AsanaTask) {
        for task in tasks.values {
            if let file = task.files.first(where: { $0.gid == gid }) { return (file, task) }
        }
        throw .unknown("attachment", gid)
    }

    func fields(of task: AsanaTask) -> [AsanaField] {
        var known: Set<String> = []
        return projects.filter { project in task.places.contains { $0.projectID == project.gid } }
            .flatMap(\.fields).filter { known.insert($0.gid).inserted }
    }

    /// The tasks of a project or section from the top, or of a person in order of creation.
    func tasks(in projectID: String, section sectionID: String? = nil) -> [AsanaTask] {
        let ranked = tasks.values.compactMap { task -> (AsanaTask, AsanaPlace)? in
            guard let place = task.places.first(where: { $0.projectID == projectID }) else { return nil }
            return sectionID == nil || place.sectionID == sectionID ? (task, place) : nil
        }
        let order = projects.first { $0.gid == projectID }?.sections.map(\.gid) ?? []
        func key(_ entry: (AsanaTask, AsanaPlace)) -> (Int, Int, String) {
            (order.firstIndex(of: entry.1.sectionID) ?? 0, -entry.1.rank, entry.0.gid)
        }
        return ranked.sorted { key($0) < key($1) }.map(\.0)
    }

    // MARK: Events

    /// The task, the tasks above it, and the projects of all of them: events bubble up.
    private func scope(of task: AsanaTask) -> Set<String> {
        var found: Set<String> = [], next: AsanaTask? = task
        for _ in 0..<Self.parentsMax {
            guard let here = next else { break }
            found.formUnion([here.gid] + here.places.map(\.projectID))
            next = here.parentID.flatMap { tasks[$0] }
        }
        return found
    }

    mutating func raise(
        _ action: String, _ resource: AsanaRef, in parent: AsanaRef? = nil, of task: AsanaTask,
        change: AsanaEvent.Change? = nil, also: [String] = [], by user: String?, now: Int
    ) {
        let scope = scope(of: task).union(also)
        let event = log.append { number in
            AsanaEvent(
                number: number, created: now, userID: user, action: action, resource: resource, parent: parent,
                change: change, scope: scope)
        }
        raised.append(event)
    }

    /// Writes the task back, changed now, with a story of what was done and the story's own event.
    mutating func keep(_ task: AsanaTask, story: (subtype: String, text: String)? = nil, by user: String?, now: Int) {
        var task = task
        task.modified = max(now, task.modified + 1)
        guard let story else {
            tasks[task.gid] = task
            return
        }
        let made = AsanaStory(
            gid: makeGid(now), created: now, subtype: story.subtype, text: "\(name(user)) \(story.text)",
            authorID: user)
        task.stories.append(made)
        tasks[task.gid] = task
        raise("added", ref(made), in: task.ref, of: task, by: user, now: now)
    }

    func ref(_ story: AsanaStory) -> AsanaRef { AsanaRef(gid: story.gid, type: "story", subtype: story.subtype) }
}
