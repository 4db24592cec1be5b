import Synchronization

/// The notices one process has in hand: a line for each channel, with as many places as all its accounts together may
/// take, so that no Slack that makes us wait stands before another Slack, nor before a task tool.
///
/// A place is a run's, however many notices it has: an account whose runs have many takes no more of the line.
final class NoticeLines: Sendable {
    /// One run's notices of one channel go out one after the other.
    struct Chain: Hashable, Sendable {
        let run: String
        let channel: StepRecord.Channel
    }
    struct Account: Hashable, Sendable {
        let name: String
        let channel: StepRecord.Channel
    }
    private struct State {
        var waiting: [Chain: [StepRecord]] = [:]
        /// Every step in hand: one that is claimed again while it is being sent is not sent twice.
        var inHand: Set<String> = []
        var chains: [Account: Set<Chain>] = [:]
    }

    static let channels: [StepRecord.Channel] = [.slack, .clickUp, .asana]
    static let chainsPerAccountMax = 20
    /// Of one channel.
    let chainsMax: Int
    private let state = Mutex(State())

    init(accounts: Int) { chainsMax = Self.chainsPerAccountMax * accounts }

    /// How many more chains of each channel may be begun.
    var room: [StepRecord.Channel: Int] {
        state.withLock { state in
            Dictionary(
                uniqueKeysWithValues: Self.channels.map { channel in
                    (channel, chainsMax - state.waiting.keys.count { $0.channel == channel })
                })
        }
    }

    /// Takes them in hand; returns the chains that nobody sends yet.
    func add(_ steps: [StepRecord]) -> [Chain] {
        state.withLock { state in
            var new: [Chain] = []
            for step in steps where state.inHand.insert(step.id).inserted {
                // What belongs to no run has no order.
                let chain = Chain(run: step.runID ?? step.id, channel: step.channel)
                if state.waiting[chain] == nil { new.append(chain) }
                state.waiting[chain, default: []].append(step)
            }
            return new
        }
    }

    /// The chain's first step, which stays in it until it is settled; nil when the chain is over.
    func next(_ chain: Chain) -> StepRecord? {
        state.withLock { state in
            if let step = state.waiting[chain]?.first { return step }
            state.waiting[chain] = nil
            for account in state.chains.keys { state.chains[account]?.remove(chain) }
            return nil
        }
    }

    /// Nil when the account has as many chains on their way as it may.
    func enter(_ chain: Chain, _ name: String) -> Account? {
        state.withLock { state in
            let account = Account(name: name, channel: chain.channel)
            guard state.chains[account, default: []].count < Self.chainsPerAccountMax else { return nil }
            state.chains[account, default: []].insert(chain)
            return account
        }
    }

    func settle(_ chain: Chain, _ step: StepRecord) {
        state.withLock { state in
            state.waiting[chain]?.removeAll { $0.id == step.id }
            state.inHand.remove(step.id)
        }
    }
}
