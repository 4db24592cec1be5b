import ArgumentParser
import BureauDomain

/// Notices a command that does not exist, before anything is parsed, and names the nearest that does.
struct CommandSpelling {
    let root: any ParsableCommand.Type
    init(_ root: any ParsableCommand.Type) { self.root = root }

    /// Nil when the words that name the command are all known.
    func complaint(about arguments: [String]) -> String? {
        var command = root
        var path = root.configuration.commandName ?? "bureau"
        for argument in arguments {
            let children = command.configuration.subcommands
            // Past the commands, or at an option: the parser knows more.
            guard !children.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
            let names = children.compactMap { $0.configuration.commandName }
            guard let child = children.first(where: { $0.configuration.commandName == argument }) else {
                let near = NearestKey.nearest(to: argument, in: names)
                let hint =
                    near.map { "did you mean: \(path) \($0)" }
                    ?? "\(path) --help lists them: \(names.joined(separator: ", "))"
                return "bureau: there is no command \"\(path) \(PlainLine.of(argument))\"\n  fix: \(hint)"
            }
            command = child
            path += " \(argument)"
        }
        return nil
    }
}
