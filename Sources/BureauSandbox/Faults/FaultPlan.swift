import Synchronization

/// The faults that are still to happen. Each rule counts the calls it matched and how often it struck.
package final class FaultPlan: Sendable {
    /// At most this many rules at a time.
    static let rulesMax = 1_000

    package struct Entry: Sendable {
        package let rule: FaultRule
        package var passed = 0, struck = 0
        var isSpent: Bool { struck >= rule.times }
    }
    private struct State {
        var entries: [Entry] = []
        var chance: SeededGenerator
    }
    private let state: Mutex<State>

    package init(seed: UInt64 = 1) { state = Mutex(State(chance: SeededGenerator(seed: seed))) }

    package var entries: [Entry] { state.withLock { $0.entries } }

    package func add(_ rule: FaultRule) throws(FaultRule.Invalid) {
        let added = state.withLock { state in
            if state.entries.count >= Self.rulesMax { state.entries.removeAll(where: \.isSpent) }
            guard state.entries.count < Self.rulesMax else { return false }
            state.entries.append(Entry(rule: rule))
            return true
        }
        if !added {
            throw FaultRule.Invalid(description: "There are \(Self.rulesMax) rules already; delete them first.")
        }
    }

    package func clear() { state.withLock { $0.entries = [] } }

    /// The rule that strikes this call, if one does; counting it. The first that matches and is due wins.
    package func strike(vendor: String, operation: String, subject: String = "") -> FaultRule? {
        state.withLock { state in
            for index in state.entries.indices {
                let rule = state.entries[index].rule
                guard rule.matches(vendor: vendor, operation: operation, subject: subject),
                    !state.entries[index].isSpent
                else { continue }
                if state.entries[index].passed < rule.skip {
                    state.entries[index].passed += 1
                    continue
                }
                if rule.percent < 100, Int.random(in: 1...100, using: &state.chance) > rule.percent { continue }
                state.entries[index].struck += 1
                return rule
            }
            return nil
        }
    }
}

/// Repeatable chance (SplitMix64 by Sebastiano Vigna).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
