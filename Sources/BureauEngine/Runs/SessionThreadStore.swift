import BureauStorage

/// The SQL of the `session_thread` table.
struct SessionThreadStore {
    let db: any Connection

    /// Keeps what is known of each thread, and notes in the run's history when one came and when it ended.
    func save(_ threads: [SessionThread], run runID: String, now: Int64) throws {
        guard !threads.isEmpty else { return }
        let known = Dictionary(try list(runID).map { ($0.id, $0.state) }) { one, _ in one }
        let events = RunEventStore(db: db)
        for thread in threads.sorted(by: { $0.id < $1.id }) {
            try put(thread, run: runID)
            let was = known[thread.id]
            guard was != thread.state.rawValue else { continue }
            if was == nil {
                try events.append(runID, kind: "thread", detail: "sub-agent \(thread.agentName) started", now: now)
            }
            switch thread.state {
            case .waiting:
                try events.append(
                    runID, kind: "thread", detail: "sub-agent \(thread.agentName) waits for an answer", now: now)
            case .idle, .terminated:
                let end = thread.state == .idle ? "finished its part" : "was terminated"
                try events.append(runID, kind: "thread", detail: "sub-agent \(thread.agentName) \(end)", now: now)
            case .running, .rescheduled: break
            }
        }
    }

    private func put(_ thread: SessionThread, run runID: String) throws {
        try db.execute(
            """
            INSERT INTO session_thread (run_id, thread_id, agent_name, state, events_count, model, input_tokens,
                output_tokens, cache_read_tokens, cache_write_tokens)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id, thread_id) DO UPDATE SET state = excluded.state,
                events_count = excluded.events_count, model = coalesce(excluded.model, session_thread.model),
                input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
                cache_read_tokens = excluded.cache_read_tokens, cache_write_tokens = excluded.cache_write_tokens
            """,
            [
                runID, thread.id, thread.agentName, thread.state.rawValue, thread.eventsCount, thread.model,
                thread.inputTokens, thread.outputTokens, thread.cacheReadTokens, thread.cacheWriteTokens,
            ])
    }

    func list(_ runID: String) throws -> [SessionThreadRecord] {
        try db.query("SELECT * FROM session_thread WHERE run_id = ? ORDER BY thread_id LIMIT 100", [runID]).map {
            SessionThreadRecord(
                id: try $0.text("thread_id"), agentName: try $0.text("agent_name"), state: try $0.text("state"),
                eventsCount: try $0.integer("events_count"), model: try $0.textIfAny("model"),
                inputTokens: try $0.integer("input_tokens"), outputTokens: try $0.integer("output_tokens"),
                cacheReadTokens: try $0.integerIfAny("cache_read_tokens"),
                cacheWriteTokens: try $0.integerIfAny("cache_write_tokens"))
        }
    }
}
