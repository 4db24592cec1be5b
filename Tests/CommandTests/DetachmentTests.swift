import BureauDomain
import Testing

@testable import bureau

@Suite("What Ctrl-C says of a run")
struct DetachmentTests {
    private static let words: [(RunState, hasSession: Bool, isBuild: Bool, says: String)] = [
        (.queued, false, false, "Nothing of it goes on meanwhile."),
        (.queued, true, false, "Nothing of it goes on meanwhile."),
        (.starting, false, false, "Its session may have been opened just now"),
        (.starting, false, true, "Its session may have been opened just now"),
        (.running, true, false, "The session goes on at Anthropic."),
        (.running, true, true, "What was started for it on this machine goes on."),
        (.waitingApproval, true, false, "The session goes on at Anthropic."),
        (.waitingApproval, false, false, "Nothing of it goes on meanwhile."),
        (.revising, true, false, "The session goes on at Anthropic."),
        (.collecting, true, false, "Its session has ended; the files are not all here yet."),
        (.delivering, true, false, "What was delivered stays; the rest waits."),
        (.stopping, true, false, "It was asked to stop"),
    ]

    @Test("Without a server it tells what goes on by itself, and who takes the run up", arguments: words)
    func unserved(state: RunState, hasSession: Bool, isBuild: Bool, says: String) {
        let told = Detachment(state, hasSession: hasSession, isBuild: isBuild, isServed: false).words
        #expect(told.hasPrefix(says), "\(told)")
        #expect(told.hasSuffix("The run is taken up again by bureau serve or by the next watch."), "\(told)")
    }

    @Test("No run without a session is told to have one that goes on", arguments: RunState.allCases)
    func sessionless(state: RunState) {
        #expect(!Detachment(state, hasSession: false, isServed: false).words.contains("at Anthropic"))
    }

    @Test("What no worker takes up is not said to go on", arguments: RunState.allCases, [true, false])
    func resting(state: RunState, isServed: Bool) {
        let told = Detachment(state, hasSession: true, isServed: isServed).words
        let isForPeople = state == .needsInfo || state == .inReview
        #expect(told.contains("waits for people") == isForPeople, "\(told)")
        #expect((told == "The run has ended.") == state.isFinal, "\(told)")
        #expect((told == "The run goes on in the server.") == (isServed && state.isWorkable), "\(told)")
    }
}
