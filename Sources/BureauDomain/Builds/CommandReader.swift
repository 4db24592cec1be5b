import Foundation

/// Reads the `executor` section. Left out, an agent works in a managed session.
struct CommandReader {
    enum Result {
        case none
        case wrong
        case command(CommandPolicy)
    }

    private static let keys = [
        "repository", "base_branch", "branch_prefix", "builder", "variables", "limits", "checks", "uncommitted",
        "merge", "network", "private_data",
    ]

    func executor(_ root: ConfigObject) -> Result {
        guard root.has("executor") else { return .none }
        guard let object = root.object("executor", keys: ["command"]),
            let command = object.object("command", keys: Self.keys)
        else { return .wrong }
        return policy(command).map(Result.command) ?? .wrong
    }

    private func policy(_ object: ConfigObject) -> CommandPolicy? {
        let repository = object.text("repository", .absolutePath)
        let base = object.text("base_branch", .branch)
        let prefix = object.text("branch_prefix", .branchPrefix, required: false)
        let builder = command(object, "builder")
        let variables = object.texts("variables", .builderVariable, required: false)
        let limits = limits(object)
        let checks = checks(object)
        let uncommitted =
            object.has("uncommitted") ? object.choice("uncommitted", CommandPolicy.Uncommitted.self) : .refuse
        let merge = object.has("merge") ? object.choice("merge", CommandPolicy.Merge.self) : .fastForward
        let network = object.flag("network")
        let isPrivate = object.flag("private_data")
        guard let repository, let base, let builder, let limits, let checks, let uncommitted, let merge else {
            return nil
        }
        return CommandPolicy(
            repository: repository, baseBranch: base, builder: builder,
            branchPrefix: prefix ?? CommandPolicy.branchPrefixByDefault,
            variables: (variables ?? []).map(Self.variable),
            limits: limits, checks: checks, uncommitted: uncommitted, merge: merge, hasNetwork: network ?? true,
            seesPrivateData: isPrivate ?? true)
    }

    /// Program and arguments. An argument may be empty or stand there twice; the program is a path or a name.
    private func command(_ object: ConfigObject, _ key: String) -> [String]? {
        guard let found = object.words(key, countMax: 100) else { return nil }
        guard let program = found.first, !program.isEmpty, !program.hasPrefix("-") else {
            object.problem(key, "expected a program and its arguments, such as [\"/usr/local/bin/build\", \"--fast\"]")
            return nil
        }
        return found
    }

    private static func variable(_ text: String) -> CommandPolicy.Variable {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return CommandPolicy.Variable(name: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : nil)
    }

    private func limits(_ object: ConfigObject) -> CommandPolicy.Limits? {
        var minutes: Decimal?
        var output: Int?
        var disk: Int?
        if object.has("limits") {
            guard let limits = object.object("limits", keys: ["minutes", "output_mb", "disk_mb"]) else { return nil }
            minutes = limits.number("minutes", .above(0, upTo: 1440), required: false)
            output = limits.whole("output_mb", 1...1_000, required: false)
            disk = limits.whole("disk_mb", 1...1_000_000, required: false)
        }
        return CommandPolicy.Limits(
            time: Self.duration(minutes ?? 30), outputBytesMax: Int64(output ?? 10) << 20,
            diskBytesMax: Int64(disk ?? 2_048) << 20)
    }

    private static func duration(_ minutes: Decimal) -> Duration {
        max(.seconds(1), AgentConfigReader.duration(seconds: minutes * 60))
    }

    private func checks(_ object: ConfigObject) -> [CommandPolicy.Check]? {
        guard let items = object.objects("checks", keys: ["name", "command", "minutes", "required"], countMax: 20)
        else {
            return nil
        }
        var checks: [CommandPolicy.Check] = []
        for item in items {
            let name = item.text("name", .slug)
            let command = command(item, "command")
            let minutes = item.number("minutes", .above(0, upTo: 1440), required: false)
            let isRequired = item.flag("required")
            guard let name, let command else { continue }
            if checks.contains(where: { $0.name == name }) {
                item.problem("name", "a check of this name stands before it")
            }
            checks.append(
                CommandPolicy.Check(
                    name: name, command: command, timeMax: Self.duration(minutes ?? 10), isRequired: isRequired ?? true)
            )
        }
        return checks
    }
}

extension TextRule {
    static let absolutePath = TextRule(
        expectation: "an absolute path on this machine, such as \"/srv/git/platform.git\"", lengthMax: 500
    ) { text in
        text.hasPrefix("/") && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            && !text.split(separator: "/").contains("..")
    }

    /// A part of what git allows in the name of a branch: nothing that a shell, a path or git could take for more.
    static let branch = TextRule(
        expectation: "the name of a branch, such as \"main\"", lengthMax: 100
    ) { isBranch($0) }

    static let branchPrefix = TextRule(
        expectation: "the beginning of branch names with a slash at its end, such as \"bureau/\"", lengthMax: 60
    ) { $0.hasSuffix("/") && isBranch(String($0.dropLast())) }

    private static func isBranch(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return !parts.isEmpty
            && parts.allSatisfy { part in
                part.utf8.first.map { $0.isLower || $0.isUpper || $0.isDigit } == true
                    && part.utf8.allSatisfy {
                        $0.isLower || $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    /// "CI=1" sets a variable, "LANG" copies it. What looks like a secret never reaches a builder.
    static let builderVariable = TextRule(
        expectation:
            "\"NAME=value\", or a NAME that is copied, in upper case; a builder is given no secret (TOKEN, SECRET, KEY, PASSWORD, CREDENTIAL), and BUREAU_ names are taken",
        lengthMax: 1_000
    ) { text in
        let name = text.prefix { $0 != "=" }
        guard TextRule.variable.allows(String(name)), !name.hasPrefix("BUREAU_"), name != "TASK_FILE" else {
            return false
        }
        return !secretWords.contains { name.contains($0) } && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    static let secretWords = ["TOKEN", "SECRET", "KEY", "PASSW", "CREDENTIAL", "PRIVATE"]
}
