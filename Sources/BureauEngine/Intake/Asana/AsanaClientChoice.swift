import BureauDomain
import BureauStorage

/// Which client a task is for: as its field says, else as its projects say, the agent's own before those that are read
/// for records only. Never guessed: a name nobody knows, and projects of several clients, are asked about; a client that
/// the agent's file names and nobody has made is told of.
struct AsanaClientChoice {
    enum Choice: Sendable {
        /// The task names nobody.
        case none
        case known(ClientRecord)
        /// What is asked.
        case unsure(String)
        /// The agent's file names a client there is no record of.
        case unrecorded(String)
    }

    static let namesMax = 5
    let db: any Connection

    /// `answer` is what people said when they were asked.
    func choose(
        _ trigger: AsanaTrigger, _ board: BoardPolicy, _ task: WorkTask, answer: String? = nil
    ) throws -> Choice {
        let store = ClientStore(db: db)
        let why: String
        if let field = trigger.clientField, let said = task.text(of: field) {
            if let found = try store.named(said) { return .known(found) }
            why = "The field \"\(field)\" says \"\(said.prefix(80))\", and no client is called that.\(try near(said))"
        } else {
            let own = trigger.clients(of: task.sight)
            let slugs = own.isEmpty ? board.subscription?.clients(in: Set(task.sight.sections.keys)) ?? [] : own
            guard slugs.count > 1 else {
                guard let slug = slugs.first else { return .none }
                return try store.find(slug).map { .known($0) } ?? .unrecorded(slug)
            }
            let names = try slugs.prefix(Self.namesMax).map { try store.find($0)?.name ?? $0 }
            why = "The task is in projects of several clients: \(names.joined(separator: ", "))."
        }
        guard let answer else { return .unsure("\(why) Say which client it is for.") }
        if let found = try store.named(answer) { return .known(found) }
        return .unsure(
            "\(why) \"\(answer.prefix(80))\" is no client either.\(try near(answer)) Say which client it is for.")
    }

    /// Names that are alike, or have a word that is like one that was said.
    private func near(_ said: String) throws -> String {
        let names = try ClientStore(db: db).list().map(\.name)
        let words = Self.words(said)
        var alike = names.filter { name in
            let own = Self.words(name)
            return words.contains { NearestKey.nearest(to: $0, in: own) != nil }
        }
        if let close = NearestKey.nearest(to: said, in: names), !alike.contains(close) { alike.insert(close, at: 0) }
        guard !alike.isEmpty else { return "" }
        return " Perhaps: \(alike.prefix(Self.namesMax).joined(separator: ", "))."
    }

    private static func words(_ name: String) -> [String] {
        name.lowercased().split { !$0.isLetter && !$0.isNumber }.filter { $0.count >= 4 }.map(String.init)
    }
}
