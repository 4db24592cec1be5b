/// Whether people judge an agent's results before they count, who may accept, and what an acceptance sets going.
package struct ReviewPolicy: Hashable, Sendable {
    /// What waits for the acceptance. The task itself always has the results: they are judged there.
    package enum Channel: String, Hashable, Sendable, CaseIterable {
        case slack
        case googleDrive = "google_drive"
        case folder
    }

    /// Users of the tool that keeps the task, by id. Empty lets everybody accept who can comment on the task.
    package let acceptors: [String]
    /// Rounds that are worked without a person's word beyond the comment that asks for them, the first included.
    package let roundsMax: Int
    /// Where the task goes when a round begins; nil leaves it.
    package let revisingPlace: String?
    /// Where the task goes when its results are accepted; nil leaves it.
    package let acceptedPlace: String?
    package let publishes: [Channel]
    package let answersDiscussion: Bool
    /// How long results may wait before people are reminded; nil never reminds.
    package let remindAfterHours: Int?

    package static let remindAfterHoursByDefault = 24
    package static let roundsByDefault = 3
    /// Not even a person on the command line gets more.
    package static let roundsLimit = 50
    /// Times the agent answers questions on one task; people answer after that.
    package static let answersLimit = 10

    package init(
        acceptors: [String] = [], roundsMax: Int = ReviewPolicy.roundsByDefault, revisingPlace: String? = nil,
        acceptedPlace: String? = nil, publishes: [Channel] = [], answersDiscussion: Bool = false,
        remindAfterHours: Int? = ReviewPolicy.remindAfterHoursByDefault
    ) {
        self.acceptors = acceptors
        self.roundsMax = roundsMax
        self.revisingPlace = revisingPlace
        self.acceptedPlace = acceptedPlace
        self.publishes = publishes
        self.answersDiscussion = answersDiscussion
        self.remindAfterHours = remindAfterHours
    }

    package func mayAccept(_ personID: String?) -> Bool {
        guard !acceptors.isEmpty else { return true }
        return personID.map(acceptors.contains) ?? false
    }
}
