package import BureauDomain
package import BureauStorage
package import BureauVendors
import Foundation
package import Logging

/// The vendors this server is connected to. One that is not configured is nil, and what needs it says so.
package struct Connections: Sendable {
    package var anthropic: AnthropicClient?
    package var clickUp: ClickUpClient?
    package var asana: AsanaClient?
    package var slack: SlackClient?
    package var drive: GoogleDriveClient?
    /// What stands before each client, for its figures.
    package var governors: [RateGovernor] = []

    /// Requests to this vendor wait for their turn.
    func isCrowded(_ vendor: Vendor) -> Bool {
        governors.contains { $0.vendor == vendor && $0.figures.waiting > 0 }
    }

    package init(
        anthropic: AnthropicClient? = nil, clickUp: ClickUpClient? = nil, asana: AsanaClient? = nil,
        slack: SlackClient? = nil, drive: GoogleDriveClient? = nil
    ) {
        self.anthropic = anthropic
        self.clickUp = clickUp
        self.asana = asana
        self.slack = slack
        self.drive = drive
    }
}

/// Everything the engine's rooms share. Made once, in `Composition.swift`, and again for each other account.
///
/// A reference, since every call hands it on: an asynchronous call keeps what it was handed, and a thousand runs in flight
/// would keep some thousand copies of all of it.
package final class EngineParts: Sendable {
    package let database: any Database
    package let doors: Doors
    package let catalog: AgentCatalog
    package let connections: Connections
    package let blobs: BlobFolder
    package let prices: PriceTable
    package let settings: EngineSettings
    package let counters: Counters
    package let logger: Logger
    package let transitions: RunTransitions
    package let pulse: Pulse
    /// Environment variables an agent's config may name: ids, not secrets.
    package let variable: @Sendable (String) -> String?
    /// Further accounts, by the names that agents' and clients' configs use.
    package let credentialSets: [String: CredentialSet]

    package init(
        database: any Database, doors: Doors, catalog: AgentCatalog, connections: Connections, blobs: BlobFolder,
        prices: PriceTable, settings: EngineSettings, counters: Counters, logger: Logger,
        variable: @escaping @Sendable (String) -> String?, credentialSets: [String: CredentialSet] = [:],
        pulse: Pulse = Pulse()
    ) {
        self.database = database
        self.doors = doors
        self.catalog = catalog
        self.connections = connections
        self.blobs = blobs
        self.prices = prices
        self.settings = settings
        self.counters = counters
        self.logger = logger
        self.variable = variable
        self.credentialSets = credentialSets
        self.pulse = pulse
        transitions = RunTransitions(doors: doors)
    }

    /// The same with something else in place of what is named.
    func with(
        connections: Connections? = nil, settings: EngineSettings? = nil,
        variable: (@Sendable (String) -> String?)? = nil
    ) -> EngineParts {
        EngineParts(
            database: database, doors: doors, catalog: catalog, connections: connections ?? self.connections,
            blobs: blobs, prices: prices, settings: settings ?? self.settings, counters: counters, logger: logger,
            variable: variable ?? self.variable, credentialSets: credentialSets, pulse: pulse)
    }

    /// What a worker writes for its run. Throws `RunMoved`, and nothing is written, when the lease is gone.
    @discardableResult
    func write<Value: Sendable>(
        _ lease: Lease, _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await database.write { db in
            try RunStore(db: db).check(lease)
            return try body(db)
        }
    }

    /// Moves a run in a transaction of its own; `beside` is written in it too.
    @discardableResult
    func move(
        _ runID: String, _ event: RunMachine.Event, _ lease: Lease?,
        beside: @escaping @Sendable (any Connection) throws -> Void = { _ in }
    ) async throws -> RunRecord {
        let transitions = transitions
        let moved = try await database.write { db in
            let moved = try transitions.apply(event, to: runID, lease: lease, in: db)
            try beside(db)
            return moved
        }
        if moved.state.isFinal { counters.add(.runsEnded, ["state": moved.state.rawValue]) }
        logger.info(
            "run moved", metadata: ["run": "\(runID)", "state": "\(moved.state.rawValue)", "event": "\(event.name)"])
        return moved
    }
}
