/// Reads where results go. A channel that is off may leave out everything else; what it does say is checked all the same.
struct DeliveryReader {
    let templates: TemplateReader
    let trigger: AgentConfig.Triggers.ClickUp?

    func delivery(_ root: ConfigObject) -> AgentConfig.Delivery? {
        let channels = ["slack", "clickup", "asana", "google_drive", "folder"]
        guard let object = root.object("delivery", keys: channels, noun: "channel") else { return nil }
        let delivery = AgentConfig.Delivery(
            slack: slack(object), clickUp: clickUp(object), asana: asana(object), googleDrive: googleDrive(object),
            folder: folder(object))
        if !channels.contains(where: { object.members[$0]?.value.value["enabled"] == true }) {
            root.problem("delivery", "no channel is on: results stay on this machine", severity: .warning)
        }
        return delivery
    }

    private func slack(_ delivery: ConfigObject) -> AgentConfig.Delivery.Slack? {
        let keys = ["enabled", "channel", "post_summary", "post_links_to_outputs"]
        guard let object = delivery.object("slack", keys: keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let channel = object.text("channel", .slackChannel, required: enabled)
        let summary = object.flag("post_summary")
        let links = object.flag("post_links_to_outputs")
        guard enabled, let channel else { return nil }
        return AgentConfig.Delivery.Slack(channel: channel, postsSummary: summary ?? true, postsLinks: links ?? true)
    }

    private func clickUp(_ delivery: ConfigObject) -> AgentConfig.Delivery.ClickUp? {
        let keys = [
            "enabled", "update_task_status", "post_comment", "attach_output_files", "blocked_status", "started_status",
        ]
        guard let object = delivery.object("clickup", keys: keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let done = object.text("update_task_status", .line(80), required: false)
        let comment = object.flag("post_comment")
        let attach = object.flag("attach_output_files")
        let blocked = object.text("blocked_status", .line(80), required: false)
        let started = object.text("started_status", .line(80), required: false)
        if let started, trigger?.matches(status: started) == true {
            object.problem("started_status", "\"\(started)\" starts the agent; name the status that follows it")
        }
        guard enabled else { return nil }
        return AgentConfig.Delivery.ClickUp(
            doneStatus: done, postsComment: comment ?? true, attachesFiles: attach ?? true,
            blockedStatus: blocked ?? "Blocked", startedStatus: started)
    }

    /// Where a task stands follows from `board.states`.
    private func asana(_ delivery: ConfigObject) -> AgentConfig.Delivery.ClickUp? {
        let keys = ["enabled", "post_comment", "attach_output_files"]
        guard let object = delivery.object("asana", keys: keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let comment = object.flag("post_comment")
        let attach = object.flag("attach_output_files")
        guard enabled else { return nil }
        return AgentConfig.Delivery.ClickUp(
            doneStatus: nil, postsComment: comment ?? true, attachesFiles: attach ?? true, blockedStatus: "Blocked",
            startedStatus: nil)
    }

    private func googleDrive(_ delivery: ConfigObject) -> AgentConfig.Delivery.GoogleDrive? {
        let keys = ["enabled", "folder_template", "file_name_template"]
        guard let object = delivery.object("google_drive", keys: keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let folder = templates.folder(object, "folder_template", required: enabled)
        let name =
            enabled || object.has("file_name_template")
            ? templates.template(object, "file_name_template", .line(200)) : nil
        if let name, name.source.contains("/") {
            object.problem("file_name_template", "a file name has no \"/\"; folders go into folder_template")
        }
        guard enabled, let folder, let name else { return nil }
        return AgentConfig.Delivery.GoogleDrive(folder: folder, fileName: name)
    }

    private func folder(_ delivery: ConfigObject) -> AgentConfig.Delivery.Folder? {
        guard let object = delivery.object("folder", keys: ["enabled", "path"], required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let path = templates.folder(object, "path", required: false)
        return enabled ? AgentConfig.Delivery.Folder(path: path) : nil
    }
}
