/// What happens to a task, whoever does it. What changes nothing raises nothing.
extension AsanaWorkspace {
    mutating func assign(_ gid: String, to personID: String?, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        guard task.assigneeID != personID else { return }
        task.assigneeID = personID
        if let personID, !task.followerIDs.contains(personID) { task.followerIDs.append(personID) }
        let value = personID.map { AsanaRef(gid: $0, type: "user") }
        raise(
            "changed", task.ref, of: task, change: .init(field: "assignee", value: value, isCleared: value == nil),
            by: user, now: now)
        let words = personID.map { ("assigned", "assigned to \(name($0))") } ?? ("unassigned", "unassigned")
        keep(task, story: (subtype: words.0, text: words.1), by: user, now: now)
    }

    mutating func complete(_ gid: String, _ isCompleted: Bool, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        guard (task.completed != nil) != isCompleted else { return }
        task.completed = isCompleted ? now : nil
        if task.subtype == "approval" { task.approval = isCompleted ? "approved" : "pending" }
        raise("changed", task.ref, of: task, change: .init(field: "completed"), by: user, now: now)
        let subtype = isCompleted ? "marked_complete" : "marked_incomplete"
        keep(task, story: (subtype, isCompleted ? "completed this task" : "marked incomplete"), by: user, now: now)
    }

    mutating func approve(_ gid: String, _ status: String, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        guard task.subtype == "approval" else { throw .invalid("approval_status: Task is not an approval") }
        guard ["pending", "approved", "rejected", "changes_requested"].contains(status) else {
            throw .invalid("approval_status: Not a recognized value")
        }
        guard task.approval != status else { return }
        task.approval = status
        task.completed = status == "pending" ? nil : now
        raise("changed", task.ref, of: task, change: .init(field: "approval_status"), by: user, now: now)
        keep(task, story: ("approval_status_changed", "set the approval to \(status)"), by: user, now: now)
    }

    /// A plain member of the task: its name, its notes, its days.
    mutating func set<Value: Equatable & Sendable>(
        _ member: WritableKeyPath<AsanaTask, Value>, _ field: String, of gid: String, to value: Value,
        by user: String, now: Int
    ) throws(AsanaRefusal) {
        var task = try task(gid)
        guard task[keyPath: member] != value else { return }
        task[keyPath: member] = value
        raise("changed", task.ref, of: task, change: .init(field: field), by: user, now: now)
        let subtypes = ["name": "name_changed", "notes": "notes_changed", "due_on": "due_date_changed"]
        keep(task, story: subtypes[field].map { ($0, "changed the \(field)") }, by: user, now: now)
    }

    mutating func setFields(
        _ values: [String: JSON], of gid: String, by user: String, now: Int
    ) throws(AsanaRefusal) {
        let known = fields(of: try task(gid)), everybody = Set(people.map(\.gid))
        // All or none: everything is checked before anything is changed.
        var checked: [(AsanaField, JSON?)] = []
        for (fieldID, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let field = known.first(where: { $0.gid == fieldID }) else {
                throw .invalid("Custom field with ID \(fieldID.prefix(40)) is not on given object")
            }
            checked.append((field, try AsanaFieldValue.stored(value, for: field, people: everybody)))
        }
        for (field, value) in checked {
            var task = try task(gid)
            guard task.values[field.gid] != value else { continue }
            task.values[field.gid] = value
            let named = AsanaRef(gid: field.gid, type: "custom_field", subtype: field.type)
            raise(
                "changed", task.ref, of: task, change: .init(field: "custom_fields", value: named), by: user, now: now)
            keep(task, story: ("\(field.type)_custom_field_changed", "changed \(field.name)"), by: user, now: now)
        }
    }

    /// Puts the task on top of the section and out of the others of that project; adds it to the project if need be.
    mutating func move(_ gid: String, to sectionID: String, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        let (section, project) = try section(sectionID)
        let place = AsanaRef(gid: sectionID, type: "section")
        guard let index = task.places.firstIndex(where: { $0.projectID == project.gid }) else {
            try add(gid, to: project.gid, section: sectionID, by: user, now: now)
            return
        }
        let before = task.places[index].sectionID
        task.places[index].rank = makeRank()
        guard before != sectionID else {
            tasks[gid] = task
            return
        }
        task.places[index].sectionID = sectionID
        raise(
            "removed", task.ref, in: AsanaRef(gid: before, type: "section"), of: task, also: [before, sectionID],
            by: user, now: now)
        raise("added", task.ref, in: place, of: task, also: [before, sectionID], by: user, now: now)
        let left = project.sections.first { $0.gid == before }?.name ?? ""
        let words = "moved this task from \"\(left)\" to \"\(section.name)\" in \(project.name)"
        keep(task, story: ("section_changed", words), by: user, now: now)
    }

    mutating func add(
        _ gid: String, to projectID: String, section sectionID: String? = nil, by user: String, now: Int
    ) throws(AsanaRefusal) {
        var task = try task(gid)
        let project = try project(projectID)
        let target = sectionID ?? project.sections[0].gid
        guard project.sections.contains(where: { $0.gid == target }) else {
            throw .invalid("section: Not in the project \(projectID)")
        }
        guard !task.places.contains(where: { $0.projectID == projectID }) else {
            if sectionID != nil { try move(gid, to: target, by: user, now: now) }
            return
        }
        guard task.places.count < 20 else { throw .invalid("project: A task is in at most 20 projects") }
        task.places.append(AsanaPlace(projectID: projectID, sectionID: target, rank: makeRank()))
        raise(
            "added", task.ref, in: AsanaRef(gid: projectID, type: "project"), of: task, by: user, now: now)
        raise(
            "added", task.ref, in: AsanaRef(gid: target, type: "section"), of: task, also: [target], by: user, now: now)
        keep(task, story: ("added_to_project", "added to \(project.name)"), by: user, now: now)
    }

    mutating func remove(_ gid: String, from projectID: String, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        guard task.places.contains(where: { $0.projectID == projectID }) else {
            throw .invalid("project: The task is not in it")
        }
        task.places.removeAll { $0.projectID == projectID }
        let left = AsanaRef(gid: projectID, type: "project")
        raise("removed", task.ref, in: left, of: task, also: [projectID], by: user, now: now)
        keep(task, story: ("removed_from_project", "removed from a project"), by: user, now: now)
    }

    mutating func follow(_ gid: String, _ followers: [String], now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        for follower in followers where !task.followerIDs.contains(follower) { task.followerIDs.append(follower) }
        tasks[gid] = task
    }

    mutating func tag(_ gid: String, _ tagID: String, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        guard let tag = tags.first(where: { $0.gid == tagID }) else { throw .unknown("tag", tagID) }
        guard !task.tagIDs.contains(tagID) else { return }
        task.tagIDs.append(tagID)
        let named = AsanaRef(gid: tagID, type: "tag")
        raise(
            "changed", task.ref, of: task, change: .init(field: "tags", value: named, action: "added"), by: user,
            now: now)
        keep(task, story: ("added_to_tag", "tagged \(tag.name)"), by: user, now: now)
    }

    mutating func delete(_ gid: String, by user: String, now: Int) throws(AsanaRefusal) {
        let task = try task(gid)
        raise("deleted", task.ref, of: task, by: user, now: now)
        tasks[gid] = nil
        taskOrder.removeAll { $0 == gid }
    }
}
