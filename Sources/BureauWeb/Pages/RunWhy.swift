import BureauDomain
import BureauEngine

/// Why a run is not well: the first thing on its page.
struct RunWhy {
    let house: WebHouse
    let run: RunRecord
    let events: [RunEvent]
    let steps: [StepRecord]
    let asker: AskerWords
    static let eventsShown = 5

    func blocks(doneIn later: String?) -> [Block] {
        let words = house.words(run)
        guard !words.why.isEmpty, run.state != .done else { return [] }
        let tone = later != nil ? "info" : run.state == .failed ? "bad" : "warn"
        var callout = Callout(tone: tone, title: words.why, fix: words.fix)
        if let later {
            callout.text = "What it did not bring, a later run did."
            callout.fix = nil
            callout.link = Link(word: "Open run \(later.prefix(10))", address: "/runs/\(later)/")
        }
        guard run.state == .failed || run.state == .doneWithProblems else { return [Block(callout: callout)] }
        let newest = events.suffix(Self.eventsShown).map { event in
            var entry = TimelineView(house: house, run: run, asker: asker).entry(event)
            // Its own place is further down.
            entry.anchor = nil
            return entry
        }
        return [
            Block(
                id: "why", callout: callout, facts: facts,
                timeline: newest.isEmpty
                    ? nil
                    : Timeline(
                        entries: newest, views: [], count: "The last events of the run", isLog: false, hasEntries: true
                    ))
        ]
    }

    private var facts: Facts {
        let tries = [
            run.attempt > 1 ? "attempt \(run.attempt)" : nil,
            run.tries > 0 ? "this step \(run.tries + 1) times" : nil,
            run.losses > 0 ? "a worker was lost \(run.losses) times" : nil,
            steps.map(\.attempts).max().flatMap { $0 > 1 ? "a delivery \($0) times" : nil },
        ].compactMap(\.self)
        return Facts([
            Facts.Fact(name: "Failed at", value: RunSteps(run, events, steps).name),
            Facts.Fact(name: "Last that worked", value: lastGood),
            Facts.Fact(name: "Already tried", value: tries.isEmpty ? "once" : tries.joined(separator: ", ")),
            Facts.Fact(name: "Reference", value: run.id, isCode: true, isCopied: true),
        ])
    }

    /// What was delivered last, or the state before the one it ended in.
    private var lastGood: String {
        if let step = steps.last(where: { $0.state == .done }) { return step.what }
        let good = events.last { event in RunState(rawValue: event.kind).map { !$0.isFinal } ?? false }
        guard let event = good else { return "it was accepted" }
        let word = RunState(rawValue: event.kind)?.word ?? "", since = TimelineView.since(run, event.at, house.clock)
        return "\(word), \(since): \(asker.told(event, from: house.words(run).source))"
    }
}

extension RunCause {
    /// What somebody can do about it; of a run that waits for money it depends on whose.
    var fix: String? {
        if isOwnLimitWait {
            return "Answer its question in the inbox: raise its limit, or stop it. "
                + "A new day or month brings it nothing; without an answer in time it stops."
        }
        guard let account = accountWaitedFor else { return code.fix }
        let whose =
            switch account.owner {
            case .agency: "the agency's"
            case .client: "the client's"
            case .agent: "the agent's"
            }
        return "Raise \(whose) budget under Costs, or wait for the next \(account.span.rawValue); it goes on by itself."
    }
}

extension RunCause.Code {
    /// What somebody can do about it, in a sentence or two; for a run that has come to rest.
    var fix: String? {
        switch self {
        case .sessionRefused:
            "Nothing was spent. If the key was refused or an id is not known, whoever runs the server mends it; then press Retry step."
        case .sessionUnreachable:
            "Anthropic did not answer. See its status under System, Connections; then press Retry step."
        case .sessionTerminated, .retriesExhausted:
            "The session is over and cannot go on. Run again begins a new one with the same input."
        case .sessionLost: "The session is not there any more. Run again begins a new one with the same input."
        case .openingGivenUp:
            "Its session is looked for and stopped. Retry step goes on in it where it was found, and looks for it once more where it was not."
        case .refusal:
            "The model would not do it. Change the task's or the client's words, or the agent's prompt; then run it again."
        case .unknownStopReason:
            "Read the session's last lines below. If its work is done, press Retry step; otherwise run it again."
        case .taskUnreadable:
            "See whether the task still exists and whether Bureau's user may open it; then press Retry step."
        case .configGone: "Put the agent's file back into the agents folder, then run it again."
        case .queuedTooLong:
            "It waited longer than its agent allows and nothing was spent. Run it again if it is still wanted."
        case .lostTooOften:
            "Its worker died again and again. Whoever runs the server looks at the log first; then press Retry step."
        case .noFiles:
            "The session left no file. Read what it said below; Retry step looks for files once more, Run again starts over."
        case .internalError:
            "Give the reference to whoever runs the server: it is in the log. Retry step goes on where it was."
        case .buildRefused, .buildFailed: "Read the build's output below, mend it, then run it again."
        case .uncommittedWork: "Work was left that is in no commit. Read what the session said, then run it again."
        case .mergeRefused: "Somebody has to merge it by hand, or run it again on today's main branch."
        case .missingFields, .unclear: "Complete the task or the client's record, then press Look again."
        case .unknownClient: "Name the client on the task, or add the client; then press Look again."
        case .blocked: "Settle what it waits for, then press Look again."
        case .budgetExhausted:
            "Answer its question in the inbox, or raise what it waits for under Costs; it goes on by itself."
        case .overBudget: "Files so far are kept. Give it a higher limit when you start it again, or ask for less."
        case .budgetDenied:
            "Whoever answered gave no more money. Files so far are kept. Ask them, or ask for less when you run it again."
        case .overTime:
            "Files so far are kept. Ask for less, or let the agent take longer in its config; then run it again."
        case .overLimit:
            "Files so far are kept. Ask for less, or raise the limit in the agent's config; then run it again."
        case .byPerson, .interrupted, .dismissed:
            "Files so far are kept. Run again begins a new run with the same input."
        case .notRecorded: "Its events could not be written down: see the disk under System, then run it again."
        case .stopUnconfirmed:
            "Nobody knows whether its session still spends: look in the Anthropic console and end it there."
        case .notEligible: nil
        case .filesMissing: "The other files are safe. Retry step fetches what is missing."
        case .deliveryFailed:
            "The files are safe. Deliver again finishes what is missing and touches nothing that arrived."
        }
    }
}
