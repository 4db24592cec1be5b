import BureauSandbox
import Foundation

/// What must be true after one Sentinel run, however often its server was killed: one of everything a person can see,
/// and a complete record. Empty when all of it holds; else a sentence for each thing that does not.
package struct Proof: Sendable {
    let installation: Installation
    /// Nil for a run that no task asked for.
    let task: String?
    let doneStatus: String
    /// By the person and by us; nil where the board could not tell of all.
    let statusChanges: Int?
    /// The result's, and two for each question that was asked and answered.
    let comments: Int
    let names: [String]
    /// Folders below the root, and the files' names by pattern: PRD section 5's example agent.
    package static let files = [
        "sentinel-audit-shamrock-detailing-columbus.json", "sentinel-audit-shamrock-detailing-columbus.md",
    ]
    static let folders = ["Clients", "Clients/Shamrock Detailing (demo)", "Clients/Shamrock Detailing (demo)/Audits"]
    static let root = "/Agency (demo)/"

    package init(
        _ installation: Installation, task: String? = "86demoshm1", doneStatus: String = "review",
        statusChanges: Int? = 2, comments: Int = 1, files: [String] = Proof.files
    ) {
        (self.installation, self.task, self.doneStatus) = (installation, task, doneStatus)
        self.statusChanges = statusChanges
        (self.comments, names) = (comments, files)
    }

    package func complaints() async throws -> [String] {
        await waitForTheBoard()
        let sight = await installation.look()
        let records = try await installation.records()
        return try await run(records, sight) + sessions(sight) + board(sight) + slack(sight) + drive(sight) + folder()
            + signals(records, sight) + steps(records, sight)
    }

    /// It tells of one event of a change after the other, and our last one may be under way.
    private func waitForTheBoard() async {
        guard let task, let statusChanges else { return }
        _ = try? await eventually("the board tells of each change", within: .seconds(30)) {
            await installation.look().statusChanges(of: task) >= statusChanges ? true : nil
        }
    }

    private func run(_ records: Records, _ sight: Sight) async throws -> [String] {
        var found = Self.expect(records.runs.count == 1, "there are \(records.runs.count) runs, not one")
        guard let run = records.runs.first else { return found }
        found += Self.expect(run.state == "done", "the run ended \(run.state): \(run.sentence ?? "no cause")")
        if let session = sight.sessions.first {
            let micro = Int64(session.costCents) * 10_000
            found += Self.expect(run.spentMicroUSD == micro, "the run cost \(run.spentMicroUSD), the session \(micro)")
            found += Self.expect(run.session == session.id, "the run's session is \(run.session ?? "none")")
            found += Self.expect(session.run == run.id, "the session is tagged \(session.run ?? "with no run")")
            found += try await log(of: session)
        }
        return found
    }

    private func sessions(_ sight: Sight) -> [String] {
        Self.expect(sight.sessions.count == 1, "\(sight.sessions.count) sessions were opened, not one")
    }

    /// Every event once, byte for byte. A message we sent may have been logged while it still waited to be taken up:
    /// the service then tells it twice, and only its `processed_at` differs.
    private func log(of session: Sight.Session) async throws -> [String] {
        let history = try await installation.history(of: session.id)
        let kickoffs = history.count { $0["type"]?.string == "user.message" }
        var found = Self.expect(kickoffs == 1, "the session has \(kickoffs) kickoffs, not one")
        let lines = installation.loggedLines(of: session.id)
        found += Self.expect(lines.count == history.count, "\(lines.count) events are logged of \(history.count)")
        var bytes: [String: String] = [:]
        for line in lines {
            let id = (try? JSON(parsing: Data(line.utf8)))?["id"]?.string ?? line
            found += Self.expect(bytes.updateValue(line, forKey: id) == nil, "the event \(id) is logged twice")
        }
        for event in history {
            let id = event["id"]?.string ?? ""
            guard let line = bytes[id] else {
                found.append("the event \(id) (\(event["type"]?.string ?? "")) is not in the log")
                continue
            }
            var queued = event
            queued["processed_at"] = .null
            let isSame =
                line == event.text || (event["type"]?.string?.hasPrefix("user.") == true && line == queued.text)
            found += Self.expect(isSame, "the event \(id) is not logged byte for byte")
        }
        return Array(found.prefix(12))
    }

    private func board(_ sight: Sight) -> [String] {
        guard let task else { return [] }
        guard let seen = sight.task(task) else { return ["the task \(task) is gone"] }
        return Self.expect(
            seen.comments.count == comments, "the task has \(seen.comments.count) comments: \(seen.comments)")
            + Self.expect(seen.attachments.sorted() == names, "the task's attachments are \(seen.attachments)")
            + Self.expect(seen.status == doneStatus, "the task's status is \(seen.status)")
            + Self.expect(
                statusChanges == nil || sight.statusChanges(of: task) == statusChanges,
                "the status changed \(sight.statusChanges(of: task)) times, not \(statusChanges ?? 0)")
    }

    private func slack(_ sight: Sight) -> [String] {
        let (results, alerts) = (sight.messages(in: "C0RESULTS"), sight.alerts)
        let parents = results.filter { !$0.isReply }, replies = results.filter(\.isReply)
        return Self.expect(
            parents.count == 1, "\(parents.count) messages tell of the run, not one: \(parents.map(\.text))")
            + Self.expect(replies.count == 1, "\(replies.count) results were posted in its thread, not one")
            + Self.expect(
                parents.allSatisfy { $0.text.hasSuffix(": Done") }, "the run's message says \(parents.map(\.text))")
            + Self.expect(alerts.isEmpty, "there are alerts: \(alerts.map(\.text))")
    }

    private func drive(_ sight: Sight) -> [String] {
        let items = sight.driveItems.filter { $0.path.hasPrefix(Self.root) && !$0.isTrashed }
        let folders = items.filter(\.isFolder).map { String($0.path.dropFirst(Self.root.count)) }.sorted()
        let files = items.filter { !$0.isFolder }
        let endings = files.compactMap { $0.path.split(separator: ".").last.map(String.init) }.sorted()
        let due = names.compactMap { $0.split(separator: ".").last.map(String.init) }.sorted()
        let audits = Self.root + "Clients/Shamrock Detailing (demo)/Audits/"
        return Self.expect(folders == Self.folders, "the Drive folders are \(folders)")
            + Self.expect(endings == due, "the Drive files are \(files.map(\.path))")
            + Self.expect(files.allSatisfy { $0.path.hasPrefix(audits) }, "a Drive file is elsewhere")
    }

    private func folder() -> [String] {
        let folder = installation.deliveries.appending(path: "shamrock-detailing-columbus/audits")
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
        return Self.expect(found == names, "the delivery folder holds \(found)")
    }

    /// What was answered 2xx is on disk and ended in one verdict; at most one of all signals started the run. None did
    /// when the sweep was faster: then they are duplicates of its run.
    private func signals(_ records: Records, _ sight: Sight) -> [String] {
        let verdicts = Set(["run", "duplicate", "ignored", "parked"])
        let starters = records.signals.filter { $0.verdict == "run" }
        return Self.expect(starters.count <= 1, "\(starters.count) signals started a run, not one")
            + Self.expect(
                records.signals.allSatisfy { verdicts.contains($0.verdict) },
                "verdicts: \(records.signals.map(\.verdict))")
            + Self.expect(
                records.signals.count >= sight.acceptedSignals,
                "\(sight.acceptedSignals) signals were answered 2xx, only \(records.signals.count) are on disk")
    }

    /// An alert about lost webhooks may be under way.
    private func steps(_ records: Records, _ sight: Sight) -> [String] {
        records.steps.filter { $0.state != "done" && !($0.kind == "alert" && sight.hasLostWebhooks) }.map {
            "the step \($0.channel) \($0.kind) \($0.subject) is \($0.state): \($0.error ?? "no error")"
        }
    }

    package static func expect(_ holds: Bool, _ complaint: @autoclosure () -> String) -> [String] {
        holds ? [] : [complaint()]
    }
}
