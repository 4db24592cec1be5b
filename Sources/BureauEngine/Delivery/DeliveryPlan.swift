import BureauDomain

/// Every step of every channel an agent delivers to, from its config and the stored files. Pure: made once per run.
struct DeliveryPlan: Sendable {
    let config: AgentConfig
    let run: RunRecord
    let files: [FileRecord]
    let values: [String: String]

    /// In review each round is put to the people who judge it; what they have to release first waits for them, and gets
    /// then what counts: of each file the newest.
    func steps() throws -> [StepPlan] {
        let (isAccepted, held) = (run.reviewAcceptedAt != nil, Set(config.review?.publishes ?? []))
        func shows(_ channel: ReviewPolicy.Channel) -> Bool { held.contains(channel) == isAccepted }
        let all =
            (shows(.googleDrive) ? try drive() : []) + (isAccepted ? try acceptance() : try task())
            + (shows(.slack) ? try slack() : []) + (shows(.folder) ? try folder() : [])
        return all.map { plan in
            var plan = plan
            plan.round = run.round
            return plan
        }
    }

    private var stored: [(FileRecord, FileIntent)] {
        let shown = run.reviewAcceptedAt == nil ? files.filter { $0.round == run.round } : files.current
        return shown.compactMap { file in
            guard let key = file.blobKey, let hash = file.sha256 else { return nil }
            let intent = FileIntent(
                title: file.safeName, blobKey: key, sizeBytes: file.sizeBytes, sha256: hash, mimeType: file.mimeType)
            return (file, intent)
        }
    }

    private func drive() throws -> [StepPlan] {
        guard let drive = config.delivery.googleDrive, !stored.isEmpty else { return [] }
        let segments = drive.folder.render(values)
        let folder = StepPlan(
            channel: .googleDrive, kind: "folder", subject: segments.joined(separator: "/"), position: 0,
            intent: try JSONText.encode(FolderIntent(segments: segments)))
        return [folder] + (try uploads(.googleDrive, kind: "upload", name: drive.fileName.render(values) + suffix))
    }

    /// So that no round's file has the name of another's.
    private var suffix: String { run.round == 1 ? "" : "-r\(run.round)" }

    /// Each file under the config's name with its own extension; alike names get a number.
    private func uploads(_ channel: StepRecord.Channel, kind: String, name: String?) throws -> [StepPlan] {
        var taken: Set<String> = []
        return try stored.enumerated().map { index, pair in
            var intent = pair.1
            if let name { intent.title = SafeFileName.make(name + fileExtension(pair.0.safeName), taken: taken) }
            taken.insert(intent.title)
            return StepPlan(
                channel: channel, kind: kind, subject: pair.0.safeName, position: index + 1,
                intent: try JSONText.encode(intent))
        }
    }

    private func task() throws -> [StepPlan] {
        guard let task = config.delivery.task(on: run.taskTool), run.taskID != nil else { return [] }
        let channel = run.taskTool.channel
        var steps = task.attachesFiles ? try uploads(channel, kind: "attach", name: nil) : []
        // Who shall judge it must be told, whatever the config says of comments.
        if task.postsComment || config.review != nil {
            steps.append(
                StepPlan(
                    channel: channel, kind: "comment", subject: TaskChannel.ready, position: 5_000, intent: "{}"))
        }
        if let status = task.doneStatus { steps.append(try move(to: status, channel)) }
        return steps
    }

    private func acceptance() throws -> [StepPlan] {
        guard config.delivery.task(on: run.taskTool) != nil, run.taskID != nil else { return [] }
        let channel = run.taskTool.channel
        let comment = StepPlan(
            channel: channel, kind: "comment", subject: TaskChannel.accepted, position: 5_002, intent: "{}")
        return [comment] + (try config.review?.acceptedPlace.map { [try move(to: $0, channel)] } ?? [])
    }

    private func move(to place: String, _ channel: StepRecord.Channel) throws -> StepPlan {
        StepPlan(
            channel: channel, kind: "status", subject: place, position: 5_001,
            intent: try JSONText.encode(StatusIntent(status: place)))
    }

    private func slack() throws -> [StepPlan] {
        guard config.delivery.slack != nil else { return [] }
        return [StepPlan(channel: .slack, kind: "post", subject: "ready", position: 0, intent: "{}")]
    }

    private func folder() throws -> [StepPlan] {
        guard config.delivery.folder != nil else { return [] }
        return try uploads(.folder, kind: "copy", name: nil)
    }

    private func fileExtension(_ name: String) -> String {
        name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    }
}
