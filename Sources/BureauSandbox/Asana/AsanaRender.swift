/// Asana's JSON for the things of the workspace, whole; `AsanaFieldMask` takes from it what was asked for.
struct AsanaRender: Sendable {
    /// Where the pages of this sandbox are found, without a final slash.
    let origin: String
    let workspace: AsanaWorkspace
    let now: Int
    static let downloadMilliseconds = 120_000

    static func person(_ person: AsanaPerson) -> JSON {
        named(person.gid, "user", person.name, ["email": .string(person.email)])
    }

    static let workspaceJSON = named(AsanaWorkspace.gid, "workspace", AsanaWorkspace.name)

    static func named(_ gid: String, _ type: String, _ name: String, _ more: [String: JSON] = [:]) -> JSON {
        .object(
            ["gid": .string(gid), "resource_type": .string(type), "name": .string(name)].merging(more) { $1 })
    }

    static func project(_ project: AsanaProject) -> JSON { named(project.gid, "project", project.name) }
    static func section(_ section: AsanaSection) -> JSON { named(section.gid, "section", section.name) }

    func wholeProject(_ project: AsanaProject) -> JSON {
        Self.named(
            project.gid, "project", project.name,
            [
                "archived": false, "completed": false, "notes": "", "workspace": Self.workspaceJSON,
                "permalink_url": .string("\(origin)/asana#\(project.gid)"),
                "custom_field_settings": .array(project.fields.map { setting($0, in: project) }),
            ])
    }

    func wholeSection(_ section: AsanaSection, in project: AsanaProject) -> JSON {
        Self.named(section.gid, "section", section.name, ["project": Self.project(project)])
    }

    func setting(_ field: AsanaField, in project: AsanaProject) -> JSON {
        let gid = String((Int(project.gid) ?? 0) * 10 + (Int(field.gid) ?? 0) % 10_000)
        return [
            "gid": .string(gid), "resource_type": "custom_field_setting", "is_important": true,
            "project": Self.project(project), "parent": Self.project(project),
            "custom_field": AsanaFieldValue.json(field, value: nil, isOnTask: false, people: workspace.people),
        ]
    }

    private func people(_ gids: [String]) -> JSON {
        .array(gids.compactMap { gid in workspace.people.first { $0.gid == gid }.map(Self.person) })
    }

    private func person(_ gid: String?) -> JSON {
        workspace.people.first { $0.gid == gid }.map(Self.person) ?? .null
    }

    func task(_ task: AsanaTask) -> JSON {
        let memberships = task.places.compactMap { place -> JSON? in
            guard let project = workspace.projects.first(where: { $0.gid == place.projectID }),
                let section = project.sections.first(where: { $0.gid == place.sectionID })
            else { return nil }
            return ["project": Self.project(project), "section": Self.section(section)]
        }
        let fields = workspace.fields(of: task).map {
            AsanaFieldValue.json($0, value: task.values[$0.gid], isOnTask: true, people: workspace.people)
        }
        let tags = task.tagIDs.compactMap { gid in workspace.tags.first { $0.gid == gid } }
        return .compact([
            "gid": .string(task.gid), "resource_type": "task", "name": .string(task.name),
            "resource_subtype": .string(task.subtype), "approval_status": task.approval.map { .string($0) },
            "notes": .string(task.notes), "html_notes": .string("<body>\(HTML.escape(task.notes))</body>"),
            "assignee": person(task.assigneeID), "assigned_by": nil,
            "completed": .bool(task.completed != nil), "completed_at": JSON(task.completed.map(AsanaTime.text)),
            "created_at": .string(AsanaTime.text(task.created)), "created_by": person(task.creatorID),
            "modified_at": .string(AsanaTime.text(task.modified)), "due_on": JSON(task.dueOn), "due_at": .null,
            "start_on": JSON(task.startOn), "parent": parent(task), "memberships": .array(memberships),
            "projects": .array(memberships.compactMap { $0["project"] }), "custom_fields": .array(fields),
            "tags": .array(tags.map { Self.named($0.gid, "tag", $0.name) }), "followers": people(task.followerIDs),
            "workspace": Self.workspaceJSON, "permalink_url": .string(url(task)),
            "num_subtasks": .int(workspace.tasks.values.count { $0.parentID == task.gid }),
        ])
    }

    private func parent(_ task: AsanaTask) -> JSON {
        task.parentID.flatMap { workspace.tasks[$0] }.map(short) ?? .null
    }

    /// Where a person looks at a task.
    func url(_ task: AsanaTask) -> String { "\(origin)/asana/tasks/\(task.gid)" }

    private func short(_ task: AsanaTask) -> JSON {
        Self.named(task.gid, "task", task.name, ["resource_subtype": .string(task.subtype)])
    }

    func story(_ story: AsanaStory, on task: AsanaTask) -> JSON {
        [
            "gid": .string(story.gid), "resource_type": "story", "resource_subtype": .string(story.subtype),
            "type": story.isComment ? "comment" : "system", "created_at": .string(AsanaTime.text(story.created)),
            "created_by": person(story.authorID), "text": .string(story.text),
            "html_text": .string(story.html ?? "<body>\(HTML.escape(story.text))</body>"),
            "is_edited": .bool(story.isEdited), "is_pinned": false, "is_editable": .bool(story.isComment),
            "target": short(task), "source": "api",
        ]
    }

    func file(_ file: AsanaFile, on task: AsanaTask) -> JSON {
        let page = file.externalURL ?? "\(origin)/asana/tasks/\(task.gid)/files/\(file.gid)"
        let download = "\(origin)/asana/files/\(file.gid)?until=\(now + Self.downloadMilliseconds)"
        return [
            "gid": .string(file.gid), "resource_type": "attachment", "name": .string(file.name),
            "resource_subtype": file.externalURL == nil ? "asana" : "external",
            "created_at": .string(AsanaTime.text(file.created)),
            "download_url": file.externalURL == nil ? .string(download) : .null, "permanent_url": .string(page),
            "view_url": .string(page), "host": file.externalURL == nil ? "asana" : "external", "parent": short(task),
            "size": .int(file.bytes.count),
        ]
    }

    func webhook(_ hook: AsanaWebhook) -> JSON {
        let names = workspace.projects.map { ($0.gid, $0.name) } + workspace.tasks.values.map { ($0.gid, $0.name) }
        let name = names.first { $0.0 == hook.resource.gid }?.1 ?? AsanaWorkspace.name
        return [
            "gid": .string(hook.gid), "resource_type": "webhook", "active": .bool(hook.isActive),
            "resource": Self.named(hook.resource.gid, hook.resource.type, name), "target": .string(hook.target),
            "created_at": .string(AsanaTime.text(hook.created)),
            "last_success_at": JSON(hook.lastSuccess.map(AsanaTime.text)),
            "last_failure_at": JSON(hook.lastFailure.map(AsanaTime.text)),
            "last_failure_content": .string(hook.lastFailureText), "delivery_retry_count": .int(hook.retries),
            "next_attempt_after": JSON(hook.nextAttempt.map(AsanaTime.text)),
            "failure_deletion_timestamp": JSON(hook.deletedAt.map(AsanaTime.text)),
            "filters": .array(hook.filters.map(\.json)),
        ]
    }
}
