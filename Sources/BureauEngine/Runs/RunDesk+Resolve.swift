import BureauDomain
import BureauStorage

/// What a person found out about a write nobody could tell of.
package enum Resolution: Sendable, Hashable {
    /// It is there; `link` says where, when the person knows. For a session: its id.
    case happened(link: String?)
    /// It is not there, or shall be made once more.
    case again
    case giveUp

    var word: String {
        switch self {
        case .happened: "happened"
        case .again: "repeat"
        case .giveUp: "give_up"
        }
    }
}

extension RunDesk {
    /// Writes of a run that wait for somebody's word.
    package func doubts(_ id: String) async throws -> [StepRecord] {
        try await database.read { db in
            try StepRecord.Purpose.allCases.flatMap { try StepStore(db: db).list(run: id, purpose: $0) }
                .filter { $0.state == .doubtful }
        }
    }

    /// Decides one doubtful step; without `stepID` the run's only one. The decision, who made it and what follows from
    /// it are one commit.
    package func resolve(_ id: String, step stepID: String?, _ resolution: Resolution, by person: String) async throws
        -> RunRecord
    {
        let (doors, transitions) = (doors, transitions)
        let step = try choose(stepID, from: try await doubts(id), run: id)
        let receipt = try receipt(for: step, resolution)
        return try await database.write { db in
            let (store, now) = (StepStore(db: db), doors.now())
            guard let run = try RunStore(db: db).find(id), try store.find(step.id)?.state == .doubtful else {
                throw Refused(
                    kind: .notNow, description: "somebody else has decided \(step.what.lowercasedFirst) already")
            }
            try expectEffect(of: resolution, on: step, run)
            try ReceiptStore(db: db).resolved(step, resolution.word, by: person, run: id, now: now)
            switch resolution {
            case .happened: try store.markDone(step.id, receipt: receipt ?? "{}", now: now)
            case .again:
                try store.restart(step, now: now)
                if step.kind == RunThreadStore.stepKind { try RunThreadStore(db: db).takeUp(id, now: now) }
            case .giveUp:
                try store.giveUp(step.id, why: "given up by \(person)", now: now)
                // Somebody has said that it need not be there: it is not among what was set aside.
                if step.purpose != .session, step.kind != RunThreadStore.stepKind {
                    try DeadLetterStore(db: db).drop(step.id, by: person, now: now)
                }
                if step.kind == RunThreadStore.stepKind {
                    let isEnd = step.subject.hasPrefix(RunThreadEnd.subjectPrefix)
                    try RunThreadStore(db: db).giveUp(id, isEnd: isEnd)
                }
            }
            if step.isDriveFolder, resolution != .giveUp, !step.isOfEarlierRound(than: run) {
                // Its files could not be put anywhere.
                _ = try store.reopen(run: id, channel: .googleDrive, now: now)
            }
            try RunEventStore(db: db).append(
                id, kind: "resolved", detail: "\(step.what): \(resolution.sentence), says \(person)", now: now)
            return try follow(run, step, resolution, by: person, transitions, db)
        }
    }

    /// What an earlier round did not deliver is not delivered any more: to make it again would change nothing.
    private func expectEffect(of resolution: Resolution, on step: StepRecord, _ run: RunRecord) throws {
        guard resolution == .again, step.isOfEarlierRound(than: run) else { return }
        throw Refused(
            kind: .notNow,
            description:
                "\(step.what.lowercasedFirst) is of round \(step.round), and round \(run.round) took its place: "
                + "it is not made again. Say that it is there (--happened), or leave it (--give-up)")
    }

