import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// The model that may say what comments mean. Nil in the settings leaves it to the rules.
package struct CommentModelSettings: Hashable, Sendable {
    package let model: String
    package let secondsMax: Int
    package static let secondsByDefault = 20

    package init(model: String, secondsMax: Int = Self.secondsByDefault) {
        self.model = model
        self.secondsMax = secondsMax
    }
}

/// What a comment was taken for, and by what.
struct JudgedComment: Sendable {
    let comment: WorkComment
    let verdict: FeedbackVerdict
    /// "rules-4", or the model with the version of its question.
    let classifier: String
}

/// Says what comments on one run mean: the rules, and a model where one is configured, has time and may cost something.
/// What it cannot use leaves the rules' word standing, with the reason beside it.
struct CommentJudge: Sendable {
    /// The run's own: its account answers, its limits hold.
    let parts: EngineParts
    let run: RunRecord
    let agent: LoadedAgent

    /// Questions of one run; after them the rules alone decide.
    static let readingsMax = 40
    /// Of one text: one that was lost is asked once more, if the comment is still to be judged.
    static let attemptsMax = 2
    /// A figure below this is never reserved: amounts are whole millionths.
    static let costMin = MicroUSD(rawValue: 1)

    private enum Outcome {
        case read(CommentReading, model: String)
        case not(because: String)
    }

    func judge(_ comment: WorkComment, openQuestion: OpenQuestion?) async throws -> JudgedComment {
        let rules = RuleClassifier().classify(comment.text, openQuestion: openQuestion)
        guard let settings = parts.settings.commentModel,
            CommentQuestion.isWorthAsking(comment.text, rules: rules)
        else { return JudgedComment(comment: comment, verdict: rules, classifier: RuleClassifier.name) }
        switch try await ask(comment, openQuestion, settings) {
        case .read(let reading, let model):
            return JudgedComment(
                comment: comment, verdict: reading.weighed(against: rules, model: model),
                classifier: "\(model) (\(CommentQuestion.version))")
        case .not(let why):
            let verdict = FeedbackVerdict(
                rules.kind, confidence: rules.confidence, reason: "\(rules.reason) (by the rules: \(why))",
                isAnswer: rules.isAnswer)
            return JudgedComment(comment: comment, verdict: verdict, classifier: RuleClassifier.name)
        }
    }

    private func ask(
        _ comment: WorkComment, _ openQuestion: OpenQuestion?, _ settings: CommentModelSettings
    ) async throws -> Outcome {
        guard let anthropic = parts.connections.anthropic else { return .not(because: "Anthropic is not connected") }
        let files = try await parts.database.read { [run] in try FileStore(db: $0).list(run.id).current.map(\.name) }
        let question = CommentQuestion(
            comment: Outgoing.masked(comment.text), openQuestion: openQuestion, agentName: agent.config.displayName,
            round: run.round,
            files: files)
        guard let costMax = cost(question, settings.model) else {
            return .not(because: "\(settings.model) has no price")
        }
        let id = parts.doors.makeID()
        switch try await reserve(id, comment, openQuestion, settings.model, costMax) {
        case .known(let reading): return .read(reading, model: settings.model)
        case .refused(let why): return .not(because: why)
        case .granted: break
        }
        let end = await answer(question, settings, anthropic, costMax)
        try await settle(id, end)
        if let reading = end.reading { return .read(reading, model: settings.model) }
        parts.logger.notice(
            "a comment was judged by the rules alone", metadata: ["run": "\(run.id)", "why": "\(end.why ?? "")"])
        return .not(because: end.why ?? "the model gave no answer")
    }

    // MARK: Money

    private enum Permit {
        case granted
        case known(CommentReading)
        case refused(String)
    }

    /// The most one question can cost; nil for a model without a price.
    private func cost(_ question: CommentQuestion, _ model: String) -> MicroUSD? {
        let usage = BureauDomain.SessionUsage(
            inputTokens: question.inputTokensMax, outputTokens: Int64(CommentQuestion.outputTokensMax))
        return SessionCost.compute(usage: usage, listCostMicroUSD: nil, model: model, prices: parts.prices).microUSD
            .map { max($0, Self.costMin) }
    }

