import BureauDomain
import BureauEngine
import Foundation
import Hummingbird

/// Saving the list that is shown, and what is done with a saved one.
struct SavedViewPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .action("/settings/views", .viewer) { try await save($0) },
            .page("/settings/views/:id", .viewer) { try await show($0) },
            .action("/settings/views/:id/rename", .viewer) { web in
                let view = try await find(web)
                try await house.views.rename(view.id, of: web.signedIn().person.id, to: web.form["name"] ?? "")
                return try await house.done("The view is renamed.", "/settings/#views", web)
            },
            .action("/settings/views/:id/delete", .viewer) { web in
                let view = try await find(web)
                try await house.views.delete(view.id, of: web.signedIn().person.id)
                return try await house.done("The view \"\(view.name)\" is deleted.", "/settings/#views", web)
            },
        ]
    }

    private func find(_ web: WebRequest) async throws -> SavedView {
        guard let view = try await house.views.find(web.parameter("id").uppercased(), of: web.signedIn().person.id)
        else { throw PageProblem.notFound }
        return view
    }

    private func save(_ web: WebRequest) async throws -> Response {
        guard let page = SavedView.Page(rawValue: web.form["page"] ?? "") else {
            throw PageProblem.badRequest("There is no such list.")
        }
        let query = Self.query(page, FormBody(Data((web.form["query"] ?? "").utf8)).fields)
        try await house.views.save(web.form["name"] ?? "", page, query: query, of: web.signedIn().person.id)
        return try await house.done("The view is saved. It stands above the list.", "\(page.address)?\(query)", web)
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let view = try await find(web), place = "/settings/views/\(view.id)"
        let given = FormBody(Data(view.query.utf8)).fields
        var page = Page(title: view.name, heading: view.name)
        page.crumbs = [Link(word: "Settings", address: "/settings/#views"), Link(word: view.name)]
        page.links = [Link(word: "Open it", address: view.address, style: "button")]
        page.blocks = [
            Block(
                facts: Facts(
                    [Facts.Fact(name: "List", value: view.page.word)]
                        + view.page.filters.compactMap { name in
                            given[name].map { Facts.Fact(name: name.capitalizedFirst, value: $0) }
                        })),
            Block(
                heading: "Rename",
                forms: [
                    Form(
                        action: place + "/rename", verb: "Rename",
                        fields: [Field("name", "Name", value: view.name, isRequired: true)], tone: "")
                ]),
            Block(
                heading: "Delete",
                forms: [
                    Form(
                        action: place + "/delete", verb: "Delete the view", tone: "danger",
                        legend: "Only the view goes; what it lists stays as it is.",
                        cancel: Link(word: "Keep it", address: "/settings/#views"))
                ]),
        ]
        return try await house.page(page, web)
    }

    // MARK: On the lists

    /// Views of this list, and a form that saves what is shown while something narrows it.
    func blocks(_ page: SavedView.Page, _ web: WebRequest) async throws -> [Block] {
        let person = try web.signedIn().person
        let views = try await house.views.list(of: person.id).filter { $0.page == page }
        var given: [String: String] = [:]
        for name in page.filters { given[name] = web.query(name) }
        let query = Self.query(page, given)
        var blocks: [Block] = []
        if !views.isEmpty {
            let links = views.map { Link(word: $0.name, address: $0.address, isCurrent: $0.query == query) }
            blocks.append(Block(style: "views", tabs: Tabs(label: "Saved views", tabs: links)))
        }
        if !query.isEmpty, !views.contains(where: { $0.query == query }) {
            let form = Form(
                action: "/settings/views", verb: "Save view",
                fields: [
                    Field("page", "", .hidden, value: page.rawValue), Field("query", "", .hidden, value: query),
                    Field("name", "Name of the view", isRequired: true, id: "f-view-name"),
                ], tone: "")
            blocks.append(Block(style: "views", folded: "Save view", forms: [form]))
        }
        return blocks
    }

    /// The filters among these, one spelling for each choice. Empty when nothing narrows the list.
    static func query(_ page: SavedView.Page, _ given: [String: String]) -> String {
        page.filters.compactMap { name in
            guard let value = given[name]?.prefix(200), !value.isEmpty else { return nil }
            return "\(name)=\(WebRequest.escaped(String(value)))"
        }.joined(separator: "&")
    }
}
