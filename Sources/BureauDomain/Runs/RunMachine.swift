/// The life of one run: what may happen in which state, and what people must be told because of it.
///
/// Pure: it reads no clock and touches nothing. The store applies an event, writes the new state, the event and the
/// notices in one transaction. Drawn in docs/run-states.md; repeated by the schema's CHECK on `run.state`.
package struct RunMachine: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        /// A worker has the lease and begins to open the session.
        case taken
        case foundIneligible(RunCause)
        case foundIncomplete(RunCause)
        case infoChanged
        case sessionOpened(session: String)
        /// The session waits for an answer, or stopped for a reason this bureau does not know.
        case gateOpened(why: String)
        /// The agent may not go on before people have decided about its calls; they are asked one by one.
        case approvalsAsked(count: Int)
        /// There is no money left to begin or to go on with; people are asked for more.
        case budgetMissing(RunCause)
        case gateClosed
        case turnEnded
        /// The money or time limit was reached, or a person asked.
        case stopAsked(RunCause)
        /// The session is seen idle or terminated after a stop, or was never opened.
        case sessionHalted
        /// `problem` is a file that never arrived; of a run that was stopped, one that was there and could not be had.
        case filesCollected(problem: RunCause?)
        case channelsSettled(problem: RunCause?)
        /// A round was delivered and waits for people to judge it. `problem` is a delivery that did not work.
        case reviewOpened(problem: RunCause?)
        /// Somebody asked for a change: the next round begins.
        case revisionAsked
        /// The request is known to be in the session.
        case revisionSent
        /// Somebody who may accepted the round: what is left is to publish it.
        case accepted
        /// Somebody decided that the round is not wanted.
        case dismissed(RunCause)
        case broke(RunCause)
        case deliverAgain
        case retried
        /// `inARow`: it is no further than when it lost its worker the last time.
        case leaseLost(inARow: Bool = true, isBlamed: Bool = true)
    }

    /// What leaves together with the new state, in the same transaction.
    package enum Effect: Hashable, Sendable {
        case alert(RunCause)
        case askForInfo(RunCause)
        case alertGate(why: String)
        case tellDismissed(RunCause)
        /// A session that may be spending is left behind, or one that may have been opened: it has to be looked after.
        case sessionLeft(RunCause)
    }

    package struct Rejected: Error, Hashable, CustomStringConvertible {
        package let state: RunState
        package let event: Event
        package var description: String { "a run that is \(state.rawValue) cannot take \(event)" }
    }

    package private(set) var state: RunState
    package private(set) var session: String?
    /// Set once a stop is asked; the run then ends `stopped` however its session ends.
    package private(set) var stopCause: RunCause?
    package private(set) var cause: RunCause?
    package private(set) var losses: Int
    package let lossesMax: Int

    package init(
        state: RunState = .queued, session: String? = nil, stopCause: RunCause? = nil, cause: RunCause? = nil,
        losses: Int = 0, lossesMax: Int = 5
    ) {
        self.state = state
        self.session = session
        self.stopCause = stopCause
        self.cause = cause
        self.losses = losses
        self.lossesMax = lossesMax
    }

    package mutating func apply(_ event: Event) throws(Rejected) -> [Effect] {
        switch event {
        case .taken: try move(from: [.queued, .starting], to: .starting)
        case .sessionOpened(let id): return try open(id)
        case .gateOpened(let why):
            guard state != .waitingApproval else { return [] }
            try move(from: [.running], to: .waitingApproval, on: event)
            return [.alertGate(why: why)]
        case .budgetMissing(let why): try waitForMoney(why)
        case .approvalsAsked: try move(from: [.running, .waitingApproval], to: .waitingApproval, on: event)
        case .gateClosed: try move(from: [.waitingApproval, .running], to: .running, on: event)
        case .turnEnded: try move(from: [.running, .waitingApproval], to: .collecting, on: event)
        case .infoChanged: try move(from: [.needsInfo], to: .queued, on: event, cause: nil)
        case .foundIneligible(let why):
            try move(from: [.queued, .needsInfo], to: .ignored, on: event, cause: why)
        case .foundIncomplete(let why):
            try move(from: [.queued, .needsInfo], to: .needsInfo, on: event, cause: why)
            return [.askForInfo(why)]
        case .stopAsked(let why): return try stop(why)
        case .sessionHalted: return try halt()
        case .filesCollected(let problem): return try collect(problem)
        case .channelsSettled(let problem):
            try move(from: [.delivering], to: endState(problem), on: event, cause: stopCause ?? problem)
            return problem.map { [.alert($0)] } ?? []
        case .reviewOpened(let problem):
            // What was stopped and is delivered again is not put to anybody's judgement.
            guard stopCause == nil else { throw Rejected(state: state, event: event) }
            try move(from: [.delivering], to: .inReview, on: event, cause: problem)
            return problem.map { [.alert($0)] } ?? []
        case .revisionAsked: try move(from: [.inReview], to: .revising, on: event)
        case .revisionSent: try move(from: [.revising], to: .running, on: event)
        case .accepted: try move(from: [.inReview], to: .delivering, on: event)
        case .dismissed(let why):
            try move(from: [.inReview], to: .stopped, on: event, cause: why)
            return [.tellDismissed(why)]
        case .broke(let why): return fail(why)
        case .deliverAgain: try reopen(to: .delivering, on: event)
        case .retried: try retry()
        case .leaseLost(let inARow, let isBlamed): return loseLease(inARow, isBlamed)
        }
        return []
    }

    private mutating func move(
        from allowed: Set<RunState>, to next: RunState, on event: Event = .taken, cause new: RunCause? = nil
    ) throws(Rejected) {
        guard allowed.contains(state) else { throw Rejected(state: state, event: event) }
        // Losses count in a row: progress forgives them.
        if next != state { losses = 0 }
        (state, cause) = (next, new)
    }

    /// Before a turn a run waits in its place, within one as for any other answer.
    private mutating func waitForMoney(_ why: RunCause) throws(Rejected) {
        let next: RunState = state == .queued || state == .revising ? state : .waitingApproval
        try move(from: [.queued, .running, .waitingApproval, .revising], to: next, on: .budgetMissing(why), cause: why)
    }

    /// A stop that was asked while the session was being opened takes effect as soon as it is known.
    private mutating func open(_ id: String) throws(Rejected) -> [Effect] {
        try move(from: [.starting], to: stopCause == nil ? .running : .stopping, on: .sessionOpened(session: id))
        session = id
        return []
    }

    private mutating func stop(_ why: RunCause) throws(Rejected) -> [Effect] {
        switch state {
        case .queued, .needsInfo, .inReview:
            (state, stopCause, cause) = (.stopped, why, why)
            return [.alert(why)]
        case .running, .waitingApproval, .revising:
            (state, stopCause, cause) = (.stopping, stopCause ?? why, nil)
            return []
        case .starting, .stopping, .collecting:
            stopCause = stopCause ?? why
            return []
        case .delivering:
            // What is already delivered cannot be called back: finish, so that no channel is left half done.
            return []
        case .done, .doneWithProblems, .stopped, .failed, .ignored:
            throw Rejected(state: state, event: .stopAsked(why))
        }
    }

    /// A session that may be alive is interrupted before its run is over: nobody would watch what it spends.
    private mutating func fail(_ why: RunCause) -> [Effect] {
        guard !state.isFinal else { return [] }
        let isInSession = state == .running || state == .waitingApproval || state == .revising
        if isInSession, session != nil, why.code.retriesInSession {
            (state, stopCause, cause, losses) = (.stopping, why, nil, 0)
            return []
        }
        let left = leftBehind
        (state, cause) = (.failed, why)
        return [.alert(why)] + left
    }

    /// What may be spending although its run ends here: nobody has seen it rest.
    private var leftBehind: [Effect] {
        let sentence: String
        switch state {
        case .starting:
            sentence = "Nobody saw whether its session was opened. It is looked for, and stopped if it is there."
        case .stopping:
            sentence = "The stop could not be confirmed: the session may still be spending. It is tried again."
        case .queued, .needsInfo, .running, .waitingApproval, .collecting, .delivering, .inReview, .revising, .done,
            .doneWithProblems, .stopped, .failed, .ignored:
            return []
        }
        return [.sessionLeft(RunCause(.stopUnconfirmed, sentence))]
    }

    /// What was given up is not collected: it waits for a person, its session spending nothing. Where there never was a
    /// session there is nothing to collect.
    private mutating func halt() throws(Rejected) -> [Effect] {
        if state == .starting, let stopCause {
            (state, cause) = (.stopped, stopCause)
            return [.alert(stopCause)]
        }
        guard let why = stopCause, why.code.retriesInSession else {
            try move(from: [.stopping], to: .collecting, on: .sessionHalted)
            return []
        }
        try move(from: [.stopping], to: .failed, on: .sessionHalted, cause: why)
        return [.alert(why)]
    }

    private mutating func collect(_ problem: RunCause?) throws(Rejected) -> [Effect] {
        let event = Event.filesCollected(problem: problem)
        guard let stopCause else {
            try move(from: [.collecting], to: .delivering, on: event, cause: problem)
            return problem.map { [.alert($0)] } ?? []
        }
        try move(from: [.collecting], to: .stopped, on: event, cause: stopCause)
        return [.alert(stopCause)] + (problem.map { [.alert($0)] } ?? [])
    }

    private func endState(_ problem: RunCause?) -> RunState {
        if stopCause != nil { return .stopped }
        return problem == nil ? .done : .doneWithProblems
    }

    private mutating func reopen(to next: RunState, on event: Event) throws(Rejected) {
        guard session != nil else { throw Rejected(state: state, event: event) }
        // In review too: what of a round did not reach its channel is delivered, and the round waits again.
        try move(from: [.done, .doneWithProblems, .stopped, .failed, .inReview], to: next, on: event)
    }

    /// A person tries again what failed: with no session from the beginning, with one from collecting its files.
    /// A session that itself failed cannot be continued; `bureau runs again` starts a new run.
    private mutating func retry() throws(Rejected) {
        switch state {
        case .failed where session == nil: (state, cause, losses) = (.queued, nil, 0)
        case .failed where cause?.code.retriesAtCollecting == true: (state, cause, losses) = (.collecting, nil, 0)
        case .failed where cause?.code.retriesInSession == true: (state, cause, losses) = (.running, nil, 0)
        case .doneWithProblems: (state, cause, losses) = (.collecting, nil, 0)
        case .needsInfo: (state, cause) = (.queued, nil)
        case .queued, .starting, .running, .waitingApproval, .collecting, .delivering, .inReview, .revising,
            .stopping, .done, .stopped, .failed, .ignored:
            throw Rejected(state: state, event: .retried)
        }
        // Whoever tries again wants it to go on: a stop that was asked before it failed is over.
        stopCause = nil
    }

    private mutating func loseLease(_ inARow: Bool, _ isBlamed: Bool) -> [Effect] {
        guard state.isWorkable else { return [] }
        let count = inARow ? losses + 1 : 1
        losses = isBlamed ? count : min(count, lossesMax)
        guard losses > lossesMax else { return [] }
        let why = RunCause(
            .lostTooOften, "Its worker was lost \(losses) times in a row while the run was \(state.word.lowercased()).")
        switch state {
        case .running, .waitingApproval, .revising:
            // Nobody watches what it spends any more: its session is interrupted first.
            (state, stopCause, cause, losses) = (.stopping, stopCause ?? why, nil, 0)
            return []
        default:
            let left = leftBehind
            (state, cause) = (.failed, why)
            return [.alert(why)] + left
        }
    }
}

extension RunCause.Code {
    /// The session did its work; only what came after failed.
    var retriesAtCollecting: Bool { self == .noFiles || self == .filesMissing }
    /// The session may well be alive: we lost sight of it.
    var retriesInSession: Bool {
        switch self {
        case .sessionUnreachable, .lostTooOften, .internalError, .configGone, .openingGivenUp: true
        default: false
        }
    }
}
