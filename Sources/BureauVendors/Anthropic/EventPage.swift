/// One page of a session's history.
package struct EventPage: Hashable, Sendable {
    package let events: [RawEvent]
    /// Cursor of the next page; a page without events may still have one.
    package let nextPage: String?

    package init(events: [RawEvent], nextPage: String?) {
        self.events = events
        self.nextPage = nextPage
    }

    /// Slices a `{"data": […], "next_page": …}` body. Nil when it is not that shape or an element is no event: half a
    /// history must never pass for a whole one.
    init?(body: [UInt8]) {
        guard let data = JSONScanner.member("data", of: body) else { return nil }
        let events: [RawEvent]? = data.withUnsafeBufferPointer { buffer in
            var scanner = JSONScanner(buffer)
            var events: [RawEvent] = []
            var strangers = 0
            let whole = scanner.elements { range in
                guard let event = RawEvent(bytes: Array(buffer[range])) else {
                    strangers += 1
                    return
                }
                events.append(event)
            }
            return whole && strangers == 0 ? events : nil
        }
        guard let events else { return nil }
        self.events = events
        let next = JSONScanner.member("next_page", of: body)
        nextPage = next.flatMap { value in value.withUnsafeBufferPointer { JSONScanner.text($0, 0..<$0.count) } }
    }
}
