import BureauDomain
import Foundation
import Hummingbird
import Logging
import ProductHarness
import Synchronization

@testable import BureauEngine
@testable import BureauSandbox

/// One simulated agency for some days: stand-ins, people, weather, and servers that come and go on one disk.
final class World: @unchecked Sendable {  // The simulation has one thread.
    let scheduler: Scheduler
    let trace: Trace
    let mutation: Mutation?
    let folder: URL
    let disk: SimulatedDisk
    let sandbox: Sandbox
    let responder: any HTTPResponder<SandboxContext>
    let clickUp: ClickUpStandIn
    let anthropic: AnthropicStandIn
    let asana: AsanaStandIn
    let account: DemoServiceAccount.Made
    let prices: PriceTable
    let serverChance: ChanceBox
    var chance: Chance
    var journal = Journal()
    private(set) var server: SimulatedServer?
    private var serversEver = 0

    struct Options {
        var seed: UInt64
        var hours: Int
        var mutation: Mutation?
        var account: DemoServiceAccount.Made
        var folder: URL
    }

    init(_ options: Options, scheduler: Scheduler, trace: Trace) throws {
        (self.scheduler, self.trace, mutation) = (scheduler, trace, options.mutation)
        folder = options.folder
        for name in ["agents", "owners", "logs", "deliveries", "blobs"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        for name in Agents.all {
            try Data(Agents.config(name).utf8).write(to: folder.appending(path: "agents/\(name).json"))
        }
        account = options.account
        guard let shipped = PriceTable.shipped else { throw NeverHappened("the shipped prices are read") }
        prices = shipped
        chance = Chance(seed: options.seed)
        let machine = UInt64(bitPattern: Int64(getpid())) &* 0x9E37_79B9_7F4A_7C15
        serverChance = ChanceBox(seed: options.mutation == .unseeded ? machine : options.seed ^ 0x5EED)
        disk = try SimulatedDisk()
        var sandboxOptions = SandboxOptions()
        sandboxOptions.seed = options.seed
        sandboxOptions.isInProcess = true
        sandboxOptions.productURL = "http://product.sim"
        sandboxOptions.publicBaseURL = "http://sandbox.sim"
        sandboxOptions.eventsPerSecond = 1
        sandboxOptions.acceptedKeys.googlePublicKeyPEM = options.account.publicKey
        sandboxOptions.acceptedKeys.googleClientEmail = DemoServiceAccount.clientEmail
        sandboxOptions.sleep = { try await scheduler.sleep($0) }
        let post = Mutex<Outbound.Post>({ _, _, _, _ in nil })
        sandboxOptions.post = { url, headers, body, seconds in
            await post.withLock { $0 }(url, headers, body, seconds)
        }
        sandbox = Sandbox(sandboxOptions)
        responder = sandbox.makeRouter().buildResponder()
        guard let clickUp = sandbox.standIns.lazy.compactMap({ $0 as? ClickUpStandIn }).first,
            let anthropic = sandbox.standIns.lazy.compactMap({ $0 as? AnthropicStandIn }).first,
            let asana = sandbox.standIns.lazy.compactMap({ $0 as? AsanaStandIn }).first
        else { throw NeverHappened("the sandbox has its stand-ins") }
        (self.clickUp, self.anthropic, self.asana) = (clickUp, anthropic, asana)
        try addRegularClients()
        post.withLock { $0 = { [weak self] url, headers, body, _ in await self?.deliver(url, headers, body) } }
    }

    private func addRegularClients() throws {
        let now = scheduler.now
        for slug in Agents.regularClients {
            let text = #"{"slug": "\#(slug)", "name": "\#(slug)", "max_concurrent_runs": 1}"#
            guard let client = ClientRecord.load(Array(text.utf8), fileName: slug).client else {
                throw NeverHappened("the regular client is read")
            }
            try disk.write { try ClientStore(db: $0).save(client, now: now) }
        }
        // Short work: what a run starts is there for what lies between runs.
        anthropic.add(ScenarioPlan(scenario: .rescheduled, agentID: "agent_test", left: .max, members: [:]))
    }

    /// Lives through its hours, then waits until everything has come to rest. Returns what is not as promised.
    func live(hours: Int) async throws -> [String] {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [frame = sandbox.frame] in try? await frame.background.run() }
            let end = scheduler.now + Int64(hours) * 3_600_000
            group.addTask { [self] in await keepServersRunning() }
            group.addTask { [self] in await People(world: self).live(until: end) }
            group.addTask { [self] in await Weather(world: self).blow(until: end) }
            group.addTask { [self] in await People(world: self).decide() }
            group.addTask { [self] in await People(world: self).type(until: end) }
            group.addTask { [self] in await AsanaPeople(world: self).live(until: end) }
            try? await scheduler.sleep(.milliseconds(end - scheduler.now))
            await rest()
            journal.restAt = scheduler.now
            isOver = true
            server?.life.die()
            for server in beside { server.die() }
            group.cancelAll()
        }
        return try await Promises(world: self).complaints()
    }

    private(set) var isOver = false
    /// The longest that anything may take to come to rest: a notice is tried for a day, a question stands for 8 hours.
    static let restHoursMax = 40

    /// The longest that trouble may keep every sweep from getting through.
    static let unseenHoursMax: Int64 = 4

    private func rest() async {
        let from = scheduler.now
        for _ in 0..<(Self.restHoursMax * 3) {
            try? await scheduler.sleep(.seconds(1_200))
            let promises = Promises(world: self)
            // A card of the last minutes, whose webhook was lost, is found by the first sweep that gets through.
            let isSeen = scheduler.now - from >= Self.unseenHoursMax * 3_600_000 || (try? promises.isAllSeen()) ?? false
            let isAtRest = (try? promises.isAtRest()) ?? false
            if isAtRest, isSeen, journal.work.allSatisfy({ $0.isLeftStanding && $0.isComplete }) { return }
        }
    }

    // MARK: Servers

    /// One server after the other; a dead one is replaced within seconds, as by systemd.
    private func keepServersRunning() async {
        while !isOver {
            do {
                try await runServer()
            } catch {
                trace.line("world", "a server could not start", "\(error)")
            }
            guard !isOver else { return }
            try? await scheduler.sleep(.seconds(chance.among(1...20)))
        }
    }

    private func runServer() async throws {
        serversEver += 1
        let server = try await SimulatedServer(self, number: serversEver)
        trace.line("world", "start", server.life.owner)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            let death = Reply<Void>()
            server.life.onDeath = { death.settle(.success(())) }
            self.server = server
            // Another one took its place on the disk while this one stood still: see `Weather`.
            try? await death.value
            self.server = nil
            self.trace.line("world", "dead", "\(server.life.owner) after \(server.life.steps) steps")
            self.journal.count("crash")
            // The kernel lets go of a dead process's lock.
            try? FileManager.default.removeItem(
                at: self.folder.appending(path: "owners/\(server.life.owner).lock"))
            group.cancelAll()
        }
    }

    private var beside: [ServerLife] = []

    /// A second process on the same disk, for some minutes: it takes what the first one lost, while that one may come
    /// back any time.
    func runBeside(milliseconds: Int64) async {
        serversEver += 1
        guard let second = try? await SimulatedServer(self, number: serversEver) else { return }
        let life = second.life
        trace.line("world", "start beside", life.owner)
        journal.count("second server")
        beside.append(life)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await second.run() }
            group.addTask { [scheduler] in
                try? await scheduler.sleep(.milliseconds(milliseconds))
                life.die()
            }
            let death = Reply<Void>()
            life.onDeath = { death.settle(.success(())) }
            try? await death.value
            trace.line("world", "dead", life.owner)
            try? FileManager.default.removeItem(at: folder.appending(path: "owners/\(life.owner).lock"))
            group.cancelAll()
        }
        beside.removeAll { $0 === life }
    }

    // MARK: Webhooks

    /// What the stand-ins send to the product. No answer while no server lives.
    private func deliver(_ url: String, _ headers: [(String, String)], _ body: [UInt8]) async -> Outbound.Answer? {
        guard mutation != .deaf else { return nil }
        if let path = url.components(separatedBy: "/hooks/asana/").dropFirst().first {
            return await deliver(toAsanaHook: path, headers, body)
        }
        if mutation == .lostSignals, chance.isHit(percent: 30) {
            journal.acceptedSignals += 1
            return Outbound.Answer(status: 200, body: "{}")
        }
        guard let agent = url.components(separatedBy: "/webhook/").last, let server else { return nil }
        let letter = Letter(agent: agent, signature: headers.first { $0.0 == "X-Signature" }?.1, body: body)
        journal.keep(letter)
        return await hand(letter, to: server)
    }

    /// Three of ten deliveries of events are lost for good; handshakes go by themselves.
    private func deliver(toAsanaHook path: String, _ headers: [(String, String)], _ body: [UInt8]) async
        -> Outbound.Answer?
    {
        let secret = headers.first { $0.0 == "X-Hook-Secret" }?.1
        if secret == nil, chance.isHit(percent: 30) {
            journal.count("asana delivery lost")
            return Outbound.Answer(status: 200, body: "")
        }
        guard let server else { return nil }
        let answer = await server.asanaIntake.accept(
            AsanaIntake.Request(
                path: path, secret: secret, signature: headers.first { $0.0 == "X-Hook-Signature" }?.1,
                body: Data(body), remoteAddress: "sandbox"))
        guard !server.life.isDead else { return nil }
        trace.line("asana", secret == nil ? "webhook" : "handshake", "\(answer)")
        switch answer {
        case .ok: return Outbound.Answer(status: 200, body: "")
        case .shake: return Outbound.Answer(status: 200, body: "", headers: ["x-hook-secret": secret ?? ""])
        case .refused(let status, _): return Outbound.Answer(status: status, body: "")
        }
    }

    func hand(_ letter: Letter, to server: SimulatedServer) async -> Outbound.Answer? {
        let answer = await server.intake.accept(
            WebhookIntake.Request(
                agent: letter.agent, signature: letter.signature, body: Data(letter.body), remoteAddress: "sandbox"))
        guard !server.life.isDead else { return nil }
        trace.line("clickup", "webhook \(letter.agent)", "\(answer.status)")
        if answer.status == 200 { journal.acceptedSignals += 1 }
        return Outbound.Answer(status: answer.status, body: "")
    }
}

