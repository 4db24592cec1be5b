import BureauDomain
import Hummingbird
import NIOCore

/// `/api/v1`: every operation, and the document that tells of them, made from the same declarations.
struct APIRoutes {
    let house: WebHouse

    var routes: [Route] {
        let groups: [[Route]] = [
            RunAPI(house: house).routes, RunActionAPI(house: house).routes, ApprovalAPI(house: house).routes,
            ClientAPI(house: house).routes, SystemAPI(house: house).routes, ArtifactAPI(house: house).routes,
            EndpointAPI(house: house).routes, IntakeAPI(house: house).routes, QueueAPI(house: house).routes,
            ScheduleAPI(house: house).routes, BudgetAPI(house: house).routes,
            SignalAPI(house: house).routes, AuditAPI(house: house).routes,
            PeopleAPI(house: house).routes, ClientCareAPI(house: house).routes,
            TaskRecordAPI(house: house).routes, CheckAPI(house: house).routes, InboxAPI(house: house).routes,
        ]
        let rooms = groups.flatMap { $0 }
        let own = APIOperation(
            name: "getOpenAPI", tag: "about", summary: "This document.", answer: .one(.object([], isOpen: true)))
        let document = OpenAPIDocument(version: house.site.version, url: house.site.publicURL)
        let told = Route.operation(house, .get, "/openapi.json", .viewer, as: own) { _ in .nothing }
        let value = document.make(rooms + [told])
        return rooms + [.operation(house, .get, "/openapi.json", .viewer, as: own) { _ in .one(value) }]
    }
}
