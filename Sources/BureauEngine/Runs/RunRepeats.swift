import BureauDomain
import BureauStorage

/// Runs that repeat an earlier one: both say so, and what the later one brought is no longer missing.
struct RunRepeats {
    let db: any Connection
    /// A run that repeats one that repeats one … is followed this far.
    static let chainMax = 20

    func begun(_ id: String, _ new: NewRun, now: Int64) throws {
        let events = RunEventStore(db: db)
        let again = new.againOf.map { ", again of \($0)" } ?? ""
        try events.append(id, kind: "queued", detail: "\(new.requestedBy) asked for it\(again)", now: now)
        guard let old = new.againOf else { return }
        try events.append(old, kind: "again", detail: "run again as \(id) by \(new.requestedBy)", now: now)
    }

    /// Every failure this one repeats, at whatever remove, needs nobody any more.
    func ended(_ run: RunRecord, now: Int64) throws {
        guard run.state == .done else { return }
        var earlier = run.againOf
        for _ in 0..<Self.chainMax {
            guard let id = earlier, let old = try RunStore(db: db).find(id) else { return }
            if old.state == .failed || old.state == .doneWithProblems { try settle(old, in: run.id, now: now) }
            earlier = old.againOf
        }
    }

    private func settle(_ old: RunRecord, in id: String, now: Int64) throws {
        guard try RunSeen(db: db).settle(old.id, in: id, now: now) else { return }
        try AlertStore(db: db).resolve(subject: old.id, now: now)
        try RunEventStore(db: db).append(old.id, kind: "seen", detail: "done in \(id)", now: now)
    }
}

extension RunDesk {
    /// The runs that repeat this one, oldest first. At most 20.
    package func repeats(of id: String) async throws -> [RunRecord] {
        try await database.query(
            "SELECT \(RunStore.columns) FROM run WHERE again_of = ? ORDER BY id LIMIT 20", [id]
        ).map(RunRecord.init)
    }

    /// Of these runs, those whose result a later one brought, with that one's id.
    package func doneLater(_ ids: [String]) async throws -> [String: String] {
        let wanted = Array(Set(ids)).prefix(RunListing.limitMax)
        guard !wanted.isEmpty else { return [:] }
        let marks = Array(repeating: "?", count: wanted.count).joined(separator: ", ")
        let rows = try await database.query(
            "SELECT run_id, done_in FROM run_seen WHERE run_id IN (\(marks)) AND done_in IS NOT NULL", Array(wanted))
        return Dictionary(
            try rows.map { (try $0.text("run_id"), try $0.text("done_in")) }, uniquingKeysWith: { $1 })
    }

    /// What somebody noted when they took note of a failure.
    package func seen(_ id: String) async throws -> (person: String, note: String, at: Int64)? {
        try await database.query("SELECT person, note, at FROM run_seen WHERE run_id = ?", [id]).first
            .map { (try $0.text("person"), try $0.text("note"), try $0.integer("at")) }
    }
}

extension StepRecord {
    /// Where people can open what was written; nil where the channel has no links, or nothing was.
    package var link: String? {
        guard let link = (try? receipt(as: DeliveryReceipt.self))?.link else { return nil }
        return link.hasPrefix("https://") || link.hasPrefix("http://") ? link : nil
    }

    /// What the place it was written to calls it: the id of a comment, file or task, a message's channel and `ts`, a path.
    /// In words where a person said that it is there. Nil where nothing was written or it has no such name.
    package var responseID: String? {
        guard state == .done, let answer = try? receipt(as: DeliveryReceipt.self), !answer.id.isEmpty else {
            return nil
        }
        return answer.id
    }

    /// A session that is said to be there has to be named: the run goes on in it.
    package var needsPlace: Bool {
        (channel, kind) == (.anthropic, "create") || isDriveFolder
    }

    /// What the run's files in Drive are put into.
    var isDriveFolder: Bool { (channel, kind) == (.googleDrive, "folder") }
}