    /// The money and the row that says what it is for, before anything is asked.
    private func reserve(
        _ id: String, _ comment: WorkComment, _ openQuestion: OpenQuestion?, _ model: String, _ costMax: MicroUSD
    ) async throws -> Permit {
        let (parts, agent, now) = (parts, agent, parts.doors.now())
        return try await parts.database.write { [runID = run.id] db in
            guard let run = try RunStore(db: db).find(runID), run.state == .inReview else {
                return .refused("the run went on meanwhile")
            }
            let (store, ledger) = (CommentReadingStore(db: db), SpendLedger(db: db))
            let earlier = try store.earlier(run, comment, openQuestion)
            let same = earlier.first { $0.model == model && $0.prompt == CommentQuestion.version }
            if let known = same?.reading { return .known(known) }
            try store.giveUp(run, now: now)
            guard earlier.count < Self.attemptsMax else {
                return .refused("it was asked \(earlier.count) times in vain")
            }
            guard try store.count(run: run.id) < Self.readingsMax else {
                return .refused("\(Self.readingsMax) comments of this run were given to the model")
            }
            guard let fresh = try RunStore(db: db).find(runID) else { return .refused("the run is gone") }
            let limit = fresh.costMax(agent.config, byDefault: parts.settings.defaultSessionCostMax)
            guard MicroUSD(rawValue: fresh.spentMicroUSD) + costMax <= limit else {
                return .refused("the run has cost \(MicroUSD(rawValue: fresh.spentMicroUSD)) of at most \(limit)")
            }
            if let short = try parts.budgets.shortage(costMax, fresh, day: SpendAccount.day(now), in: db) {
                return .refused("\(short.account.words) has \(short.left) left of \(short.budget.limit)")
            }
            try ledger.open(fresh, amount: costMax, now: now)
            try store.open(id, fresh, comment, openQuestion, model: model, costMax: costMax, now: now)
            return .granted
        }
    }

    private func settle(_ id: String, _ end: CommentReadingEnd) async throws {
        let (parts, now) = (parts, parts.doors.now())
        try await parts.database.write { [runID = run.id] db in
            let store = CommentReadingStore(db: db)
            guard try store.settle(id, end, now: now), let run = try RunStore(db: db).find(runID) else { return }
            let before = try SpendLedger(db: db).hold(runID)
            try store.charge(runID, end.cost, now: now)
            guard end.cost > .zero, let before else { return }
            let writer = NoticeWriter(db: db, doors: parts.doors)
            try BudgetWarning(db: db, budgets: parts.budgets).give(after: before, run, writer)
        }
    }

    // MARK: The call

    private func answer(
        _ question: CommentQuestion, _ settings: CommentModelSettings, _ anthropic: AnthropicClient, _ costMax: MicroUSD
    ) async -> CommentReadingEnd {
        let call = ModelQuestion(
            model: settings.model, system: CommentQuestion.system, data: question.data, tool: CommentQuestion.tool,
            toolDescription: CommentQuestion.toolDescription, schema: CommentQuestion.schema,
            outputTokensMax: CommentQuestion.outputTokensMax, timeoutSeconds: Double(settings.secondsMax))
        do throws(VendorError) {
            return end(try await anthropic.ask(call), costMax)
        } catch {
            parts.counters.add(.vendorErrors, ["vendor": error.vendor.rawValue])
            return CommentReadingEnd(
                state: error.mayHaveHappened ? .lost : .refused, cost: error.mayHaveHappened ? costMax : .zero,
                requestID: error.requestID, why: error.sentence)
        }
    }

    private func end(_ answer: ModelAnswer, _ costMax: MicroUSD) -> CommentReadingEnd {
        let reading = answer.input.flatMap(CommentReading.init)
        let why = reading == nil ? "its answer was none of the five (\(answer.stopReason))" : nil
        return CommentReadingEnd(
            state: reading == nil ? .unusable : .answered, cost: cost(of: answer, costMax), reading: reading,
            answer: answer, requestID: answer.requestID, why: why)
    }

    /// By its own figures; without them, or where the model that answered has no price, the most it may cost.
    private func cost(of answer: ModelAnswer, _ costMax: MicroUSD) -> MicroUSD {
        guard let input = answer.inputTokens, let output = answer.outputTokens, input >= 0, output >= 0 else {
            return costMax
        }
        let usage = BureauDomain.SessionUsage(
            inputTokens: input, outputTokens: output, cacheReadTokens: answer.cacheReadTokens,
            cacheWriteUnsplitTokens: answer.cacheWriteTokens)
        let cost = SessionCost.compute(
            usage: usage, listCostMicroUSD: nil, model: answer.model, prices: parts.prices)
        return cost.microUSD ?? costMax
    }
}
