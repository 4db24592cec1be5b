import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Puts a page into the shell that all of them share.
struct PageRenderer: Sendable {
    let house: WebHouse

    func show(_ page: Page, _ web: WebRequest) async throws -> Response {
        var page = page
        let token = web.visitor?.formToken ?? ""
        for index in page.blocks.indices {
            for form in page.blocks[index].forms.indices {
                page.blocks[index].forms[form].formToken = token
                page.blocks[index].forms[form].formKey =
                    page.blocks[index].forms[form].isRepeatable ? nil : Self.formKey()
            }
        }
        page.focusFirstProblem()
        let html = ViewLibrary.shared.render(try await shell(page, web), "page")
        return answer(html, page.status, web)
    }

    /// What makes sending a form twice harmless.
    static func formKey() -> String { String(OpaqueKey.make().prefix(32)) }

    private func answer(_ html: String, _ status: Int, _ web: WebRequest) -> Response {
        let tag = "W/\"\(Hex.sha256(Array(html.utf8)).prefix(20))\""
        if status == 200, web.head.headers[.ifNoneMatch] == tag {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        return Response(
            status: .init(code: status), headers: [.contentType: "text/html; charset=utf-8", .eTag: tag],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    private func shell(_ page: Page, _ web: WebRequest) async throws -> Shell {
        var notice: String?
        if let session = web.visitor?.session { notice = try await house.signIn.takeNotice(session.id) }
        let paused =
            try await web.visitor?.session == nil
            ? nil : house.part("The notice above all pages", or: String?.none) { try await siteNotice() }.value
        return Shell(
            title: page.title, theme: web.visitor?.person.theme ?? "system",
            shortcuts: web.visitor?.person.hasShortcuts ?? false ? "on" : "off",
            stylesheet: AssetRoutes.stylesheet.path, script: AssetRoutes.script.path,
            shell: web.visitor?.session != nil, nav: try await nav(web), me: web.visitor?.person.displayName ?? "",
            role: web.visitor?.person.role.word ?? "", formToken: web.visitor?.formToken, formKey: nil,
            notice: notice, siteNotice: paused, crumbs: page.crumbs, hasCrumbs: !page.crumbs.isEmpty, chip: page.chip,
            heading: page.heading, lead: page.lead, links: page.links,
            hasLinks: !page.links.isEmpty || page.more != nil,
            more: page.more,
            blocks: page.blocks, printed: page.printed, zone: house.clock.zone.name, version: house.site.version,
            seesSystem: (web.visitor?.person.role ?? .viewer) >= .engineer,
            pulse: await web.visitor?.session == nil ? nil : house.pulse.words(house))
    }

    /// What everybody should know before anything else.
    private func siteNotice() async throws -> String? {
        if house.settings.isDispatchPaused { return "Nothing is started: dispatch is paused." }
        guard let intake = try await house.intake.statusUnlessOpen() else { return nil }
        return intake.sentence(since: house.clock.since(intake.record.changedAt))
    }

    private func nav(_ web: WebRequest) async throws -> [Link] {
        guard let person = web.visitor?.person, web.visitor?.session != nil else { return [] }
        let badge = try await house.part("The inbox's count", or: String?.none) {
            try await Inbox(house: house).badge(for: person)
        }.value
        let today = person.startPage == FirstPage.today.rawValue ? "/" : FirstPage.today.address
        let places: [(String, String, Role)] = [
            ("Today", today, .viewer), ("Inbox", "/inbox/", .viewer), ("Runs", "/runs/", .viewer),
            ("Reports", "/reports/", .viewer), ("Clients", "/clients/", .viewer), ("Agents", "/agents/", .viewer),
            ("Costs", "/costs/", .operator),
            ("System", "/system/", .engineer), ("Users", "/users/", .admin),
        ]
        let path = web.head.uri.path
        return places.filter { person.role >= $0.2 }.map { word, address, _ in
            let stem = address.dropLast()
            let isCurrent =
                word == "Today" ? ["/", "/today", "/today/"].contains(path) : path == stem || path.hasPrefix(address)
            return Link(
                word: word, address: address, isCurrent: isCurrent, count: word == "Inbox" ? badge : nil,
                counted: word == "Inbox" ? "inbox" : nil)
        }
    }
}

private struct Shell {
    var title: String, theme: String, shortcuts: String, stylesheet: String, script: String, shell: Bool, nav: [Link]
    var me: String, role: String, formToken: String?, formKey: String?, notice: String?, siteNotice: String?
    var crumbs: [Link], hasCrumbs: Bool, chip: Chip?, heading: String, lead: String?, links: [Link], hasLinks: Bool
    var more: More?
    var blocks: [Block], printed: String?, zone: String, version: String, seesSystem: Bool
    var pulse: String?
}

extension WebHouse {
    func page(_ page: Page, _ web: WebRequest) async throws -> Response {
        try await PageRenderer(house: self).show(page, web)
    }

    /// After a form: somewhere else, with a sentence that is shown once.
    func done(_ notice: String, _ location: String, _ web: WebRequest) async throws -> Response {
        if let session = web.visitor?.session { try await signIn.leaveNotice(session.id, notice) }
        return .seeOther(location)
    }
}
