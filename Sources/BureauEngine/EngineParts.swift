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

/// Everything the engine's rooms share. Made once, in `Composition.swift`.
package struct EngineParts: Sendable {
    package let database: any Database
    package let doors: Doors
    package let catalog: AgentCatalog
    package internal(set) var connections: Connections
    package let blobs: BlobFolder
    package let prices: PriceTable
    package internal(set) var settings: EngineSettings
    package let counters: Counters
    package let logger: Logger
    package let transitions: RunTransitions
    /// Environment variables an agent's config may name: ids, not secrets.
    package internal(set) var variable: @Sendable (String) -> String?
    /// Further accounts, by the names that agents' and clients' configs use.
    package let credentialSets: [String: CredentialSet]

    package init(
        database: any Database, doors: Doors, catalog: AgentCatalog, connections: Connections, blobs: BlobFolder,
        prices: PriceTable, settings: EngineSettings, counters: Counters, logger: Logger,
        variable: @escaping @Sendable (String) -> String?, credentialSets: [String: CredentialSet] = [:]
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
        transitions = RunTransitions(doors: doors)
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
