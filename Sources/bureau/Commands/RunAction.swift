import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation
import Logging

/// What every command that sets a run in motion does afterwards: leave it to the server, follow it, or, when no server
/// runs, do the work.
struct RunAction {
    let common: CommonOptions
    let output: OutputOptions
    var watches = false
    /// Whether to tell only what happens from now on.
    var skipsPast = true
    var isVerbose = false

    /// `act` returns the run that was set in motion.
    func carryOut(_ act: (Composition) async throws -> RunRecord) async throws {
        let settings = try common.settings()
        let code = try await Composition.with(settings) { try await follow(act($0), $0, settings) }
        if code != 0 { throw ExitCode(code) }
    }

    /// The same with a run that exists, noted in the audit log.
    func change(
        _ run: String, _ action: String, reason: String? = nil,
        _ act: (Composition, RunRecord) async throws -> RunRecord
    ) async throws {
        try await carryOut { composition in
            let before = try await composition.desk.find(run)
            let after = try await act(composition, before)
            try await composition.auditDesk.note(.here, action, run: before, after: after, reason: reason)
            return after
        }
    }

    private func follow(_ run: RunRecord, _ composition: Composition, _ settings: Settings) async throws -> Int32 {
        let isServed = ServerLock.isHeld(settings)
        if run.state.isFinal || (isServed && !watches) {
            return try await tell(run, composition, isServed: isServed)
        }
        let watcher = RunWatcher(
            composition: composition, isQuiet: output.isJSON, isVerbose: isVerbose, skipsPast: skipsPast)
        if !output.isJSON { watcher.announce(run) }
        let code = try await watcher.follow(run.id)
        if output.isJSON, code != ExitStatus.interrupted { try await document(run.id, composition) }
        return code
    }

    private func tell(_ run: RunRecord, _ composition: Composition, isServed: Bool) async throws -> Int32 {
        if output.isJSON {
            try await document(run.id, composition)
        } else if run.state.isFinal {
            RunWatcher(composition: composition).announce(run)
            try await FinalReport(composition: composition, id: run.id).print()
        } else {
            Terminal.say("Run \(run.id)  \(run.state.word.lowercased())")
            Terminal.note("The server does the work. Follow it: bureau runs watch \(ShortID.of(run.id))")
        }
        return run.state.isFinal && watches ? RunWatcher.exitCode(run) : 0
    }

    private func document(_ id: String, _ composition: Composition) async throws {
        let report = try await FinalReport(composition: composition, id: id).json()
        Terminal.say(try output.chosen(try .parse(Array(report.utf8))).pretty)
    }
}
