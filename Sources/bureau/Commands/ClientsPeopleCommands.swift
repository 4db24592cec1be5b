import ArgumentParser
import BureauDomain
import BureauEngine

struct ClientsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say that a fact about a client is right as it stands.",
        discussion: "bureau clients verify acme website_url")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String
    @Argument(help: "The fact, as agents are given it.") var field: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await ClientBook(records).find(client)
                try await ClientDesk(database: records.database, doors: records.doors).check(
                    found.slug, field, by: .here)
                try output.print(.made([("client", .string(found.slug)), ("verified", .string(field))])) {
                    Terminal.say("\(found.slug): \(PlainLine.of(field)) counts as verified by you")
                }
            }
        }
    }
}

struct ClientsStaffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff", abstract: "Who works for a client, or what somebody is to it.",
        discussion: """
            bureau clients staff acme
            bureau clients staff acme ana account_manager
            bureau clients staff acme ana none
            """)
    private static let none = "none"

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String
    @Argument(help: "The user; without one, everybody who works for the client is listed.") var name: String?
    @Argument(help: "owner, consultant, account_manager or specialist; none takes it away.") var duty: String?

    func validate() throws {
        let known = StaffDuty.allCases.map(\.rawValue) + [Self.none]
        guard let name else { return }
        guard let duty else {
            throw ValidationError(
                "What is \(PlainLine.of(name)) to the client? Choose from \(known.joined(separator: ", ")).")
        }
        guard known.contains(duty) else {
            let near = NearestKey.nearest(to: duty, in: known).map { " Did you mean '\($0)'?" } ?? ""
            throw ValidationError(
                "There is no duty '\(PlainLine.of(duty))'; choose from \(known.joined(separator: ", ")).\(near)")
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await ClientBook(records).find(client)
                let desk = ClientDesk(database: records.database, doors: records.doors)
                if let name, let duty {
                    try await desk.assign(found.slug, name, StaffDuty(rawValue: duty), by: .here)
                }
                let staff = try await desk.profile(found.slug)?.staff ?? []
                try output.print(Self.listing(staff, now: records.doors.now()))
            }
        }
    }

    private static func listing(_ staff: [StaffMember], now: Int64) -> Listing {
        var listing = Listing(
            [.init("USER"), .init("FULL NAME", isElastic: true), .init("DUTY"), .init("SINCE")],
            empty: "Nobody has a duty there yet.")
        for member in staff {
            listing.add(
                [
                    Listing.Cell(member.person.name, .strong), Listing.Cell(member.person.displayName),
                    Listing.Cell(member.duty.word, exact: member.duty.rawValue),
                    Listing.Cell(Clock.moment(member.since, now: now), exact: Clock.iso(member.since)),
                ],
                .made([
                    ("name", .string(member.person.name)), ("display_name", .string(member.person.displayName)),
                    ("duty", .string(member.duty.rawValue)), ("since", .string(Clock.iso(member.since))),
                ]))
        }
        return listing
    }
}
