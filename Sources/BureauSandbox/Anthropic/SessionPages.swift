import HTTPTypes
import Hummingbird

extension AnthropicStandIn {
    func addPages(to router: Router<SandboxContext>) {
        router.get("/sessions") { [self] _, _ in
            Sandbox.sessionList(sessions)
        }
        router.get("/sessions/:id") { [self] _, context in
            guard let session = try? session(context.parameters.get("id")) else {
                return Sandbox.missingSession
            }
            return Sandbox.transcript(of: session)
        }
    }
}

extension Sandbox {
    /// At most this many events on a transcript page, the newest.
    static let transcriptEventsMax = 1_000

    static var missingSession: Response {
        page(title: "No such session", body: "<p>It may have been deleted or reset.</p>", status: .notFound)
    }

    static func sessionList(_ sessions: [Session]) -> Response {
        guard !sessions.isEmpty else {
            return page(title: "Sessions", body: "<p>No session yet. One appears when the product starts an agent.</p>")
        }
        let rows = sessions.reversed().prefix(200).map { session -> HTML in
            let origin = session.origin
            return session.with { state in
                """
                <tr><td><a href="/sessions/\(session.id)">\(state.title ?? session.id)</a></td>
                <td>\(tag(state.status))</td><td>\(origin.agent.name) v\(origin.agentVersion)</td>
                <td>\(state.settings.scenario.rawValue)</td><td>\(state.history.count)</td>
                <td>\(dollars(state.usage.cents))</td><td>\(state.files.count)</td></tr>
                """
            }
        }
        return page(
            title: "Sessions",
            body: """
                <table><thead><tr><th scope="col">Session</th><th scope="col">Status</th><th scope="col">Agent</th>
                <th scope="col">Scenario</th><th scope="col">Events</th><th scope="col">Cost</th>
                <th scope="col">Files</th></tr></thead><tbody>\(HTML(joining: rows))</tbody></table>
                """)
    }

    static func transcript(of session: Session) -> Response {
        let (title, status, cents, events, files) = session.with { state in
            (state.title, state.status, state.usage.cents, state.history.suffix(transcriptEventsMax), state.files)
        }
        let items = events.map { event -> HTML in
            """
            <div class="message"><p class="meta">\(event.processedAt?.text ?? "queued") · <b>\(event.type)</b>
            <span class="id">\(event.id)</span></p><pre>\(gist(of: event))</pre></div>
            """
        }
        let names = files.map { file -> HTML in "<li>\(file.file.name), \(file.file.bytes.count) bytes</li>" }
        return page(
            title: title ?? session.id,
            body: """
                <p>\(tag(status)) <span class="id">\(session.id)</span> · \(dollars(cents))</p>
                <h2>Files</h2><ul>\(HTML(joining: names))</ul>
                <h2>Transcript</h2>\(HTML(joining: items))
                """)
    }

    /// What a reader wants of an event: its text, or its fields; never megabytes.
    private static func gist(of event: SessionState.Event) -> String {
        let text = IncomingEvent.text(of: event.members)
        let shown = text.isEmpty ? JSON.object(event.members).text : text
        return shown.count > 4_000 ? "\(shown.prefix(4_000)) … (\(shown.utf8.count) bytes)" : shown
    }

    private static func dollars(_ cents: Int) -> String {
        "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    private static func tag(_ status: SessionState.Status) -> HTML {
        let kind =
            switch status {
            case .idle: "idle"
            case .running: "info"
            case .rescheduling: "warn"
            case .terminated: "bad"
            }
        return "<span class=\"tag \(kind)\">\(status.rawValue)</span>"
    }
}
