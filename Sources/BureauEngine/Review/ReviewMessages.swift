import BureauDomain

/// What is said on the task about review: short, with what to do next.
enum ReviewMessages {
    static func invitation(_ policy: ReviewPolicy, agentName: String) -> WorkText {
        let publishing =
            policy.publishes.isEmpty
            ? "" : " Accepting publishes it to \(policy.publishes.map(\.label).joined(separator: ", "))."
        return .line("Reply here to say what should change, or that you accept it.\(publishing)")
    }

    static func stillWaits(_ run: RunRecord, _ time: String) -> WorkText {
        .line(
            "\(run.round == 1 ? "The results have" : "Round \(run.round) has") waited \(time) for your word. Reply \"accept\", or say what should change."
        )
    }

    static func begun(
        _ comments: [(author: String, text: String)], round: Int, agentName: String, minutesMax: Int
    ) -> WorkText {
        var text: WorkText = [.bold("Round \(round) has begun"), .newline]
        for comment in comments.prefix(5) {
            text += .line("\(comment.author) asked:")
            text += .quoting(comment.text, charactersMax: 300)
        }
        text += .line(
            "\(agentName) changes this and delivers round \(round) here, within \(minutesMax) minutes as a rule.")
        return text
    }

    /// Whole: it is kept short where it is taken.
    static func noted(_ text: String, by person: String) -> WorkText {
        [.bold("\(person) notes"), .newline]
            + .quoting(text, charactersMax: RunDesk.noteCharactersMax, linesMax: RunDesk.noteCharactersMax)
            + .line("Nothing else follows from this note: no round has begun.")
    }

    static func unclear(_ comment: FeedbackRecord) -> WorkText {
        [.bold("What should follow from this?"), .newline] + .quoting(comment.text, charactersMax: 300)
            + .line("I am not sure what it asks for, so nothing has changed. Reply \"accept\" or \"change: …\".")
    }

    static func scope(_ comment: FeedbackRecord, nextRound: Int) -> WorkText {
        [.bold("That looks like new work"), .newline] + .quoting(comment.text, charactersMax: 300)
            + .line(
                "It goes beyond what this task asked for, so it has not been begun. Reply \"yes, do it\" to have it done here as round \(nextRound), or \"no\" to leave it out. A task of its own is the other way."
            )
    }

    static func notAllowed(_ comment: FeedbackRecord, _ policy: ReviewPolicy) -> WorkText {
        .line(
            "\(comment.author), thank you. This result can be accepted by \(policy.acceptors.count == 1 ? "one person" : "\(policy.acceptors.count) people") only:"
        ) + WorkText(policy.acceptors.prefix(5).flatMap { [.mention(userID: $0), .text(" ")] } + [.newline])
    }

    static func tooEarly(_ comment: FeedbackRecord, round: Int) -> WorkText {
        .quoting(comment.text, charactersMax: 200)
            + .line(
                "That was written before round \(round) was here. Does it hold for round \(round) too? Reply \"accept\" or \"change: …\"."
            )
    }

    static func roundsUsed(_ policy: ReviewPolicy, runID: String) -> WorkText {
        .line(
            "\(policy.roundsMax) rounds have been worked, which is what was agreed for one task. Your request is kept. A person decides now: bureau runs revise \(runID), accept it, or start anew."
        )
    }

    static let answersUsed = WorkText.line(
        "\(ReviewPolicy.answersLimit) answers have been given on this task, which is as many as I give. Your question is kept for a person."
    )

    static func overruled(_ acceptance: FeedbackRecord, round: Int) -> WorkText {
        .line(
            "\(acceptance.author) accepted, and somebody asked for a change at the same time. The change is made first, as round \(round); please look again then."
        )
    }

    static func overruledByQuestion(_ acceptance: FeedbackRecord) -> WorkText {
        .line(
            "\(acceptance.author) accepted while another comment waits for an answer, so nothing was published. Answer it first, or reply \"accept\" again to accept without an answer."
        )
    }

    static func editedLate(_ comment: FeedbackRecord, round: Int) -> WorkText {
        .line(
            "\(comment.author) changed a comment after it was acted on. Round \(round) knows it as it was. If the new wording asks for more, please say so in a new comment."
        )
    }

    static func accepted(
        by person: String, round: Int, reached: [StepRecord.Channel], missed: [StepRecord.Channel], runID: String
    ) -> WorkText {
        var text: WorkText = [.bold("Accepted by \(person)"), .newline]
        if round > 1 { text += .line("Round \(round) is the one that counts.") }
        if !reached.isEmpty { text += .line("Published to \(reached.map(\.label).joined(separator: ", ")).") }
        if !missed.isEmpty {
            text += .line(
                "Not everything has arrived in \(missed.map(\.label).joined(separator: ", ")) yet; whoever runs this bureau is told."
            )
        }
        text += .line("This run is finished: comments from here on are not read.")
        return text + [.text("Run \(runID)"), .newline]
    }

    static func dismissed(_ sentence: String, runID: String) -> WorkText {
        [.bold("Dismissed"), .newline] + .line(sentence) + [.text("Run \(runID)"), .newline]
    }
}

extension ReviewPolicy.Channel {
    var label: String { channel.label }

    var channel: StepRecord.Channel {
        switch self {
        case .slack: .slack
        case .googleDrive: .googleDrive
        case .folder: .folder
        }
    }
}
