import BureauDomain
import BureauEngine
import Foundation
import Hummingbird

/// How Bureau looks and speaks to one person: zone, first page, messages of their own, saved views.
struct OwnPreferences: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .action("/settings/zone", .viewer) { web in
                let zone = web.form["zone"].flatMap { $0.isEmpty ? nil : $0 }
                try await house.people.setZone(web.signedIn().person.id, zone)
                return try await house.done(
                    "Times are told in \(zone ?? house.settings.agencyZone.name).", "/settings/#zone", web)
            },
            .action("/settings/start", .viewer) { web in
                try await house.people.setStartPage(
                    web.signedIn().person.id, web.form["start"] ?? "", pages: FirstPage.allCases.map(\.rawValue))
                return try await house.done("The first page is changed.", "/settings/#start", web)
            },
            .action("/settings/notices", .viewer) { try await setNotices($0) },
        ]
    }

    private func setNotices(_ web: WebRequest) async throws -> Response {
        var choices: [OwnNotice: OwnNotice.Reach] = [:]
        for kind in OwnNotice.allCases {
            choices[kind] = web.form[kind.rawValue].flatMap(OwnNotice.Reach.init(rawValue:))
        }
        try await house.people.setNotices(web.signedIn().person.id, choices)
        return try await house.done(
            choices.isEmpty ? "You get no messages of your own." : "Messages of your own: \(Self.words(choices)).",
            "/settings/#notices", web)
    }

    private static func words(_ choices: [OwnNotice: OwnNotice.Reach]) -> String {
        OwnNotice.allCases.filter { choices[$0] != nil }.map { $0.word.lowercased() }.joined(separator: ", ")
    }

    func blocks(_ person: PersonRecord) async throws -> [Block] {
        let views = try await house.views.list(of: person.id)
        return [zone(person), start(person, views), try await notices(person), saved(views)]
    }

    private func zone(_ person: PersonRecord) -> Block {
        let agency = house.settings.agencyZone.name
        let known = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }.sorted()
        let mine = person.zone.flatMap { known.contains($0) ? nil : [$0] } ?? []
        let zones = (known + mine).map { Field.Option(word: $0, value: $0, isOn: $0 == person.zone) }
        return Block(
            id: "zone", heading: "Time zone",
            forms: [
                Form(
                    action: "/settings/zone", verb: "Change zone",
                    fields: [
                        Field(
                            "zone", "Times on your pages",
                            .options(
                                [Field.Option(word: "The agency's (\(agency))", value: "", isOn: person.zone == nil)]
                                    + zones), hint: "Schedules and budgets keep the agency's.")
                    ], tone: "")
            ])
    }

    private func start(_ person: PersonRecord, _ views: [SavedView]) -> Block {
        let pages = FirstPage.allCases.map {
            Field.Option(word: $0.word, value: $0.rawValue, isOn: $0.rawValue == person.startPage)
        }
        let saved = views.map {
            Field.Option(word: "\($0.page.word): \($0.name)", value: $0.id, isOn: $0.id == person.startPage)
        }
        return Block(
            id: "start", heading: "First page",
            forms: [
                Form(
                    action: "/settings/start", verb: "Change first page",
                    fields: [
                        Field(
                            "start", "What opens first", .options(pages + saved),
                            hint: "After signing in, and behind the name at the top left. Saved views are among them.")
                    ], tone: "")
            ])
    }

    private func notices(_ person: PersonRecord) async throws -> Block {
        let choices = try await house.people.notices(person.id)
        let slackID = DirectNotices.slackID(of: person, house.settings)
        let fields = OwnNotice.allCases.map { kind in
            Field(
                kind.rawValue, kind.word,
                .options([
                    .init(word: "No message", value: "", isOn: choices[kind] == nil),
                    .init(word: "Mine", value: "mine", isOn: choices[kind] == .mine),
                    .init(word: "All I may see", value: "all", isOn: choices[kind] == .all),
                ]), hint: kind.meaning, id: "f-notice-\(kind.rawValue)")
        }
        var block = Block(
            id: "notices", heading: "Messages of your own",
            text:
                "A direct message in Slack, besides what its channels are told. Mine are the clients you look after and "
                + "the runs you asked for. At most \(DirectNotices.perHourMax) an hour.",
            forms: [Form(action: "/settings/notices", verb: "Change messages", fields: fields, tone: "")])
        if slackID == nil {
            block.callout = Callout(
                tone: "info", title: "Your Slack user is not known here, so nothing can reach you.",
                fix: "Ask an admin to enter your Slack member id on the Users page.")
        }
        return block
    }

    private func saved(_ views: [SavedView]) -> Block {
        Block(
            id: "views", heading: "Saved views",
            table: Table(
                "Lists you saved, yours alone",
                Table.columns("Name", "List", "Change"),
                views.map {
                    [
                        Table.Cell(text: $0.name, address: $0.address), Table.Cell(text: $0.page.word),
                        Table.Cell(text: "Rename or delete", address: "/settings/views/\($0.id)/"),
                    ]
                },
                empty: "None yet. Choose filters in Runs, Reports or the Inbox, and press \"Save view\" there."))
    }
}
