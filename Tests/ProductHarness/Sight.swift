import BureauSandbox
import Foundation

/// What a person sees at the stand-ins at one moment: the board, the channels, the drive, the sessions.
package struct Sight: Sendable {
    package let state: JSON
    package let log: [RequestLog.Entry]

    package init(state: JSON, log: [RequestLog.Entry]) { (self.state, self.log) = (state, log) }

    package struct Session: Sendable, Hashable {
        package let id: String, run: String?, scenario: String, status: String
        package let events: Int, costCents: Int
        package let waitingFor: [String]
    }
    package struct Task: Sendable, Hashable {
        package let id: String, status: String
        package let comments: [String]
        package let attachments: [String]
    }
    package struct Message: Sendable, Hashable {
        package let channel: String, text: String
        /// Whether it stands in the thread of another.
        package let isReply: Bool
        /// The whole message with its blocks, for a search.
        package let whole: String
    }
    package struct DriveItem: Sendable, Hashable {
        package let path: String, isFolder: Bool, isTrashed: Bool
        package let size: Int?
    }

    package static func of(_ sandbox: Sandbox) async -> Sight {
        Sight(state: await sandbox.state(), log: sandbox.log.entries)
    }

    package var sessions: [Session] {
        (state["anthropic"]?["sessions"]?.array ?? []).map { item in
            Session(
                id: item["id"]?.string ?? "", run: item["metadata"]?["bureau_run"]?.string,
                scenario: item["scenario"]?.string ?? "", status: item["status"]?.string ?? "",
                events: item["events"]?.int ?? 0, costCents: item["cost_cents"]?.int ?? 0,
                waitingFor: (item["waiting_for"]?.array ?? []).compactMap(\.string))
        }
    }

    package func task(_ id: String) -> Task? {
        (state["clickup"]?["tasks"]?.array ?? []).first { $0["id"]?.string == id }.map { item in
            Task(
                id: id, status: item["status"]?.string ?? "",
                comments: (item["comments"]?.array ?? []).compactMap { $0["text"]?.string },
                attachments: (item["attachments"]?.array ?? []).compactMap { $0["title"]?.string })
        }
    }

    package func messages(in channel: String) -> [Message] {
        (state["slack"]?["messages"]?.array ?? []).filter { $0["channel"]?.string == channel }.map { item in
            Message(
                channel: channel, text: item["text"]?.string ?? "",
                isReply: item["thread_ts"]?.string.map { $0 != item["ts"]?.string } ?? false, whole: item.text)
        }
    }

    /// What stands in the threads of the runs' messages: the results.
    package var results: [Message] { messages(in: "C0RESULTS").filter(\.isReply) }

    package var driveItems: [DriveItem] {
        (state["drive"]?["files"]?.array ?? []).map { item in
            DriveItem(
                path: item["path"]?.string ?? "",
                isFolder: item["mimeType"]?.string == "application/vnd.google-apps.folder",
                isTrashed: item["trashed"]?.bool ?? false, size: item["size"]?.int)
        }
    }

    /// How often a task's status changed: the board raises one such event a change.
    package func statusChanges(of task: String) -> Int {
        log.count {
            $0.operation == "webhook.deliver" && $0.subject == "taskStatusUpdated \(task) attempt 1"
                && !$0.outcome.hasPrefix("held")
        }
    }

    /// What people were told of in the alerts' channel. That the board could not deliver its webhooks is left out where it
    /// is true: a server that is away for some seconds loses some, and which comes first is chance, its look at the
    /// webhook or the next delivery that goes well.
    package var alerts: [Message] {
        messages(in: "C0ALERTS").filter { message in
            let isOfWebhooks = ["ClickUp cannot deliver", "ClickUp had suspended the webhook"].contains {
                message.whole.contains($0)
            }
            return !(isOfWebhooks && hasLostWebhooks)
        }
    }

    /// Whether the board gave a delivery up, after its fifth attempt.
    package var hasLostWebhooks: Bool {
        log.contains {
            $0.operation == "webhook.deliver" && $0.subject.hasSuffix("attempt 5") && !$0.outcome.hasPrefix("2")
        }
    }

    /// Webhooks that were answered 2xx, as the one who sent them saw it.
    package var acceptedSignals: Int {
        log.count { $0.operation == "webhook.deliver" && $0.outcome.hasPrefix("2") }
    }
}

extension Installation {
    package func look() async -> Sight { await Sight.of(sandbox) }

    /// A session's whole history as the service lists it, each event's bytes as they were sent.
    package func history(of session: String) async throws -> [JSON] {
        var events: [JSON] = [], page: String?
        repeat {
            let query = "limit=1000&order=asc" + (page.map { "&page=\($0)" } ?? "")
            let answer = try await Web.send(
                "GET", "\(sandboxURL)/anthropic/v1/sessions/\(session)/events?\(query)",
                headers: [
                    "x-api-key": SandboxKeys().anthropic, "anthropic-version": "2023-06-01",
                    "anthropic-beta": "managed-agents-2026-04-01",
                ])
            guard answer.status == 200 else { throw NeverHappened("the history of \(session): \(answer.text)") }
            events += answer.json["data"]?.array ?? []
            page = answer.json["next_page"]?.string
        } while page != nil
        return events
    }

    /// `POST /_control/scenario`: what coming sessions do, or a running one.
    package func steer(_ wish: JSON) async throws {
        let answer = try await Web.send(
            "POST", sandboxURL + "/_control/scenario", headers: ["content-type": "application/json"], body: wish.bytes)
        guard answer.status == 200 else { throw NeverHappened("the scenario is taken: \(answer.text)") }
    }

    /// The events a session's log holds, line by line.
    package func loggedLines(of session: String) -> [String] {
        let file = sessionLogs.appending(path: session + ".jsonl")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