/// One webhook as it went over the wire.
struct Letter: Sendable {
    let agent: String
    let signature: String?
    let body: [UInt8]
}

/// What the people of the simulation did and saw, by their own memory.
struct Journal {
    struct Work {
        let task: String, client: String, agent: String
        /// How often somebody set the status that starts the agent.
        var wishes = 0
        /// Whether it was left standing there.
        var isLeftStanding = false
        var isComplete = true
        var isStopped = false
    }
    var work: [Work] = []
    /// Tasks in Asana, with the moment at which each was there for the agent.
    var assigned: [(task: String, at: Int64)] = []
    /// When something kept work from beginning: since when, and until when if it is over.
    private(set) var troubles: [(from: Int64, until: Int64?)] = []
    /// Approval id to what was decided first.
    var decisions: [String: Bool] = [:]
    /// Commands typed in Slack: by their trigger, whether they were taken.
    var typed: [String: Bool] = [:]
    var acceptedSignals = 0
    var faults: [String: Int] = [:]
    private(set) var letters: [Letter] = []
    static let lettersMax = 200
    /// What was seen to be wrong on the way.
    var complaints: [String] = []
    var restAt: Int64 = 0

    mutating func trouble(from: Int64, until: Int64? = nil) { troubles.append((from, until)) }

    mutating func troublesOver(at now: Int64) {
        for index in troubles.indices where troubles[index].until == nil { troubles[index].until = now }
    }

    func isCalm(from: Int64, until: Int64) -> Bool {
        !troubles.contains { $0.from < until && $0.until ?? .max > from }
    }

    mutating func count(_ fault: String, by count: Int = 1) { faults[fault, default: 0] += count }

    mutating func keep(_ letter: Letter) {
        if letters.count >= Self.lettersMax { letters.removeFirst() }
        letters.append(letter)
    }
}
