package import BureauDomain
package import BureauStorage

/// Moves runs: the new state, its event row and the notices people get leave in one transaction.
package struct RunTransitions: Sendable {
    let doors: Doors

    package init(doors: Doors) { self.doors = doors }

    /// Applies `event` to the run as it is in the database now. Throws `RunMoved` when the lease is gone, or
    /// `RunMachine.Rejected` when the event makes no sense in the state found.
    @discardableResult
    package func apply(
        _ event: RunMachine.Event, to runID: String, lease: Lease?, in db: any Connection
    ) throws -> RunRecord {
        let store = RunStore(db: db)
        guard let run = try store.find(runID) else { throw RunMoved(runID: runID) }
        if let lease, run.leaseOwner != lease.owner || run.leaseEpoch != lease.epoch { throw RunMoved(runID: runID) }
        var machine = run.machine
        var effects = try machine.apply(event)
        let clocks = TimeUsed.Clocks(doors, owner: lease?.owner)
        guard try store.move(run, to: machine, lease: lease, clocks: clocks) else { throw RunMoved(runID: runID) }
        if machine != run.machine {
            try RunEventStore(db: db).append(
                runID, kind: machine.state.rawValue, detail: machine.cause?.sentence ?? event.name, now: doors.now())
        }
        // Before the accounts: what may be spending keeps its money.
        let loose = LooseSessions(db: db)
        effects = try loose.leave(effects, of: run, cause: machine.cause, now: doors.now())
        if event == .retried, machine.state == .running { try loose.follow(run, now: doors.now()) }
        try account(for: machine, run, in: db)
        if event == .retried || event == .deliverAgain { try takeUpAgain(runID, db) }
        if event == .revisionAsked { try store.beginRound(runID) }
        // With what was charged and given back in this very transaction.
        guard let moved = try store.find(runID) else { throw RunMoved(runID: runID) }
        if case .stopAsked = event { try RunFamily(db: db, doors: doors).stopped(run, self) }
        if asksNoMore(run.state, machine.state) { try voidQuestions(run, db) }
        try TaskWatchStore(db: db).follow(event, run, to: machine.state, now: doors.now())
        let board = BoardNotice(db: db, doors: doors)
        if case .approvalsAsked = event { try board.asked(run) } else { try board.follow(run, to: machine.state) }
        let notices = NoticeWriter(db: db, doors: doors)
        for effect in effects { try notices.write(effect, for: run, state: machine.state) }
        if moved.state != run.state { try Announcements(db: db).run(moved, from: run.state, now: doors.now()) }
        try ArtifactFollow(db: db).follow(event, run, to: moved, now: doors.now())
        if event == .revisionAsked { try EarlierDoubts(db: db, doors: doors).settle(moved) }
        if moved.state == .inReview, run.state != .inReview { try askForJudgement(moved, db) }
        if moved.state.isFinal, !run.state.isFinal { try ended(moved, db) }
        return moved
    }

    private func takeUpAgain(_ runID: String, _ db: any Connection) throws {
        try AlertStore(db: db).resolve(subject: runID, now: doors.now())
        try RunThreadStore(db: db).reopen(runID, now: doors.now())
        try RunSeen(db: db).forget(runID)
    }

    private func askForJudgement(_ run: RunRecord, _ db: any Connection) throws {
        let whom = run.clientName.map { " for \($0)" } ?? ""
        try DirectNotices(db: db, doors: doors).once(
            .review, run, "round \(run.round)",
            "The results of round \(run.round)\(whom) wait for somebody's word. \(run.headline ?? "")")
    }

    private func ended(_ run: RunRecord, _ db: any Connection) throws {
        try RunFamily(db: db, doors: doors).ended(run)
        try RunRepeats(db: db).ended(run, now: doors.now())
        try RunThreadStore(db: db).ended(run.id, now: doors.now())
        try ReceiptStore(db: db).ended(run, now: doors.now())
    }

    /// What is over gives back what it did not spend. What goes on in its session again reserves anew before anything is
    /// asked of it (`RunReservation.regain`).
    private func account(for machine: RunMachine, _ run: RunRecord, in db: any Connection) throws {
        guard machine.state.isFinal || machine.state == .inReview else { return }
        try CommentReadingStore(db: db).giveUp(run, now: doors.now())
        if run.isUnpriced { try SpendLedger(db: db).settleWhole(run, now: doors.now()) }
        try SpendLedger(db: db).release(run.id, now: doors.now())
    }

    /// A session that works on may stop again for what it asked before.
    private func asksNoMore(_ old: RunState, _ new: RunState) -> Bool {
        guard new != old, new != .running else { return false }
        return [.waitingApproval, .queued, .revising].contains(old) || (old == .running && new != .waitingApproval)
    }

    /// A run that was stopped or failed asks nothing any more, and its buttons go away.
    private func voidQuestions(_ run: RunRecord, _ db: any Connection) throws {
        let store = ApprovalStore(db: db)
        for approval in try store.open(run: run.id) {
            guard try store.decide(approval.id, .void, by: nil, on: "run", reason: nil, now: doors.now()),
                let settled = try store.find(approval.id)
            else { continue }
            try ApprovalNotices(db: db, doors: doors).settled(settled, run: run)
        }
    }
}

extension RunMachine.Event {
    /// A short name for the run's own event list.
    var name: String {
        switch self {
        case .taken: "a worker took it"
        case .foundIneligible(let cause), .foundIncomplete(let cause), .broke(let cause), .stopAsked(let cause):
            cause.sentence
        case .infoChanged: "looked at again"
        case .sessionOpened(let session): "session \(session) opened"
        case .gateOpened(let why): why
        case .approvalsAsked(let count):
            count == 1 ? "the agent asks for permission" : "the agent asks for permission, \(count) times"
        case .gateClosed: "the agent was answered"
        case .budgetMissing(let cause): cause.sentence
        case .turnEnded: "the agent finished"
        case .sessionHalted: "the session is idle"
        case .filesCollected(let problem): problem?.sentence ?? "every file is stored"
        case .channelsSettled(let problem): problem?.sentence ?? "every channel has it"
        case .reviewOpened(let problem): problem?.sentence ?? "people judge it now"
        case .revisionAsked: "a change was asked for"
        case .revisionSent: "the agent was told what to change"
        case .accepted: "the results were accepted"
        case .dismissed(let cause): cause.sentence
        case .deliverAgain: "delivering again"
        case .retried: "tried again"
        case .leaseLost: "its worker was lost"
        }
    }
}
