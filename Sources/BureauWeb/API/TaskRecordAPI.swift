import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Tasks on record for clients, for programs that show them.
struct TaskRecordAPI: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .operation(
                house, .get, "/task-records", .viewer,
                as: .init(
                    name: "listTaskRecords", tag: "clients",
                    summary: "Tasks on record, with their subscription and what clients may see of them.",
                    answer: .list(.named("TaskRecord")),
                    query: [
                        .optional("client", .slug),
                        .optional("client_visible", .flag, "true for those alone that clients may see."),
                    ] + APIOperation.paging)
            ) { call in
                let cursor = try call.before("task-records")
                let listing = TaskRecordListing(
                    client: call.text("client"), isVisibleOnly: call.query["client_visible"]?.bool ?? false,
                    visible: call.visible, after: cursor.flatMap { TaskRecordListing.Place($0) },
                    limit: call.limit + 1)
                let found = try await house.taskRecords.list(listing)
                return .page(found, call, "task-records", id: { $0.place.description }, \.document)
            }
        ]
    }
}
