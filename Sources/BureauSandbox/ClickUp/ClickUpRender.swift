/// ClickUp's JSON for the things of the workspace.
struct ClickUpRender: Sendable {
    /// Where attachments and task pages of this sandbox are found, without a final slash.
    let origin: String

    static func status(_ status: ClickUpStatus) -> JSON {
        [
            "status": .string(status.name), "color": .string(status.color), "type": .string(status.type),
            "orderindex": .int(status.orderindex),
        ]
    }

    static func user(_ user: ClickUpUser) -> JSON {
        [
            "id": .int(user.id), "username": .string(user.username), "email": .string(user.email),
            "color": .string(user.color), "initials": .string(user.initials), "profilePicture": nil,
        ]
    }

    static func list(_ list: ClickUpList) -> JSON {
        [
            "id": .string(list.id), "name": .string(list.name), "content": "", "archived": false,
            "override_statuses": true, "permission_level": "create",
            "statuses": .array(
                list.statuses.map { entry in
                    var members = status(entry).object ?? [:]
                    members["id"] = .string("sc\(list.id)_\(entry.orderindex)")
                    return .object(members)
                }),
            "folder": ["id": .string(list.folderID), "name": "Demo", "hidden": false, "access": true],
            "space": ["id": .string(list.spaceID), "name": "Agency (demo)", "access": true],
        ]
    }

    static func field(_ field: ClickUpField, value: JSON? = nil) -> JSON {
        // Labels call their words "label", drop-downs call them "name".
        let word = field.type == "labels" ? "label" : "name"
        let options = field.options.map { option -> JSON in
            .object([
                "id": .string(option.id), word: .string(option.name), "color": .string(option.color),
                "orderindex": .int(option.orderindex),
            ])
        }
        return .compact([
            "id": .string(field.id), "name": .string(field.name), "type": .string(field.type),
            "type_config": options.isEmpty ? [:] : ["options": .array(options)],
            "date_created": "1772323200000", "hide_from_guests": false, "required": false, "value": value,
        ])
    }

    func attachment(_ file: ClickUpAttachment, of taskID: String) -> JSON {
        [
            "id": .string(file.id), "date": .string(String(file.date)), "title": .string(file.title), "type": 1,
            "source": 1, "version": "0", "extension": .text(file.fileExtension), "thumbnail_small": nil,
            "thumbnail_large": nil, "mimetype": .string(file.mimeType), "parent_id": .string(taskID),
            "size": .int(file.bytes.count), "deleted": false, "url": .string(url(of: file, taskID: taskID)),
        ]
    }

    func url(of file: ClickUpAttachment, taskID: String) -> String { "\(origin)/board/\(taskID)/files/\(file.id)" }

    func task(_ task: ClickUpTask, in list: ClickUpList) -> JSON {
        [
            "id": .string(task.id), "custom_id": .text(task.customID), "custom_item_id": 0, "name": .string(task.name),
            "text_content": .string(task.text), "description": .string(task.text),
            "status": Self.status(task.status), "orderindex": "1.00000000000000000000000000000000",
            "date_created": .string(String(task.created)), "date_updated": .string(String(task.updated)),
            "date_closed": .text(task.closed), "date_done": .text(task.closed), "archived": false,
            "creator": Self.user(task.creator), "assignees": .array(task.assignees.map(Self.user)),
            "group_assignees": [], "watchers": [], "checklists": [], "tags": .array(task.tags.map(Self.tag)),
            "parent": .text(task.parentID), "priority": nil,
            "due_date": .text(task.due), "start_date": .text(task.start), "points": nil, "time_estimate": nil,
            "custom_fields": .array(list.fields.map { Self.field($0, value: task.values[$0.id]) }),
            "dependencies": [], "linked_tasks": [], "team_id": .string(ClickUpWorkspace.id),
            "url": .string("\(origin)/board/\(task.id)"), "permission_level": "create",
            "list": ["id": .string(list.id), "name": .string(list.name), "access": true],
            "project": ["id": .string(list.folderID)],
            "folder": ["id": .string(list.folderID), "name": "Demo", "hidden": false, "access": true],
            "space": ["id": .string(list.spaceID)],
            "attachments": .array(task.attachments.map { attachment($0, of: task.id) }),
        ]
    }

    private static func tag(_ name: String) -> JSON {
        ["name": .string(name), "tag_fg": "#ffffff", "tag_bg": "#536cfe", "creator": .int(ClickUpUser.boardUser.id)]
    }

    static func comment(_ comment: ClickUpComment) -> JSON {
        [
            "id": .string(comment.id), "comment": .array(comment.parts), "comment_text": .string(comment.text),
            "user": user(comment.user), "resolved": false, "assignee": nil, "assigned_by": nil, "reactions": [],
            "date": .string(String(comment.date)), "reply_count": 0,
        ]
    }

    static func webhook(_ hook: ClickUpWebhook, endpoint: String) -> JSON {
        var space: JSON = nil, folder: JSON = nil, list: JSON = nil, task: JSON = nil
        switch hook.place {
        case .workspace: break
        case .space(let id): space = numeric(id)
        case .folder(let id): folder = numeric(id)
        case .list(let id): list = numeric(id)
        case .task(let id): task = .string(id)
        }
        return [
            "id": .string(hook.id), "userid": .int(ClickUpUser.tokenOwner.id),
            "team_id": numeric(ClickUpWorkspace.id), "endpoint": .string(endpoint),
            "client_id": "DEMOCLIENT", "events": .array(hook.events.map { .string($0) }),
            "task_id": task, "list_id": list, "folder_id": folder, "space_id": space,
            "health": [
                // The vendor's health knows three words; a hook switched off by hand is not failing.
                "status": .string(hook.status == .inactive ? "suspended" : hook.status.rawValue),
                "fail_count": .int(hook.failCount),
            ],
            "secret": .string(hook.secret),
        ]
    }

    private static func numeric(_ id: String) -> JSON { Int(id).map { .int($0) } ?? .string(id) }
}
