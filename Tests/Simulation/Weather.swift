import BureauSandbox
import Foundation

/// What goes wrong, by chance: networks, vendors, webhooks, machines, clocks.
struct Weather {
    let world: World

    static let vendors = ["anthropic", "clickup", "slack", "google", "asana"]
    static let writes: [(String, String)] = [
        ("anthropic", "session.create"), ("anthropic", "events.send"), ("clickup", "comment.create"),
        ("clickup", "attachment.create"), ("clickup", "task.update"), ("slack", "chat.postMessage"),
        ("slack", "chat.update"), ("google", "*"), ("asana", "comment.create"), ("asana", "attachment.create"),
        ("asana", "webhook.create"),
    ]

    func blow(until end: Int64) async {
        while world.scheduler.now < end, !world.isOver {
            try? await world.scheduler.sleep(.seconds(world.chance.among(60...2_400)))
            guard world.scheduler.now < end, !world.isOver else { break }
            await gust(until: end)
        }
        clear()
    }

    private func gust(until end: Int64) async {
        switch world.chance.below(100) {
        case 0..<24: crash()
        case 24..<52: lostAnswers()
        case 52..<66: webhooks()
        case 66..<74: await storm()
        case 74..<80: await outage(until: end)
        case 80..<86: await pause()
        case 86..<92: await replay()
        case 92..<96: await clockJump()
        default: clear()
        }
    }

    /// The server dies at a step to come: around a commit, a request, an answer, a piece of a stream.
    private func crash() {
        let steps = world.chance.among(1...120)
        world.trace.line("weather", "crash in \(steps) steps")
        // Those that were lost before come back later, in a time of their own.
        world.journal.trouble(from: world.scheduler.now, until: world.scheduler.now + 120_000)
        world.server?.life.die(afterSteps: steps)
    }

    /// Single writes of one kind fail in every way, most of them carried out all the same. A slow one is carried out
    /// before its sender gives up, or soon after its death: what happens only after the look that follows can be seen
    /// by no look (ADR 0017).
    private func lostAnswers() {
        var (vendor, operation) = world.chance.pick(Self.writes)
        var action: FaultAction = world.chance.pick([
            .dropAfter, .dropAfter, .statusAfter(500), .half, .drop, .status(503), .html(502), .garbage,
            .delay(milliseconds: 8_000), .limited(seconds: 20),
        ])
        // What is broken on purpose meets the fault at which it shows, whatever the seed.
        switch world.mutation {
        case .hiddenSessions: (vendor, operation, action) = ("anthropic", "session.create", .dropAfter)
        case .hiddenPosts: (vendor, operation, action) = ("slack", "chat.postMessage", .dropAfter)
        default: break
        }
        let rule = FaultRule(vendor: vendor, operation: operation, times: world.chance.among(1...3), action)
        add(rule)
    }

    private func webhooks() {
        let action: FaultAction = world.chance.pick([
            .drop, .drop, .duplicate, .duplicate, .reorder, .delay(milliseconds: 30_000), .statusAfter(500), .suspend,
        ])
        let times = world.chance.among(1...6)
        add(FaultRule(vendor: "clickup", operation: "webhook.deliver", times: times, percent: 60, action))
    }

    /// Too many requests, for some minutes.
    private func storm() async {
        let vendor = world.chance.pick(Self.vendors)
        add(FaultRule(vendor: vendor, times: 30, percent: 70, .limited(seconds: world.chance.among(1...90))))
    }

    /// A vendor is down, for minutes or hours, but well again when the work ends: what it missed has to come in.
    private func outage(until end: Int64) async {
        let vendor = world.chance.pick(Self.vendors)
        let isLong = world.chance.isHit(percent: 20)
        add(FaultRule(vendor: vendor, times: 1_000_000, world.chance.isHit(percent: 50) ? .drop : .status(503)))
        let seconds = Int64(world.chance.among(isLong ? 3_600...10_800 : 60...900))
        try? await world.scheduler.sleep(.milliseconds(min(seconds * 1_000, max(0, end - world.scheduler.now))))
        clear()
    }

    /// The whole process stands still, as under a stopped container, past the end of its leases.
    private func pause() async {
        guard let server = world.server else { return }
        world.journal.count("pause")
        let seconds = world.chance.among(2...60)
        world.journal.trouble(from: world.scheduler.now, until: world.scheduler.now + 360_000)
        world.trace.line("weather", "pause \(seconds) s", server.life.owner)
        server.life.pause(milliseconds: Int64(seconds) * 1_000)
        // Half of the time another process is there, and takes its runs.
        guard world.chance.isHit(percent: 50) else { return }
        await world.runBeside(milliseconds: Int64(world.chance.among(30...240)) * 1_000)
    }

    /// Somebody sends an old webhook again, byte for byte.
    private func replay() async {
        guard let server = world.server, !world.journal.letters.isEmpty else { return }
        world.journal.count("replay")
        _ = await world.hand(world.chance.pick(world.journal.letters), to: server)
    }

    /// The machine's clock is wrong for some minutes.
    private func clockJump() async {
        guard let server = world.server else { return }
        world.journal.count("clock jump")
        let hours = world.chance.pick([-24, -1, 1, 24])
        world.trace.line("weather", "clock jumps \(hours) h", server.life.owner)
        // Where the clock is wrong, "five minutes" means nothing; a run's own times neither.
        world.journal.trouble(from: world.scheduler.now - 600_000, until: world.scheduler.now + 900_000)
        server.life.clockOffset = Int64(hours) * 3_600_000
        try? await world.scheduler.sleep(.seconds(world.chance.among(5...300)))
        server.life.clockOffset = 0
    }

    private func add(_ rule: FaultRule) {
        world.trace.line("weather", "\(rule.vendor) \(rule.operation)", rule.action.text)
        if ["asana", "anthropic"].contains(rule.vendor), ["*", "session.create"].contains(rule.operation) {
            world.journal.trouble(from: world.scheduler.now)
        }
        try? world.sandbox.faults.add(rule)
    }

    private func clear() {
        for entry in world.sandbox.faults.entries where entry.struck > 0 {
            world.journal.count(String(entry.rule.action.text.prefix { $0 != ":" }), by: entry.struck)
        }
        world.sandbox.faults.clear()
        // What a vendor refused is tried again some minutes later.
        world.journal.troublesOver(at: world.scheduler.now + 600_000)
    }
}
