import BureauDomain
import BureauEngine

/// Where a run is, or where it ended, as a row of steps.
struct RunSteps {
    let state: RunState
    /// The state it was in when it ended; what is known of it stands in its own history.
    var last: RunState?
    static let names = ["Queued", "Session", "Working", "Files", "Deliver", "Done"]

    init(_ state: RunState, last: RunState? = nil) { (self.state, self.last) = (state, last) }

    /// By its history, or, where that is gone, by what it has.
    init(_ run: RunRecord, _ events: [RunEvent], _ steps: [StepRecord]) {
        state = run.state
        last = Self.reached(events) ?? Self.reached(run, steps)
    }

    var steps: [Steps.Step] {
        let (reached, tone) = position
        return Self.names.enumerated().map { index, name in
            if index < reached { return .init(glyph: "✓", word: name, state: "done", tone: "ok") }
            guard index == reached else { return .init(glyph: "○", word: name, state: "to come", tone: "idle") }
            let glyph = ["ok": "✓", "bad": "✕", "warn": "■", "wait": "◆"][tone] ?? "▶"
            let ended = state == .failed || state == .stopped
            let word =
                ended ? "\(name): \(state.word.lowercased())" : tone == "ok" || tone == "info" ? name : state.word
            return .init(glyph: glyph, word: word, state: tone == "ok" ? "done" : "now", tone: tone, isNow: true)
        }
    }

    /// What the step is called in which it is, or ended.
    var name: String { Self.names[position.0] }

    private var position: (Int, String) {
        switch state {
        case .stopping, .stopped: (last.map(Self.place) ?? 2, "warn")
        case .failed: (last.map(Self.place) ?? 2, "bad")
        case .waitingApproval, .inReview: (Self.place(state), "wait")
        case .needsInfo, .ignored: (0, "warn")
        case .done: (5, "ok")
        case .doneWithProblems: (4, "bad")
        case .queued, .starting, .running, .revising, .collecting, .delivering: (Self.place(state), "info")
        }
    }

    private static func place(_ state: RunState) -> Int {
        switch state {
        case .queued, .needsInfo, .ignored: 0
        case .starting: 1
        case .running, .revising, .waitingApproval, .stopping, .stopped, .failed: 2
        case .collecting: 3
        case .delivering, .doneWithProblems: 4
        case .inReview, .done: 5
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
