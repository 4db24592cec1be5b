/// What the agent and its sub-agents have said, by thread, to find what came last before a call. The log's order is not
/// theirs: threads write at the same time, and a history brings what was missed later.
struct SaidBefore {
    /// Of each thread; what is older is no reason for a call that waits now.
    static let keptMax = 100
    private static let charactersMax = 5_000

    private struct Message {
        /// Nil while it is queued.
        let at: EventInstant?
        let place: Int
        let text: String
    }
    /// By the thread's id; empty where the event names none.
    private var said: [String: [Message]] = [:]
    private var count = 0

    /// A message without words shows no reason.
    mutating func add(_ text: String, on thread: String, at processedAt: String?) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        count += 1
        var messages = said[thread] ?? []
        if messages.count >= Self.keptMax { messages.removeFirst() }
        messages.append(
            Message(
                at: processedAt.map(EventInstant.init), place: count, text: String(text.prefix(Self.charactersMax))))
        said[thread] = messages
    }

    /// On the threads that fit, at or before the time of the call.
    func last(before call: String, where fits: (String) -> Bool) -> String? {
        let call = EventInstant(call)
        var found: (at: EventInstant, place: Int, text: String)?
        for (thread, messages) in said where fits(thread) {
            for message in messages {
                guard let at = message.at, at <= call else { continue }
                if let known = found, (known.at, known.place) > (at, message.place) { continue }
                found = (at, message.place, message.text)
            }
        }
        return found?.text
    }

    /// The same for a call whose time nobody knows: by the order of the log.
    func newest(where fits: (String) -> Bool) -> String? {
        said.filter { fits($0.key) }.values.joined().max { $0.place < $1.place }?.text
    }
}
