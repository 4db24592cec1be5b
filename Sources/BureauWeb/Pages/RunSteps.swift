import BureauDomain
import BureauEngine

/// Where a run is, or where it ended, as a row of steps.
struct RunSteps {
    let state: RunState
    /// The state it was in when it ended; what is known of it stands in its own history.
    var last: RunState?
    /// Its check was over, and it waited in line for longer than it may.
    var hasWaitedOut = false

    /// What is checked and what it is to work on are settled at once: no run stands between the two.
    enum Place: String, CaseIterable {
        case received, checked, payload, session, working, files, deliver, done

        var word: String { rawValue.capitalizedFirst }
    }

    init(_ state: RunState, last: RunState? = nil) { (self.state, self.last) = (state, last) }

    /// By its history, or, where that is gone, by what it has.
    init(_ run: RunRecord, _ events: [RunEvent], _ steps: [StepRecord]) {
        state = run.state
        last = Self.reached(events) ?? Self.reached(run, steps)
        hasWaitedOut = run.cause?.code == .queuedTooLong
    }

    var steps: [Steps.Step] {
        let (now, tone) = position
        let reached = Place.allCases.firstIndex(of: now) ?? 0
        return Place.allCases.enumerated().map { index, place in
            if index < reached { return .init(glyph: "✓", word: place.word, state: "done", tone: "ok") }
            guard index == reached else { return .init(glyph: "○", word: place.word, state: "to come", tone: "idle") }
            let glyph = ["ok": "✓", "bad": "✕", "warn": "■", "wait": "◆"][tone] ?? "▶"
            return .init(
                glyph: glyph, word: word(at: place), state: tone == "ok" ? "done" : "now", tone: tone, isNow: true)
        }
    }

    /// What the step is called in which it is, or ended.
    var name: String { hasWaitedOut ? RunState.queued.word : position.0.word }

    private func word(at place: Place) -> String {
        switch state {
        case .failed, .stopped, .needsInfo, .ignored:
            "\(hasWaitedOut ? RunState.queued.word : place.word): \(state.word.lowercased())"
        case .queued, .waitingApproval, .inReview, .stopping, .doneWithProblems: state.word
        case .starting, .running, .revising, .collecting, .delivering, .done: place.word
        }
    }

    private var position: (Place, String) {
        switch state {
        case .stopping, .stopped: (last.map(Self.place) ?? .working, "warn")
        case .failed: (last.map(Self.place) ?? .working, "bad")
        case .waitingApproval, .inReview: (Self.place(state), "wait")
        case .needsInfo, .ignored: (Self.place(state), "warn")
        case .done: (Self.place(state), "ok")
        case .doneWithProblems: (Self.place(state), "bad")
        case .queued, .starting, .running, .revising, .collecting, .delivering: (Self.place(state), "info")
        }
    }

    private static func place(_ state: RunState) -> Place {
        switch state {
        case .queued, .needsInfo, .ignored: .checked
        case .starting: .session
        case .running, .revising, .waitingApproval, .stopping, .stopped, .failed: .working
        case .collecting: .files
        case .delivering, .doneWithProblems: .deliver
        case .inReview, .done: .done
        }
    }

    private static func reached(_ events: [RunEvent]) -> RunState? {
        events.lazy.reversed().compactMap { RunState(rawValue: $0.kind) }.first { !$0.isFinal && $0 != .stopping }
    }

    private static func reached(_ run: RunRecord, _ steps: [StepRecord]) -> RunState {
        if !steps.isEmpty { return .delivering }
        if run.sessionID != nil { return run.cause?.code.isAboutFiles == true ? .collecting : .running }
        return run.startedAt == nil ? .queued : .starting
    }
}

extension RunCause.Code {
    fileprivate var isAboutFiles: Bool { self == .filesMissing || self == .noFiles }
}
