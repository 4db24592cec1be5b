/// What people and the product write on tasks: tasks themselves, comments, files.
extension AsanaWorkspace {
    /// A task to be made, its members checked by the caller.
    struct Draft: Sendable {
        var name = "", notes = "", subtype = "default_task"
        var parentID: String?, assigneeID: String?, dueOn: String?, startOn: String?
        var places: [(project: String, section: String?)] = []
        var tagIDs: [String] = [], followerIDs: [String] = []
        var values: [String: JSON] = [:]
    }

    mutating func make(_ draft: Draft, by user: String, now: Int) throws(AsanaRefusal) -> AsanaTask {
        // On a copy, so that a refusal halfway leaves nothing behind.
        var next = self
        var task = AsanaTask(gid: next.makeGid(now), name: draft.name, created: now, creatorID: user, modified: now)
        task.notes = draft.notes
        task.subtype = draft.subtype
        task.approval = draft.subtype == "approval" ? "pending" : nil
        (task.dueOn, task.startOn) = (draft.dueOn, draft.startOn)
        if let parentID = draft.parentID { task.parentID = try next.task(parentID).gid }
        task.followerIDs = [user]
        next.tasks[task.gid] = task
        next.taskOrder.append(task.gid)
        if let parent = task.parentID.flatMap({ next.tasks[$0] }) {
            next.raise("added", task.ref, in: parent.ref, of: task, by: user, now: now)
        }
        for place in draft.places {
            try next.add(task.gid, to: place.project, section: place.section, by: user, now: now)
        }
        try next.setFields(draft.values, of: task.gid, by: user, now: now)
        for tag in draft.tagIDs { try next.tag(task.gid, tag, by: user, now: now) }
        for follower in draft.followerIDs { _ = try next.person(follower) }
        try next.follow(task.gid, draft.followerIDs, now: now)
        if let assignee = draft.assigneeID { try next.assign(task.gid, to: assignee, by: user, now: now) }
        self = next
        return try self.task(task.gid)
    }

    /// Rich text when there is some, else plain text.
    mutating func comment(
        on gid: String, text: String, html: String? = nil, by user: String, now: Int
    ) throws(AsanaRefusal) -> AsanaStory {
        var task = try task(gid)
        var text = text
        if let html {
            let markup = try AsanaMarkup(html)
            text = markup.text { gid in people.first { $0.gid == gid }?.name }
            for gid in markup.mentions where people.contains(where: { $0.gid == gid }) {
                if !task.followerIDs.contains(gid) { task.followerIDs.append(gid) }
            }
        }
        guard !text.isEmpty else { throw .invalid("text: Value is required") }
        let story = AsanaStory(
            gid: makeGid(now), created: max(now, (task.stories.last?.created ?? 0) + 1), subtype: "comment_added",
            text: text, html: html, authorID: user)
        task.stories.append(story)
        raise("added", ref(story), in: task.ref, of: task, by: user, now: now)
        keep(task, by: user, now: now)
        return story
    }

    /// People change their own words only.
    mutating func edit(
        _ storyID: String, text: String, html: String? = nil, by user: String, now: Int
    ) throws(AsanaRefusal) -> AsanaStory {
        var (story, task) = try story(storyID)
        guard story.isComment, story.authorID == user else { throw .forbidden("You cannot edit this story") }
        story.text =
            try html.map { html throws(AsanaRefusal) in
                try AsanaMarkup(html).text { gid in people.first { $0.gid == gid }?.name }
            } ?? text
        guard !story.text.isEmpty else { throw .invalid("text: Value is required") }
        (story.html, story.isEdited) = (html, true)
        if let index = task.stories.firstIndex(where: { $0.gid == storyID }) { task.stories[index] = story }
        raise("changed", ref(story), in: task.ref, of: task, change: .init(field: "text"), by: user, now: now)
        keep(task, by: user, now: now)
        return story
    }

    mutating func deleteStory(_ storyID: String, by user: String, now: Int) throws(AsanaRefusal) {
        var (story, task) = try story(storyID)
        guard story.isComment, story.authorID == user else { throw .forbidden("You cannot delete this story") }
        task.stories.removeAll { $0.gid == storyID }
        raise("deleted", ref(story), in: task.ref, of: task, by: user, now: now)
        keep(task, by: user, now: now)
    }

    mutating func attach(_ file: AsanaFile, to gid: String, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        task.files.append(file)
        raise("added", AsanaRef(gid: file.gid, type: "attachment"), in: task.ref, of: task, by: user, now: now)
        keep(task, story: ("attachment_added", "attached \(file.name)"), by: user, now: now)
    }

    mutating func detach(_ fileID: String, by user: String, now: Int) throws(AsanaRefusal) {
        var (file, task) = try file(fileID)
        task.files.removeAll { $0.gid == fileID }
        raise("deleted", AsanaRef(gid: file.gid, type: "attachment"), in: task.ref, of: task, by: user, now: now)
        keep(task, by: user, now: now)
    }
}
