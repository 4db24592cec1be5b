import BureauDomain
import BureauVendors
import Foundation

@testable import BureauEngine
@testable import BureauSandbox

/// Those who give work in Asana. Of what they do there three of ten events are lost on the way.
struct AsanaPeople {
    let world: World

    static let project = AsanaSeed.intake.gid
    static let registerEverySeconds: Int64 = 60

    func live(until end: Int64) async {
        await register(until: end)
        var number = 0
        while await isAwake(after: 3_600...18_000, end) {
            number += 1
            guard let task = make("Asana work \(number)") else { continue }
            guard await isAwake(after: 1...600, end) else { return }
            world.trace.line("people", "assign \(task)")
            _ = try? world.asana.change { workspace, now in
                try workspace.assign(task, to: AsanaSeed.jessie.gid, by: AsanaSeed.jake.gid, now: now)
            }
            world.journal.assigned.append((task, world.scheduler.now))
        }
    }

    /// As `bureau webhooks register asana` does, again and again until it has worked.
    private func register(until end: Int64) async {
        while world.mutation != .deaf, world.scheduler.now < end, !world.isOver {
            if let server = world.server {
                let desk = AsanaHookDesk(parts: server.parts, key: { SimulatedServer.sealingKey })
                let made = try? await desk.register(project: Self.project, base: "http://product.sim")
                if made != nil, !server.life.isDead { return world.trace.line("people", "register") }
            }
            try? await world.scheduler.sleep(.seconds(Self.registerEverySeconds))
        }
    }

    private func isAwake(after seconds: ClosedRange<Int>, _ end: Int64) async -> Bool {
        guard world.scheduler.now < end, !world.isOver else { return false }
        try? await world.scheduler.sleep(.seconds(world.chance.among(seconds)))
        return world.scheduler.now < end && !world.isOver
    }

    private func make(_ name: String) -> String? {
        var draft = AsanaWorkspace.Draft()
        (draft.name, draft.places) = (name, [(Self.project, AsanaSeed.intake.sections[0].gid)])
        return try? world.asana.change { [draft] workspace, now in
            try workspace.make(draft, by: AsanaSeed.jake.gid, now: now).gid
        }
    }
}

extension Promises {
    static let startMillisecondsMax: Int64 = 300_000

    /// Work that nobody but Asana told of has begun within five minutes, when nothing else stood in its way, and has
    /// one run and one result.
    func assigned(_ runs: [Run], _ sight: JSON) -> [String] {
        let byTask = Dictionary(grouping: runs.filter { $0.task != nil }, by: { $0.task ?? "" })
        return world.journal.assigned.flatMap { task, at -> [String] in
            let own = byTask[task] ?? []
            guard let run = own.first else { return ["the task \(task) was assigned in Asana and has no run"] }
            return Self.once(own.count, "runs for the task \(task)")
                + results(of: task, run, sight)
                + (isInTime(run, at, runs)
                    ? [] : ["the task \(task) waited \(((run.startedAt ?? .max) - at) / 1_000) s"])
        }
    }

    /// How many of the tasks had nothing in their way.
    func calmCount(_ runs: [Run]) -> Int { world.journal.assigned.count { isFree($0.at, runs) } }

    private func isInTime(_ run: Run, _ at: Int64, _ runs: [Run]) -> Bool {
        guard isFree(at, runs.filter { $0.id != run.id }) else { return true }
        return run.startedAt.map { $0 - at <= Self.startMillisecondsMax } ?? false
    }

    /// No trouble from the moment it was there, and a slot.
    private func isFree(_ at: Int64, _ runs: [Run]) -> Bool {
        let end = at + Self.startMillisecondsMax
        let busy = runs.count { ($0.startedAt ?? .max) < end && ($0.endedAt ?? .max) > at }
        return busy < SimulatedServer.runsInFlightMax && world.journal.isCalm(from: at, until: end)
    }

    private func results(of task: String, _ run: Run, _ sight: JSON) -> [String] {
        let seen = (sight["asana"]?["tasks"]?.array ?? []).first { $0["gid"]?.string == task }
        let comments = (seen?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
        let results = comments.filter { $0.contains(run.id) && !Self.isAboutTrouble($0) }
        let names = Dictionary(grouping: (seen?["attachments"]?.array ?? []).compactMap { $0["name"]?.string }) { $0 }
        return
            (run.state == .done && results.count != 1
            ? ["the task \(task) shows \(results.count) results of its run, not one"] : [])
            + Self.once(results.count, "results on the task \(task)")
            + names.filter { $0.value.count > 1 }.keys.sorted().map { "the task \(task) carries \($0) more than once" }
    }

    private static func once(_ count: Int, _ what: String) -> [String] {
        count <= 1 ? [] : ["there are \(count) \(what), not one"]
    }
}
