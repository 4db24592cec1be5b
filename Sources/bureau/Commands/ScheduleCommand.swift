import ArgumentParser
import BureauDomain
import BureauEngine
import Logging

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Look at schedules, pause them, try them out.",
        discussion: "Schedules stand in an agent's config, under triggers.cron.",
        subcommands: [
            ScheduleListCommand.self, SchedulePreviewCommand.self, ScheduleRunCommand.self, SchedulePauseCommand.self,
            ScheduleResumeCommand.self,
        ])
}

/// What every command about an agent's schedules takes.
struct ScheduleChoice: ParsableArguments {
    @Argument(help: "The agent's name.") var agent: String
    @Option(help: "One schedule of it; see bureau schedule list.") var schedule: String?
    @Flag(help: "Print one JSON document.") var json = false
}

struct ScheduleListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every schedule: when, for whom, the last time and the next.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "Only this agent's.") var agent: String?
    @Flag(help: "Print one JSON document.") var json = false

    func run() async throws {
        try await ScheduleSession.open(common) { desk, _ in
            let records = try await desk.list(agent: agent)
            if json { return Terminal.say(ScheduleView.json(records)) }
            if records.isEmpty { return Terminal.note("No agent has a schedule; see docs/guides/schedules.md") }
            for record in records { Terminal.say(ScheduleView(record).line) }
        }
    }
}

struct SchedulePreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "The next five times, in the schedule's zone and in UTC.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        try await ScheduleSession.open(common) { desk, _ in
            let previews = try await desk.preview(agent: choice.agent, name: choice.schedule)
            if choice.json { return Terminal.say(ScheduleView.json(previews)) }
            for preview in previews {
                let clients = preview.clients.isEmpty ? "no client is ready" : preview.clients.joined(separator: ", ")
                Terminal.say(
                    "\(preview.schedule.name)  \(preview.schedule.rule.text)  \(preview.zone.name)  \(clients)")
                for time in preview.times {
                    Terminal.say("  \(Clock.wall(time, preview.zone))   \(Clock.wall(time, .utc))")
                }
            }
        }
    }
}

struct ScheduleRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start a schedule's runs now, whatever the time.",
        discussion: "The next time stays as it is.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        let settings = try common.settings()
        try await ScheduleSession.open(common) { desk, audit in
            let runs = try await desk.run(agent: choice.agent, name: choice.schedule, by: Person.name)
            for run in runs { try await audit.note(started: run, by: .here, "schedule run by hand") }
            if choice.json { return Terminal.say(BureauDomain.JSONValue.array(runs.map { RunView($0).object }).pretty) }
            for run in runs { Terminal.say("\(run.id)  \(run.agent)  \(RunView(run).client)") }
            guard !ServerLock.isHeld(settings) else { return }
            Terminal.note(
                "No server is running on this data folder; the runs wait for one. Follow one here: bureau runs watch RUN"
            )
        }
    }
}

struct SchedulePauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Start nothing by schedule until it is resumed. Runs under way go on.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        try await ScheduleSession.open(common) { desk, audit in
            let paused = try await desk.pause(agent: choice.agent, name: choice.schedule, by: Person.name)
            for one in paused {
                try await audit.note(.here, "schedule paused", "schedule \(one.agent)/\(one.schedule.name)")
            }
            ScheduleView.say(paused, asJSON: choice.json)
        }
    }
}

struct ScheduleResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on after a pause. What was due meanwhile is not made up for.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var choice: ScheduleChoice

    func run() async throws {
        try await ScheduleSession.open(common) { desk, audit in
            let resumed = try await desk.resume(agent: choice.agent, name: choice.schedule)
            for one in resumed {
                try await audit.note(.here, "schedule resumed", "schedule \(one.agent)/\(one.schedule.name)")
            }
            ScheduleView.say(resumed, asJSON: choice.json)
        }
    }
}

/// Opens the data folder for the length of one command.
enum ScheduleSession {
    static func open(_ common: CommonOptions, _ body: (ScheduleDesk, AuditDesk) async throws -> Void) async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let composition = try await Composition(settings, logger: .forCommand(settings.logLevel))
            do { try await body(composition.scheduleDesk, composition.auditDesk) } catch {
                await composition.close()
                throw error
            }
            await composition.close()
        }
    }
}
