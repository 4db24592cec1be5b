import Foundation
import Testing

@testable import BureauEngine

@Suite("What a ClickUp event is for an agent")
struct ClickUpTriggerTests {
    /// Its own name, the body, and what becomes of it: "start TASK CHANGE" or a part of the reason.
    private static let table: [(String, String, String)] = [
        (
            "a status change", status(item: #""id":"h1","field":"status","parent_id":"901100000001""#),
            "start 86a h1"
        ),
        (
            "its twin, the general update event",
            status(event: "taskUpdated", item: #""id":"h1","field":"status","parent_id":"901100000001""#),
            "start 86a h1"
        ),
        (
            "numbers where texts belong",
            status(task: "86", item: #""id":42,"field":"status","parent_id":901100000001"#), "start 86 42"
        ),
        (
            "a created task, its first status among the items",
            #"{"event":"taskCreated","task_id":"86a","history_items":[{"id":"h0","field":"task_creation"},{"id":"h1","field":"status","parent_id":"901100000001","after":{"status":"ready (automate)"}}]}"#,
            "start 86a h1"
        ),
        (
            "the small example of the documents, with no ids at all",
            #"{"event":"taskStatusUpdated","task_id":"abc123","history_items":[{"after":{"status":"Ready (Automate)"}}]}"#,
            "start abc123 body-HASH"
        ),
        (
            "another case and stray spaces", status(to: "  READY   (automate) ", item: #""id":"h1","field":"status""#),
            "start 86a h1"
        ),
        ("another status", status(to: "in progress", item: #""id":"h1","field":"status""#), "not the trigger status"),
        ("a prefix of the status", status(to: "Ready", item: #""id":"h1","field":"status""#), "not the trigger status"),
        (
            "another list", status(item: #""id":"h1","field":"status","parent_id":"999""#),
            "not in the agent's list"
        ),
        (
            "a change of another field whose new value looks like one",
            status(item: #""id":"h1","field":"tag""#), "changes no status"
        ),
        (
            "an assignee whose value is a number",
            #"{"event":"taskUpdated","task_id":"86a","history_items":[{"id":"h1","field":"assignee_add","after":7}]}"#,
            "changes no status"
        ),
        ("a comment", #"{"event":"taskCommentPosted","task_id":"86a","history_items":[]}"#, "changes no status"),
        ("no history at all", #"{"event":"taskDeleted","task_id":"86a"}"#, "changes no status"),
        ("an empty object", "{}", "names no task"),
        ("an id that climbs", status(task: #""../../x""#, item: #""id":"h1","field":"status""#), "names no task"),
        ("an id that is a query", status(task: #""a?b=c""#, item: #""id":"h1","field":"status""#), "names no task"),
        (
            "an id that is too long",
            status(task: "\"" + String(repeating: "a", count: 65) + "\"", item: #""id":"h1","field":"status""#),
            "names no task"
        ),
        ("an id of other letters", status(task: #""86ä""#, item: #""id":"h1","field":"status""#), "names no task"),
        ("an empty id", status(task: #""""#, item: #""id":"h1","field":"status""#), "names no task"),
    ]

    @Test("Each event starts a run or says why not", arguments: table)
    func decide(what: String, body: String, expected: String) throws {
        let event = try JSONDecoder().decode(ClickUpEvent.self, from: Data(body.utf8))
        let decision = ClickUpTrigger.decide(
            event, listID: Agents.list, triggerStatus: "Ready (Automate)", bodyHash: "HASH")
        switch decision {
        case .start(let task, let change, _, _): #expect("start \(task) \(change)" == expected, "\(what)")
        case .ignore(let why): #expect(why.contains(expected), "\(what): \(why)")
        }
    }

    @Test(
        "A body that is not an event is an error, never a crash",
        arguments: [
            "[]", "null", "\"x\"", "{", #"{"history_items":7}"#, #"{"event":{}}"#, #"{"history_items":[null]}"#,
            String(repeating: "[", count: 600),
        ])
    func unreadable(body: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(ClickUpEvent.self, from: Data(body.utf8)) }
    }

    private static func status(
        event: String = "taskStatusUpdated", task: String = #""86a""#, to status: String = "ready (automate)",
        item: String
    ) -> String {
        #"{"event":"\#(event)","task_id":\#(task),"webhook_id":"w1","history_items":[{\#(item),"user":{"id":8001},"after":{"status":"\#(status)"}}]}"#
    }
}
