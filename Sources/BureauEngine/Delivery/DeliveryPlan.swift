import BureauDomain

/// Every step of every channel an agent delivers to, from its config and the stored files. Pure: made once per run.
struct DeliveryPlan: Sendable {
    let config: AgentConfig
    let run: RunRecord
    let files: [FileRecord]
    let values: [String: String]

    func steps() throws -> [StepPlan] {
        try drive() + clickUp() + slack() + folder()
    }

    private var stored: [(FileRecord, FileIntent)] {
        files.compactMap { file in
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
        return [folder] + (try uploads(.googleDrive, kind: "upload", name: drive.fileName.render(values)))
    }

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

    private func clickUp() throws -> [StepPlan] {
        guard let clickUp = config.delivery.clickUp, run.taskID != nil else { return [] }
        var steps = clickUp.attachesFiles ? try uploads(.clickUp, kind: "attach", name: nil) : []
        if clickUp.postsComment {
            steps.append(StepPlan(channel: .clickUp, kind: "comment", subject: "ready", position: 5_000, intent: "{}"))
        }
        if let status = clickUp.doneStatus {
            steps.append(
                StepPlan(
                    channel: .clickUp, kind: "status", subject: status, position: 5_001,
                    intent: try JSONText.encode(StatusIntent(status: status))))
        }
        return steps
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
