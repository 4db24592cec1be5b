import ArgumentParser
import BureauEngine

struct UsersSlackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slack", abstract: "Say which Slack user somebody is, for messages of their own.",
        discussion: """
            bureau users slack ana U0123ABCD
            bureau users slack ana --clear
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The user.") var name: String
    @Argument(help: "The member id, from the profile's menu in Slack.") var member: String?
    @Flag(help: "Nobody in Slack.") var clear = false

    func validate() throws {
        guard (member == nil) == clear else { throw ValidationError("Name a member id, or say --clear.") }
    }

    func run() async throws {
        try await UserAction(common: common).carryOut { desk, _, actor, _ in
            let person = try await desk.setSlackID(try await desk.find(name).id, member, by: actor)
            try output.print(person.document) {
                Terminal.say(
                    person.slackID.map { "\(person.name) is \($0) in Slack" } ?? "\(person.name) is nobody in Slack")
            }
        }
    }
}
