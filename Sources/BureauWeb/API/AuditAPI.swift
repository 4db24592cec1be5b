import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Who changed what. Somebody who sees some clients finds the changes that are about them or about no client.
struct AuditAPI: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .operation(
                house, .get, "/audit-log", .engineer,
                as: .init(
                    name: "listChanges", tag: "system", summary: "Who changed what, newest first.",
                    answer: .list(.named("Change")),
                    query: [
                        .optional("actor", .plain(1...100), "The name they sign in with."),
                        .optional("subject", .plain(1...200), "Such as client acme."),
                    ] + APIOperation.paging)
            ) { call in
                var filter = AuditDesk.Filter(
                    subject: call.text("subject"), actor: call.text("actor"), visible: call.visible)
                (filter.before, filter.limit) = (try call.before("changes"), call.limit + 1)
                let found = try await house.audit.list(filter)
                return .page(found, call, "changes", id: \.id, \.document)
            }
        ]
    }
}