    /// The run goes on with what was decided.
    private func follow(
        _ run: RunRecord, _ step: StepRecord, _ resolution: Resolution, by person: String,
        _ transitions: RunTransitions, _ db: any Connection
    ) throws -> RunRecord {
        let (now, isOver) = (doors.now(), run.state.isFinal)
        let rests = isOver || run.state == .inReview
        if step.purpose == .session, resolution == .giveUp, !isOver {
            // One whose session is found after all can be tried again in it.
            let code: RunCause.Code = run.sessionID == nil ? .openingGivenUp : .byPerson
            let cause = RunCause(code, "\(step.what) could not be settled; \(person) gave it up.")
            // What was given up may have landed after all, and nobody follows the session any more.
            if let session = run.consoleSession { try LooseSessions(db: db).watch(run.id, session, now: now) }
            return try transitions.apply(.broke(cause), to: run.id, lease: nil, in: db)
        }
        if step.purpose == .delivery, rests, resolution != .giveUp, !step.isOfEarlierRound(than: run) {
            let moved = try transitions.apply(.deliverAgain, to: run.id, lease: nil, in: db)
            // What was stopped delivers only what somebody asked for.
            if run.stopCause != nil { try RunStore(db: db).deliverOnly(run.id, step.channel) }
            return moved
        }
        if step.purpose == .notice, resolution != .again { try NoticeAlarm(db: db, doors: doors).settled(step) }
        let left = try StepRecord.Purpose.allCases.flatMap { try StepStore(db: db).list(run: run.id, purpose: $0) }
            .contains { $0.state == .doubtful }
        if !left { try AlertStore(db: db).resolve(subject: run.id, now: now) }
        try RunStore(db: db).wake(run.id, now: now)
        return try RunStore(db: db).find(run.id) ?? run
    }

    private func choose(_ stepID: String?, from doubts: [StepRecord], run id: String) throws -> StepRecord {
        guard !doubts.isEmpty else {
            throw Refused(kind: .notNow, description: "nothing of run \(id) is in doubt")
        }
        let wanted = stepID?.uppercased()
        let found = doubts.filter { wanted == nil || $0.id == wanted || $0.id.hasSuffix(wanted ?? "") }
        guard let only = found.first, found.count == 1 else {
            let list = doubts.map { "\($0.id) \($0.what)" }.joined(separator: "; ")
            throw Refused(kind: .chooseStep, description: "say which step you mean: \(list)")
        }
        return only
    }

    /// What the write would have returned, as far as a person can know it.
    private func receipt(for step: StepRecord, _ resolution: Resolution) throws -> String? {
        guard case .happened(let link) = resolution else { return nil }
        if link == nil, let former = step.formerReceipt { return former }
        switch (step.channel, step.kind) {
        case (.anthropic, "create"):
            guard let link, link.hasPrefix("sesn_"), link.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
                throw Refused(
                    kind: .notNow, description: "a session that was opened is named by its id: --happened --at sesn_…")
            }
            return try JSONText.encode(SessionReceipt(session: link, model: nil, agent: nil))
        case (.anthropic, _): return try JSONText.encode(["call": step.subject])
        case (.googleDrive, "folder"):
            guard let id = link.flatMap(DriveFolderAddress.id) else {
                throw Refused(
                    kind: .notNow,
                    description:
                        "name the folder's address as Drive shows it, https://drive.google.com/drive/folders/…, "
                        + "or its id, so that files can be put there: --happened --at LINK")
            }
            return try JSONText.encode(DeliveryReceipt(id: id, link: link))
        default:
            let isLink = link?.hasPrefix("http") == true
            return try JSONText.encode(DeliveryReceipt(id: link ?? "seen by a person", link: isLink ? link : nil))
        }
    }
}

extension Resolution {
    var sentence: String {
        switch self {
        case .happened(let link): "it is there" + (link.map { " (\($0.prefix(300)))" } ?? "")
        case .again: "it is not there and is made again"
        case .giveUp: "it is given up"
        }
    }
}

extension String {
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

extension StepStore {
    /// As if it had never been tried. A file gets a new id, and of its folders those that are gone may be made anew:
    /// under the old ids lies what somebody took away.
    func restart(_ step: StepRecord, now: Int64) throws {
        try db.execute(
            """
            UPDATE step SET state = 'pending', intended_at = NULL, settled_at = NULL, error = NULL, attempts = 0,
                former_receipt = NULL, recheck = 0, due_at = ? WHERE id = ? AND state IN ('doubtful', 'failed')
            """, [now, step.id])
        guard step.channel == .googleDrive else { return }
        if var file = try? step.intent(as: FileIntent.self) {
            file.driveID = nil
            file.leftFolder = nil
            try replaceIntent(step.id, try JSONText.encode(file))
        }
        if var folder = try? step.intent(as: FolderIntent.self) {
            folder.forgotten = try DriveFolderRows(db: db).known(on: folder.segments)
            try replaceIntent(step.id, try JSONText.encode(folder))
            try DriveRemake.leave(step, db)
        }
    }

    func giveUp(_ id: String, why: String, now: Int64) throws {
        try db.execute(
            "UPDATE step SET state = 'failed', error = ?, settled_at = ? WHERE id = ? AND state = 'doubtful'",
            [why, now, id])
    }
}
