import BureauDomain
import BureauEngine

/// Writes that may or may not have happened: what is known of each, and the three things a person can say of it.
struct RunDoubts {
    let run: RunRecord
    /// Where the run's page has them.
    static let anchor = "doubts"
    static let placeCharactersMax = 2_000

    func blocks(_ doubts: [StepRecord], _ person: PersonRecord) -> [Block] {
        doubts.enumerated().map { index, step in
            var block = Block(
                id: index == 0 ? Self.anchor : nil, heading: "? Nobody can tell: \(step.what)", style: "waits warn",
                text: Outgoing.clean(step.error ?? "The answer was lost on the way."),
                facts: Facts([
                    Facts.Fact(name: "Where to look", value: step.channel.word),
                    Facts.Fact(name: "Tries", value: "\(step.attempts)"),
                    Facts.Fact(name: "Meanwhile", value: meanwhile(step)),
                    Facts.Fact(name: "Reference", value: step.id, isCode: true, isCopied: true),
                ]))
            if person.role >= .operator {
                block.forms = forms(step)
            } else {
                block.emptyText = "An operator can look there and say what became of it."
            }
            return block
        }
    }

    private func meanwhile(_ step: StepRecord) -> String {
        switch step.purpose {
        case .session:
            "The run waits. Bureau looks again every few minutes and goes on by itself if the vendor tells after all."
        case .delivery: "Everything else is delivered."
        case .notice: "The run goes on: this only tells people of it."
        }
    }

    private func forms(_ step: StepRecord) -> [Form] {
        func form(_ outcome: String, _ verb: String, _ legend: String, _ fields: [Field] = [], tone: String = "")
            -> Form
        {
            Form(
                action: "/runs/\(run.id)/resolve", verb: verb,
                fields: [
                    Field("step", "", .hidden, value: step.id), Field("outcome", "", .hidden, value: outcome),
                ] + fields, tone: tone, style: "form told", legend: legend)
        }
        // A session's other events have no place of their own.
        let place = Field(
            "at", step.channel == .anthropic ? "Its id" : "Where it is", hint: Self.hint(step),
            isRequired: step.needsPlace, id: "at-\(step.id)")
        let places = step.channel == .anthropic && !step.needsPlace ? [] : [place]
        var all = [form("happened", "It is there", "You have seen it there: the run goes on from it.", places)]
        if !step.isOfEarlierRound(than: run) { all.append(form("repeat", "Make it again", Self.repeated(step))) }
        all.append(form("give_up", "Leave it", givenUp(step), tone: "danger"))
        return all
    }

    private static func hint(_ step: StepRecord) -> String {
        switch (step.channel, step.needsPlace) {
        case (.anthropic, true): "It begins with sesn_, in the Anthropic console."
        case (.googleDrive, true): "The folder's address: files are put into it."
        default: "A link, if there is one. May stay empty."
        }
    }

    private static func repeated(_ step: StepRecord) -> String {
        step.channel == .anthropic && step.needsPlace
            ? "It is not there. A new session is opened, which costs money: with the other one, if that exists, twice."
            : "It is not there. It is written once more; if it is there all the same, it will be there twice."
    }

    private func givenUp(_ step: StepRecord) -> String {
        step.purpose == .session
            ? "Nobody will find out. The run ends here as failed; it can be run again."
            : "It is left as it is and counts as not delivered."
    }

    static func outcome(_ form: FormBody, _ step: StepRecord) throws -> Resolution {
        switch form["outcome"] {
        case "repeat": return .again
        case "give_up": return .giveUp
        case "happened":
            let place = String((form["at"] ?? "").prefix(placeCharactersMax))[...].trimmed
            guard !step.needsPlace || !place.isEmpty else {
                throw PageProblem.unprocessable(
                    "It is not said where it is.", fix: "\(hint(step)) Go back and fill it in.")
            }
            guard step.channel != .anthropic || !step.needsPlace || place.hasPrefix("sesn_") else {
                throw PageProblem.unprocessable("This is no session's id.", fix: hint(step))
            }
            return .happened(link: place.isEmpty ? nil : place)
        default: throw PageProblem.badRequest("The form does not say what became of it.")
        }
    }

    static func notice(_ outcome: Resolution) -> String {
        switch outcome {
        case .happened: "The run goes on from what is there."
        case .again: "It is made again."
        case .giveUp: "It is left as it is."
        }
    }

    /// For the inbox.
    static func card(_ words: RunWords) -> Block {
        Block(
            heading: "? In doubt: \(words.title)", style: "waits warn",
            text: "A write may or may not have happened. Look there, then say which: nothing is repeated before.",
            items: Items(items: [
                .init(
                    chip: words.chip, title: "See what it is and decide", address: "\(words.address)#\(anchor)",
                    meta: TimedText(words.doing))
            ]))
    }
}
